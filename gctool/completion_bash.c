/* The script for bash. Needs nothing of the bash-completion package, so that sourcing it is enough. See completion.h. */
#include <stddef.h>

#include "gctool/completion.h"
#include "gctool/verbs.h"

enum { WORDS_MAX = 64 };

/* Readline splits at '=', so '--sort=by' arrives as three words. 'program' is the place of the program that is run, whose own words are
 * none of ours. */
static const char script_head[] =
    "# bash completion for gctool, made by 'gctool completion bash'\n"
    "_gctool()\n"
    "{\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}\n"
    "    local options= operand= valued= values= first= last= program=\n"
    "    COMPREPLY=()\n"
    "    if [[ $current == = ]]; then\n"
    "        current=\n"
    "    elif [[ $previous == = ]]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    fi\n";

static const char script_tail[] =
    "    if [[ $operand == PROGRAM ]]; then\n"
    "        for ((program = 2; program < COMP_CWORD; program++)); do\n"
    "            [[ ${COMP_WORDS[program]} == -* ]] || break\n"
    "            if [[ ${COMP_WORDS[program+1]} == = ]]; then\n"
    "                program=$((program + 2))\n"
    "            elif [[ \" $valued \" == *\" ${COMP_WORDS[program]} \"* ]]; then\n"
    "                program=$((program + 1))\n"
    "            fi\n"
    "        done\n"
    "        if ((program < COMP_CWORD)); then\n"
    "            if declare -F _command_offset >/dev/null; then\n"
    "                _command_offset \"$program\"\n"
    "                return\n"
    "            fi\n"
    "            operand=FILE options= values=\n"
    "        fi\n"
    "    fi\n"
    "    if [[ $values == LIST* ]]; then\n"
    "        last=${current##*,}\n"
    "        first=${current%\"$last\"}\n"
    "        mapfile -t COMPREPLY < <(compgen -P \"$first\" -W \"${values#LIST}\" -- \"$last\")\n"
    "    elif [[ $values == ANY ]]; then\n"
    "        return\n"
    "    elif [[ $values == FILE || -z $values && $current != -* && $operand == FILE ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
    "    elif [[ -n $values ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$current\")\n"
    "    elif [[ $current == -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
    "        [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null\n"
    "    elif [[ $operand == PROGRAM ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -c -- \"$current\")\n"
    "    else\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$operand\" -- \"$current\")\n"
    "    fi\n"
    "}\n"
    "complete -F _gctool gctool\n";

/* What follows the option: 'values' for the script. */
static void write_value(const struct option *option, FILE *out)
{
    if (option->kind == OPTION_FLAG)
        return;
    fprintf(out, "        --%s", option->name);
    if (option->letter)
        fprintf(out, "|-%c", option->letter);
    fputs(") values=", out);
    if (option->kind == OPTION_PATH || option->kind == OPTION_FILE) {
        fputs("FILE", out);
    } else if (option->choices) {
        fputs(option->kind == OPTION_CHOICES ? "'LIST" : "'", out);
        for (const char *const *choice = option->choices; *choice; choice++)
            fprintf(out, "%s%s", option->kind == OPTION_CHOICES || choice != option->choices ? " " : "", *choice);
        fputc('\'', out);
    } else {
        fputs("ANY", out);
    }
    fputs(" ;;\n", out);
}

/* Its names, when its value may be the next word. */
static void write_valued(const struct option *option, FILE *out)
{
    if (option->kind == OPTION_FLAG)
        return;
    fprintf(out, "--%s ", option->name);
    if (option->letter)
        fprintf(out, "-%c ", option->letter);
}

static void write_operand(const struct verb *verb, FILE *out)
{
    const char *words[WORDS_MAX];
    switch (verb->operand_kind) {
    case OPERAND_NONE:
        break;
    case OPERAND_FILE:
        fputs("FILE", out);
        break;
    case OPERAND_PROGRAM:
        fputs("PROGRAM", out);
        break;
    case OPERAND_WORD:
        for (int at = 0, count = verb->put_operand_words(words, WORDS_MAX); at < count; at++)
            fprintf(out, "%s%s", at ? " " : "", words[at]);
        break;
    }
}

static void write_verb(const struct verb *verb, FILE *out)
{
    fprintf(out, "    %s)\n        options='", verb->name);
    for (const struct option *const *option = verb->options; *option; option++)
        fprintf(out, "--%s%s ", (*option)->name, (*option)->kind == OPTION_FLAG ? "" : "=");
    fprintf(out, "--%s'\n        operand='", option_help.name);
    write_operand(verb, out);
    fputs("'\n        valued='", out);
    for (const struct option *const *option = verb->options; *option; option++)
        write_valued(*option, out);
    fputs("'\n        case $previous in\n", out);
    for (const struct option *const *option = verb->options; *option; option++)
        write_value(*option, out);
    fputs("        esac\n        ;;\n", out);
}

void completion_write_bash(FILE *out)
{
    fputs(script_head, out);
    fputs("    if ((COMP_CWORD == 1)); then\n        verb= operand='", out);
    for (const struct verb *const *verb = verbs; *verb; verb++)
        fprintf(out, "%s%s", verb == verbs ? "" : " ", (*verb)->name);
    fputs("' options='--help --version'\n    fi\n    case $verb in\n", out);
    for (const struct verb *const *verb = verbs; *verb; verb++)
        write_verb(*verb, out);
    fputs("    esac\n", out);
    fputs(script_tail, out);
}
