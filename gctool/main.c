/* The command line: finds the verb, lets the table parse its options, runs it, and says what went wrong. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/help.h"
#include "gctool/output/diagnostic.h"
#include "gctool/output/output.h"
#include "gctool/suggest.h"
#include "gctool/verbs.h"
#include "gctool_version.h"

static const char option_version[] = "--version";

enum { STATUS_PIPE_CLOSED = 128 + 13 }; /* as if SIGPIPE had ended us */

/* A descriptor that was closed by the caller must not become a file of ours. Read only, so that writing there is still an error. */
static void keep_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* Tells the error, and writes out what is still buffered. Returns the exit status. */
static int finish(struct output *output, int status, const struct error *error)
{
    if (error->code != 0 && output->is_json && !output->started)
        diagnostic_error_json(error, output);
    struct error write_error = {0};
    int closed = output_close(output, &write_error);
    if (closed == -EPIPE)
        return STATUS_PIPE_CLOSED;
    if (error->code != 0)
        diagnostic_error(error);
    if (closed < 0) {
        diagnostic_error(&write_error);
        return STATUS_FAILED;
    }
    return status;
}

static int usage(int argc, char **argv, const struct error *error)
{
    struct output output;
    output_open(&output, options_want_json(argc, argv), COLOR_AUTO, false);
    return finish(&output, STATUS_USAGE, error);
}

static int unknown_verb(int argc, char **argv)
{
    struct error error = {0};
    struct suggest suggest = {.word = argv[1]};
    for (const struct verb *const *verb = verbs; *verb; verb++)
        suggest_consider(&suggest, (*verb)->name);
    suggest_consider(&suggest, option_version);
    if (strcasecmp(argv[1], "-v") == 0)
        suggest.best = option_version;
    error_set(&error, -EINVAL, "unknown %s '%s'", argv[1][0] == '-' ? "option" : "verb", argv[1]);
    if (suggest.best)
        error_hint(&error, "did you mean 'gctool %s'?", suggest.best);
    else
        error_hint(&error, "'gctool help' lists the verbs");
    return usage(argc, argv, &error);
}

static int run(const struct verb *verb, const struct options *options)
{
    struct output output;
    struct error error = {0};
    bool json = options_takes(verb, &option_json) && options_given(options, &option_json);
    uint64_t color = options_takes(verb, &option_color) ? options_number(options, &option_color, COLOR_AUTO)
                                                        : COLOR_AUTO;
    output_open(&output, json, (enum color_choice)color, verb->paged);
    int status = 0;
    if (options_given(options, &option_help))
        status = help_tell_verb(verb, &output);
    else
        status = verb->run(options, &output, &error);
    return finish(&output, status < 0 ? STATUS_FAILED : status, &error);
}

int main(int argc, char **argv)
{
    keep_standard_descriptors();
    setlocale(LC_CTYPE, "C.UTF-8"); /* names are UTF-8 whatever the terminal is told */
    struct error error = {0};
    if (argc < 2) {
        error_set(&error, -EINVAL, "which verb?");
        error_hint(&error, "'gctool help' lists the verbs");
        return usage(argc, argv, &error);
    }
    if (strcmp(argv[1], option_version) == 0) {
        struct output output;
        output_open(&output, false, COLOR_AUTO, false);
        fputs("gctool " GCTOOL_VERSION "\n", output.file);
        return finish(&output, STATUS_FINE, &error);
    }
    bool asks_help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
    const struct verb *verb = verbs_find(asks_help ? "help" : argv[1]);
    if (!verb)
        return unknown_verb(argc, argv);
    struct options options;
    if (options_parse(verb, argc - 2, argv + 2, &options, &error) < 0)
        return usage(argc, argv, &error);
    return run(verb, &options);
}
