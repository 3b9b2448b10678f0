/* gctool goroutines: all of them, grouped: what they wait for, where and since when. */
#include <errno.h>

#include "base/error.h"
#include "gctool/analyze/goroutine_rows.h"
#include "gctool/output/output.h"
#include "gctool/target.h"
#include "gctool/verb.h"

enum { LIMIT_FOR_PEOPLE = 50 };

static const struct option option_stacks = {
    .name = "stacks",
    .kind = OPTION_FLAG,
    .text = "a row for each call stack instead of each place, with the stack below it"};

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    struct target target;
    int error = target_open(options->operands[0], &target, reterr);
    if (error < 0)
        return error;
    struct ranking_options ranking = {
        .sort = (enum ranking_key)options_number(options, &option_sort, RANKING_COUNT),
        .filter = options_text(options, &option_filter),
        .limit = options_number(options, &option_limit, output->is_json ? 0 : LIMIT_FOR_PEOPLE),
        .by_stack = options_given(options, &option_stacks),
    };
    struct rows rows = {0};
    error = goroutine_rows(target.snapshot, &ranking, &rows);
    output_start(output, "gctool.goroutines.v1");
    if (error == 0)
        error = output_rows(output, &rows);
    output_end(output);
    rows_free(&rows);
    target_close(&target);
    return error < 0 ? error_set(reterr, error, "out of memory") : 0;
}

static const struct option *const options[] = {
    &option_stacks, &option_sort, &option_filter, &option_limit, &option_json, &option_color, NULL};

static const struct verb_status statuses[] = {
    {"0", "they are printed"},
    {"2", "there is no such file, it is no heap dump, or it cannot be read"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_goroutines = {
    .name = "goroutines",
    .summary = "all goroutines, grouped: what they wait for, where, since when",
    .operands = "TARGET",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description =
        "Goroutines that run the same function, were started at the same place and wait in the same way are one row. "
        "TARGET is a process, or a heap dump ('gctool dump', GCRT_HEAPDUMP), or '-' for a dump on standard input.",
    .statuses = statuses,
    .paged = true,
    .run = run,
};
