/* gctool leaks: the check for CI: goroutines that wait for ever. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "gctool/analyze/goroutine_rows.h"
#include "gctool/output/output.h"
#include "gctool/target.h"
#include "gctool/verb.h"

static const struct option option_stacks = {
    .name = "stacks",
    .kind = OPTION_FLAG,
    .text = "a row for each call stack instead of each place, with the stack below it"};

static int write_summary(const struct snapshot *snapshot, const struct leaks *leaks, struct output *output)
{
    struct rows rows;
    const struct rows_value values[] = {
        {"program", "program", UNIT_TEXT, 0, snapshot->program},
        {"goroutines", "goroutines", UNIT_COUNT, snapshot->goroutine_count, NULL},
        {"leaked", "leaked", UNIT_COUNT, leaks->leaked, NULL},
        {"undecided", "undecided", UNIT_COUNT, leaks->undecided, NULL},
        {"shared_bytes", "kept by several leaked ones together", UNIT_BYTES, leaks->shared_bytes, NULL},
        {"complete", "all of the dump could be read", UNIT_FLAG, snapshot->complete, NULL},
    };
    rows_start(&rows, "summary", "leaked goroutines");
    rows_put_values(&rows, values, sizeof values / sizeof *values);
    int error = output_rows(output, &rows);
    rows_free(&rows);
    return error;
}

static int write_verdict(struct snapshot *snapshot, const struct leaks *leaks, enum leak_verdict verdict,
                         const struct ranking_options *ranking, struct output *output)
{
    struct rows rows = {0};
    int error = leak_rows(snapshot, leaks, verdict, ranking, &rows);
    if (error == 0 && (rows_count(&rows) > 0 || output->is_json))
        error = output_rows(output, &rows);
    rows_free(&rows);
    return error;
}

static int write_leaks(struct snapshot *snapshot, const struct leaks *leaks, const struct ranking_options *ranking,
                       struct output *output)
{
    output_start(output, "gctool.leaks.v1");
    int error = write_summary(snapshot, leaks, output);
    if (error == 0)
        error = write_verdict(snapshot, leaks, LEAK_LEAKED, ranking, output);
    if (error == 0)
        error = write_verdict(snapshot, leaks, LEAK_UNDECIDED, ranking, output);
    output_end(output);
    return error;
}

/* A dump that is not whole proves nothing either way. */
static int judge(const struct target *target, const struct leaks *leaks, struct error *reterr)
{
    if (leaks->leaked > 0)
        return STATUS_FOUND;
    if (target->snapshot->complete)
        return STATUS_FINE;
    error_set(reterr, -EBADMSG, "the dump is not whole, so nothing is proved");
    error_hint(reterr, "make another one");
    return STATUS_FAILED;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    struct target target;
    int error = target_open(options->operands[0], &target, reterr);
    if (error < 0)
        return error;
    struct ranking_options ranking = {
        .sort = (enum ranking_key)options_number(options, &option_sort, RANKING_BYTES),
        .filter = options_text(options, &option_filter),
        .limit = options_number(options, &option_limit, 0),
        .by_stack = options_given(options, &option_stacks),
    };
    struct leaks leaks;
    error = leaks_find(target.snapshot, &leaks);
    if (error == 0)
        error = write_leaks(target.snapshot, &leaks, &ranking, output);
    int status = error == 0 ? judge(&target, &leaks, reterr) : error_set(reterr, error, "out of memory");
    leaks_free(&leaks);
    target_close(&target);
    return status;
}

static const struct option *const options[] = {
    &option_stacks, &option_sort, &option_filter, &option_limit, &option_json, &option_color, NULL};

static const struct verb_status statuses[] = {
    {"0", "no goroutine is leaked"},
    {"1", "some are: they are printed"},
    {"2", "it could not be checked: no such target, or a dump that is not whole"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_leaks = {
    .name = "leaks",
    .summary = "a check for CI: goroutines that wait for ever",
    .operands = "TARGET",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description =
        "A goroutine is leaked when nothing that can still run can reach what it waits for: this is proved, not "
        "guessed from the "
        "time it waits. Where memory that the collector does not look at (malloc, thread-locals) holds a word that "
        "might reach "
        "it, the goroutine is undecided and listed apart. What a leaked goroutine keeps alive, and nobody else, is "
        "counted.\n\n"
        "TARGET is a process, or a heap dump ('gctool dump', GCRT_HEAPDUMP), or '-' for a dump on standard input.",
    .statuses = statuses,
    .run = run,
};
