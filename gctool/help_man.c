/* The generated part of a man page, as scdoc source. See help.h. */
#include <errno.h>
#include <string.h>

#include "base/rows.h"
#include "gctool/help.h"
#include "gctool/topics.h"
#include "gctool/verbs.h"

/* Text in which nothing is markup. */
static void write_plain(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (strchr("*_\\[]#<>+", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void write_label(const char *label, FILE *out)
{
    fputc('*', out);
    write_plain(label, out);
    fputc('*', out);
}

/* A term, and its meaning in an indented paragraph. */
static void write_entry(const char *label, const char *text, FILE *out)
{
    write_label(label, out);
    fputs("\n\t", out);
    write_plain(text, out);
    fputs("\n\n", out);
}

static void write_option(const struct option *option, FILE *out)
{
    if (option->letter)
        fprintf(out, "*-%c*, ", option->letter);
    fputs("*--", out);
    write_plain(option->name, out);
    fputc('*', out);
    if (option->value) {
        fputs(" _", out);
        write_plain(option->value, out);
        fputc('_', out);
    }
    fputs("\n\t", out);
    write_plain(option->text, out);
    for (const char *const *choice = option->choices; choice && *choice; choice++) {
        fputs(choice == option->choices ? ": " : ", ", out);
        write_label(*choice, out);
    }
    fputs("\n\n", out);
}

void help_write_man_verb(const struct verb *verb, FILE *out)
{
    fprintf(out, "# NAME\n\ngctool-%s - ", verb->name);
    write_plain(verb->summary, out);
    fprintf(out, "\n\n# SYNOPSIS\n\n*gctool %s* ", verb->name);
    write_plain("[OPTIONS] ", out);
    write_plain(verb->operands, out);
    fputs("\n\n# DESCRIPTION\n\n", out);
    write_plain(verb->description, out);
    fputs("\n\n# OPTIONS\n\n", out);
    for (const struct option *const *option = verb->options; *option; option++)
        write_option(*option, out);
    write_option(&option_help, out);
    fputs("# EXIT STATUS\n\n", out);
    for (const struct verb_status *status = verb->statuses; status->status; status++)
        write_entry(status->status, status->text, out);
}

static int write_topic(const struct topic *topic, FILE *out)
{
    struct rows rows;
    topic_rows(topic, &rows);
    int error = rows.failed ? -ENOMEM : 0;
    fputs("# ", out);
    for (const char *letter = topic->name; *letter; letter++)
        fputc(*letter == '-' ? ' ' : *letter >= 'a' && *letter <= 'z' ? *letter - 'a' + 'A' : *letter, out);
    fputs("\n\n", out);
    write_plain(topic->text, out);
    fputs("\n\n", out);
    for (size_t row = 0; row < rows_count(&rows) && error == 0; row++)
        write_entry(rows_cell(&rows, row, 0)->text, rows_cell(&rows, row, 1)->text, out);
    rows_free(&rows);
    return error;
}

int help_write_man_all(FILE *out)
{
    fputs("# NAME\n\ngctool - sees what a program with a garbage collector does\n\n# SYNOPSIS\n\n*gctool* _VERB_ ",
          out);
    write_plain("[OPTIONS] [TARGET]", out);
    fputs("\n\n# VERBS\n\n", out);
    for (const struct verb *const *verb = verbs; *verb; verb++) {
        fprintf(out, "*gctool-%s*(1)\n\t", (*verb)->name);
        write_plain((*verb)->summary, out);
        fputs("\n\n", out);
    }
    int error = 0;
    for (const struct topic *topic = topics; topic->name && error == 0; topic++)
        error = write_topic(topic, out);
    return error;
}
