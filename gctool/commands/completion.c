/* gctool completion: the script that completes gctool's command line in a shell. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "gctool/completion.h"
#include "gctool/output/output.h"
#include "gctool/suggest.h"
#include "gctool/verb.h"

static const struct {
    const char *name;
    void (*write)(FILE *out);
} shells[] = {{"bash", completion_write_bash}, {"zsh", completion_write_zsh}};

enum { SHELL_COUNT = sizeof shells / sizeof *shells };

static int write_script(size_t shell, struct output *output)
{
    if (!output->is_json) {
        shells[shell].write(output->file);
        return STATUS_FINE;
    }
    char *script = NULL;
    size_t bytes;
    FILE *memory = open_memstream(&script, &bytes);
    if (!memory)
        return -ENOMEM;
    shells[shell].write(memory);
    int error = fclose(memory) == 0 ? 0 : -ENOMEM;
    if (error == 0) {
        output_start(output, "gctool.completion.v1");
        json_text(&output->json, "shell", shells[shell].name);
        json_text(&output->json, "script", script);
        output_end(output);
    }
    free(script);
    return error;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    const char *name = options->operands[0];
    struct suggest suggest = {.word = name};
    for (size_t shell = 0; shell < SHELL_COUNT; shell++) {
        if (strcmp(shells[shell].name, name) == 0) {
            int status = write_script(shell, output);
            return status < 0 ? error_set(reterr, status, "out of memory while writing the script") : status;
        }
        suggest_consider(&suggest, shells[shell].name);
    }
    error_set(reterr, -EINVAL, "no completion for the shell '%s': there are bash and zsh", name);
    if (suggest.best)
        error_hint(reterr, "did you mean '%s'?", suggest.best);
    return STATUS_USAGE;
}

static int put_words(const char **words, int words_max)
{
    int count = 0;
    for (; count < SHELL_COUNT && count < words_max; count++)
        words[count] = shells[count].name;
    return count;
}

static const struct option *const options[] = {&option_json, NULL};

static const struct verb_status statuses[] = {
    {"0", "the script is printed"},
    {"2", "it could not be written"},
    {"3", "there is no script for the shell, or the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_completion = {
    .name = "completion",
    .summary = "a script that completes gctool's command line in a shell",
    .operands = "bash|zsh",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_WORD,
    .put_operand_words = put_words,
    .options = options,
    .description = "Prints a script for the shell that completes verbs, options, their values and files. An installed "
                   "gctool has it where both shells look for it; elsewhere the shell is told to read it.",
    .statuses = statuses,
    .run = run,
};
