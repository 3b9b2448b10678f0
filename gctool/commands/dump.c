/* gctool dump: the heap of a running program as a file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "gctool/output/output.h"
#include "gctool/process/dump_request.h"
#include "gctool/verb.h"

static int parse_pid(const char *word, pid_t *ret_pid, struct error *reterr)
{
    char *end;
    errno = 0;
    long number = strtol(word, &end, 10);
    if (errno != 0 || end == word || *end != '\0' || number < 1 || number > INT32_MAX)
        return error_set(reterr, -EINVAL, "'%s' is no process id", word);
    *ret_pid = (pid_t)number;
    return 0;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    pid_t pid = 0;
    char name[64];
    if (parse_pid(options->operands[0], &pid, reterr) < 0)
        return STATUS_USAGE;
    snprintf(name, sizeof name, "%d.gcheap", pid);
    const char *path = options_given(options, &option_output_file) ? options_text(options, &option_output_file) : name;
    struct dump_answer answer;
    int error = dump_request(pid, path, &answer, reterr);
    if (error < 0)
        return error;
    struct stat status = {0};
    if (stat(path, &status) < 0)
        return error_set(reterr, -errno, "cannot look at '%s': %s", path, strerror(errno));
    struct rows rows;
    const struct rows_value values[] = {
        {"file", "heap dump", UNIT_TEXT, 0, path},
        {"file_bytes", "size", UNIT_BYTES, (uint64_t)status.st_size, NULL},
        {"pause_ns", "the program stood for", UNIT_NS, answer.pause_ns, NULL},
    };
    rows_start(&rows, "dump", "a heap dump");
    rows_put_values(&rows, values, sizeof values / sizeof *values);
    output_start(output, "gctool.dump.v1");
    error = output_rows(output, &rows);
    if (!output->is_json)
        fprintf(output->file, "next: gctool heap %s\n", path);
    output_end(output);
    rows_free(&rows);
    return error < 0 ? error_set(reterr, error, "out of memory") : 0;
}

static const struct option *const options[] = {&option_output_file, &option_json, &option_color, NULL};

static const struct verb_status statuses[] = {
    {"0", "the dump is written"},
    {"2", "there is no such program, it does not answer, or the file cannot be written"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_dump = {
    .name = "dump",
    .summary = "the heap of a running program as a file",
    .operands = "PID",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_NONE,
    .options = options,
    .description = "Asks process PID, a program on libgcrt, for a dump of its heap: all objects, what they point to, "
                   "the roots, and all "
                   "goroutines with their stacks and what they wait for. The program stands for as long as a fork "
                   "takes; a child of it "
                   "writes the file, PID.gcheap where --output is not given.\n\n"
                   "Where a program was recorded meanwhile, the dump names the stack that made each object.",
    .statuses = statuses,
    .run = run,
};
