/* The script for zsh, whose _arguments takes much the same table. See completion.h. */
#include <string.h>

#include "gctool/completion.h"
#include "gctool/verbs.h"

enum { WORDS_MAX = 64 };

/* Inside single quotes and the brackets of _arguments. */
static void write_text(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fprintf(out, "%s%c", strchr("[]:\\", *text) ? "\\" : "", *text);
    }
}

static void write_words(const char *const *words, size_t count, FILE *out)
{
    for (size_t at = 0; at < count; at++)
        fprintf(out, "%s%s", at ? " " : "", words[at]);
}

/* What stands after the name of the option: text, and how its value is completed. */
static void write_rest(const struct option *option, FILE *out)
{
    fputs("'[", out);
    write_text(option->text, out);
    fputc(']', out);
    if (option->value)
        fprintf(out, ":%s:", option->value);
    if (option->kind == OPTION_PATH || option->kind == OPTION_FILE)
        fputs("_files", out);
    if (option->choices) {
        size_t count = 0;
        while (option->choices[count])
            count++;
        if (option->kind == OPTION_CHOICES)
            fprintf(out, "_values -s , %s ", option->value);
        else
            fputc('(', out);
        write_words(option->choices, count, out);
        fputs(option->kind == OPTION_CHOICES ? "" : ")", out);
    }
    fputs("' \\\n", out);
}

static void write_option(const struct option *option, FILE *out)
{
    const char *equals = option->kind == OPTION_FLAG ? "" : "=";
    if (option->letter)
        fprintf(out, "                '(-%c --%s)'{-%c%s,--%s%s}", option->letter, option->name, option->letter,
                *equals ? "+" : "", option->name, equals);
    else
        fprintf(out, "                --%s%s", option->name, equals);
    write_rest(option, out);
}

static void write_operand(const struct verb *verb, FILE *out)
{
    const char *words[WORDS_MAX];
    switch (verb->operand_kind) {
    case OPERAND_NONE:
        fputs("                ': :'\n", out);
        break;
    case OPERAND_FILE:
        fputs("                '*:file:_files'\n", out);
        break;
    case OPERAND_PROGRAM:
        fputs("                '1:program:{_command_names -e; _files}' '*::argument:_normal'\n", out);
        break;
    case OPERAND_WORD:
        fputs("                '1:word:(", out);
        write_words(words, (size_t)verb->put_operand_words(words, WORDS_MAX), out);
        fputs(")'\n", out);
        break;
    }
}

void completion_write_zsh(FILE *out)
{
    fputs("#compdef gctool\n"
          "# zsh completion for gctool, made by 'gctool completion zsh'\n"
          "_gctool()\n"
          "{\n"
          "    local line state\n"
          "    _arguments -C '--help[list the verbs]' '--version[say which version this is]' '1:verb:->verb' "
          "'*::argument:->argument'\n"
          "    case $state in\n"
          "    verb)\n"
          "        local -a verbs=(\n",
          out);
    for (const struct verb *const *verb = verbs; *verb; verb++) {
        fprintf(out, "            '%s:", (*verb)->name);
        write_text((*verb)->summary, out);
        fputs("'\n", out);
    }
    fputs("        )\n        _describe verb verbs\n        ;;\n    argument)\n        case $line[1] in\n", out);
    for (const struct verb *const *verb = verbs; *verb; verb++) {
        fprintf(out, "        %s)\n            _arguments -s \\\n", (*verb)->name);
        for (const struct option *const *option = (*verb)->options; *option; option++)
            write_option(*option, out);
        write_option(&option_help, out);
        write_operand(*verb, out);
        fputs("            ;;\n", out);
    }
    fputs("        esac\n        ;;\n    esac\n}\n"
          "if [[ $funcstack[1] == _gctool ]]; then\n    _gctool \"$@\"\nelse\n    compdef _gctool gctool\nfi\n",
          out);
}
