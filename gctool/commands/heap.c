/* gctool heap: what a heap holds, and what keeps it. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "gctool/analyze/heap_sections.h"
#include "gctool/output/output.h"
#include "gctool/target.h"
#include "gctool/verb.h"

enum { LIMIT_FOR_PEOPLE = 20 };

static const struct option option_stacks = {
    .name = "stacks",
    .kind = OPTION_FLAG,
    .text = "a row for each call stack instead of each place, with the stack below it"};

static int write_rows(struct output *output, struct rows *rows, int error)
{
    if (error == 0)
        error = output_rows(output, rows);
    rows_free(rows);
    return error;
}

static int write_stats(struct snapshot *snapshot, const struct ranking_options *ranking, struct output *output)
{
    struct reach reach;
    struct rows rows = {0};
    int error = reach_from_roots(&reach, snapshot);
    if (error < 0)
        return error;
    output_start(output, "gctool.heap.v1");
    error = heap_summary(snapshot, &reach, &rows);
    error = write_rows(output, &rows, error);
    if (error == 0)
        error = write_rows(output, &rows, heap_types(snapshot, &reach, ranking, &rows));
    if (error == 0)
        error = write_rows(output, &rows, heap_sites(snapshot, &reach, ranking, &rows));
    output_end(output);
    reach_end(&reach);
    return error;
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
        .limit = options_number(options, &option_limit, output->is_json ? 0 : LIMIT_FOR_PEOPLE),
        .by_stack = options_given(options, &option_stacks),
    };
    error = write_stats(target.snapshot, &ranking, output);
    target_close(&target);
    return error < 0 ? error_set(reterr, error, "out of memory") : 0;
}

static const struct option *const options[] = {
    &option_stacks, &option_sort, &option_filter, &option_limit, &option_json, &option_color, NULL};

static const struct verb_status statuses[] = {
    {"0", "it is printed; what could not be read is said"},
    {"2", "there is no such file, it is no heap dump, or it cannot be read"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_heap = {
    .name = "heap",
    .summary = "what a heap holds, and what keeps it",
    .operands = "TARGET",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description =
        "Says what a heap holds by type and by the place that made it. TARGET is a heap dump ('gctool dump', "
        "GCRT_HEAPDUMP), or '-' for standard input.",
    .statuses = statuses,
    .paged = true,
    .run = run,
};
