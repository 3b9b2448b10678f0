/* Help for people and as JSON. See help.h. */
#include "gctool/help.h"

#include <errno.h>
#include <string.h>

#include "gctool/output/output.h"
#include "gctool/output/paragraph.h"
#include "gctool/topics.h"
#include "gctool/verbs.h"

enum { INDENT = 2, OPTION_TEXT_COLUMN = 23, TEXT_COLUMN = 19 };

/* "  label", then the text from `column` on, in the next line when the label is too long. */
static void write_entry(const char *label, const char *text, int column, FILE *out)
{
    int written = fprintf(out, "%*s%s", INDENT, "", label);
    if (written + 2 > column) {
        fputc('\n', out);
        written = 0;
    }
    paragraph_write(text, column, written, out);
}

/* ---- options ---- */

static void write_option(const struct option *option, FILE *out)
{
    char label[80], text[512];
    char letter[4] = {'-', option->letter, ',', '\0'};
    snprintf(label, sizeof label, "%s --%s%s%s", option->letter ? letter : "   ", option->name,
             option->value ? " " : "", option->value ? option->value : "");
    int length = snprintf(text, sizeof text, "%s", option->text);
    for (const char *const *choice = option->choices; choice && *choice; choice++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%s%s", choice == option->choices ? ": " : " ",
                           *choice);
    write_entry(label, text, OPTION_TEXT_COLUMN, out);
}

static void put_option(struct rows *rows, const struct option *option)
{
    char letter[2] = {option->letter, '\0'}, choices[256] = "";
    size_t length = 0;
    for (const char *const *choice = option->choices; choice && *choice; choice++)
        length += (size_t)snprintf(choices + length, sizeof choices - length, "%s%s", length ? "\n" : "", *choice);
    rows_put_text(rows, option->name);
    rows_put_text(rows, option->letter ? letter : NULL);
    rows_put_text(rows, option->value);
    rows_put_text(rows, option->choices ? choices : NULL);
    rows_put_text(rows, option->text);
}

static void make_option_rows(const struct verb *verb, struct rows *ret_rows)
{
    rows_start(ret_rows, "options", "what it takes");
    rows_add_column(ret_rows, "name", "name", UNIT_TEXT);
    rows_add_column(ret_rows, "letter", "letter", UNIT_TEXT);
    rows_add_column(ret_rows, "value", "value", UNIT_TEXT);
    rows_add_column(ret_rows, "choices", "choices", UNIT_STACK);
    rows_add_column(ret_rows, "text", "meaning", UNIT_TEXT);
    for (const struct option *const *option = verb->options; *option; option++)
        put_option(ret_rows, *option);
    put_option(ret_rows, &option_help);
}

/* ---- a verb ---- */

static void write_verb(const struct verb *verb, FILE *out)
{
    fprintf(out, "gctool %s: %s\n\nusage: gctool %s [OPTIONS]%s%s\n\n", verb->name, verb->summary, verb->name,
            *verb->operands ? " " : "", verb->operands);
    paragraph_write(verb->description, 0, 0, out);
    fputs("\noptions:\n", out);
    for (const struct option *const *option = verb->options; *option; option++)
        write_option(*option, out);
    write_option(&option_help, out);
    fputs("\nexit status:\n", out);
    for (const struct verb_status *status = verb->statuses; status->status; status++)
        write_entry(status->status, status->text, TEXT_COLUMN, out);
}

static int write_and_free(struct rows *rows, struct output *output)
{
    int error = output_rows(output, rows);
    rows_free(rows);
    return error;
}

int help_tell_verb(const struct verb *verb, struct output *output)
{
    if (!output->is_json) {
        write_verb(verb, output->file);
        return 0;
    }
    output_start(output, "gctool.help.v1");
    json_text(&output->json, "name", verb->name);
    json_text(&output->json, "summary", verb->summary);
    json_text(&output->json, "operands", verb->operands);
    json_text(&output->json, "description", verb->description);
    struct rows rows;
    make_option_rows(verb, &rows);
    int error = write_and_free(&rows, output);
    rows_start(&rows, "exit_codes", "what its exit status tells");
    rows_add_column(&rows, "name", "status", UNIT_TEXT);
    rows_add_column(&rows, "text", "meaning", UNIT_TEXT);
    for (const struct verb_status *status = verb->statuses; status->status; status++) {
        rows_put_text(&rows, status->status);
        rows_put_text(&rows, status->text);
    }
    if (error == 0)
        error = write_and_free(&rows, output);
    else
        rows_free(&rows);
    output_end(output);
    return error;
}

/* ---- a topic ---- */

int help_tell_topic(const struct topic *topic, struct output *output)
{
    struct rows rows;
    topic_rows(topic, &rows);
    if (output->is_json) {
        output_start(output, "gctool.help.v1");
        json_text(&output->json, "name", topic->name);
        json_text(&output->json, "summary", topic->summary);
        json_text(&output->json, "description", topic->text);
        rows.name = "entries";
        int error = write_and_free(&rows, output);
        output_end(output);
        return error;
    }
    int error = rows.failed ? -ENOMEM : 0;
    fprintf(output->file, "%s: %s\n\n", topic->name, topic->summary);
    paragraph_write(topic->text, 0, 0, output->file);
    fputc('\n', output->file);
    for (size_t row = 0; row < rows_count(&rows) && error == 0; row++)
        write_entry(rows_cell(&rows, row, 0)->text, rows_cell(&rows, row, 1)->text, TEXT_COLUMN, output->file);
    rows_free(&rows);
    return error;
}

/* ---- all ---- */

static void write_all(FILE *out)
{
    fputs("gctool: sees what a program with a garbage collector does\n\n"
          "usage: gctool VERB [OPTIONS] [TARGET]\n\nverbs:\n",
          out);
    for (const struct verb *const *verb = verbs; *verb; verb++)
        write_entry((*verb)->name, (*verb)->summary, TEXT_COLUMN, out);
    fputs("\ntopics:\n", out);
    for (const struct topic *topic = topics; topic->name; topic++)
        write_entry(topic->name, topic->summary, TEXT_COLUMN, out);
    fputs("\n'gctool help VERB' or 'gctool help TOPIC' tells more; 'gctool --version' which version this is.\n", out);
}

static void start_summaries(struct rows *rows, const char *name, const char *title)
{
    rows_start(rows, name, title);
    rows_add_column(rows, "name", "name", UNIT_TEXT);
    rows_add_column(rows, "summary", "what it does", UNIT_TEXT);
}

int help_tell_all(struct output *output)
{
    if (!output->is_json) {
        write_all(output->file);
        return 0;
    }
    struct rows rows;
    output_start(output, "gctool.help.v1");
    start_summaries(&rows, "verbs", "verbs");
    for (const struct verb *const *verb = verbs; *verb; verb++) {
        rows_put_text(&rows, (*verb)->name);
        rows_put_text(&rows, (*verb)->summary);
    }
    int error = write_and_free(&rows, output);
    start_summaries(&rows, "topics", "topics");
    for (const struct topic *topic = topics; topic->name; topic++) {
        rows_put_text(&rows, topic->name);
        rows_put_text(&rows, topic->summary);
    }
    if (error == 0)
        error = write_and_free(&rows, output);
    else
        rows_free(&rows);
    output_end(output);
    return error;
}
