/* See help.h. */
#include "gctool/help.h"

#include <string.h>

#include "gctool/output/paragraph.h"
#include "gctool/verbs.h"

enum { INDENT = 2, TEXT_COLUMN = 23, SHORT_TEXT_COLUMN = 15 };

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

static void write_option(const struct option *option, FILE *out)
{
    char label[80];
    char letter[4] = {'-', option->letter, ',', '\0'};
    snprintf(label, sizeof label, "%s --%s%s%s", option->letter ? letter : "   ", option->name,
             option->value ? " " : "", option->value ? option->value : "");
    write_entry(label, option->text, TEXT_COLUMN, out);
}

void help_write_verb(const struct verb *verb, FILE *out)
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
        write_entry(status->status, status->text, SHORT_TEXT_COLUMN, out);
}

void help_write_verbs(FILE *out)
{
    fputs("gctool: sees what a program with a garbage collector does\n\nusage: gctool VERB [OPTIONS] "
          "[TARGET]\n\nverbs:\n",
          out);
    for (const struct verb *const *verb = verbs; *verb; verb++)
        write_entry((*verb)->name, (*verb)->summary, SHORT_TEXT_COLUMN, out);
    fputs("\n'gctool help VERB' and 'gctool VERB --help' tell more of a verb.\n", out);
}
