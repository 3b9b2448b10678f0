/* gctool goroutines: all of them, grouped: what they wait for, where and since when. */
#include <errno.h>
#include <inttypes.h>

#include "base/error.h"
#include "gctool/analyze/goroutine_rows.h"
#include "gctool/output/output.h"
#include "gctool/target.h"
#include "gctool/verb.h"
#include "gctool/why_view.h"

enum { LIMIT_FOR_PEOPLE = 50 };

static const struct option option_why = {
    .name = "why",
    .kind = OPTION_COUNT,
    .value = "ID",
    .text = "tell of one goroutine why it counts as alive: the way to what it waits for; or that it waits for ever"};

static int run_why(struct target *target, uint64_t id, struct output *output, struct error *reterr)
{
    const struct snapshot_goroutine *goroutine = snapshot_find_goroutine(target->snapshot, id);
    if (goroutine == NULL) {
        error_set(reterr, -ENOENT, "there is no goroutine %" PRIu64, id);
        error_hint(reterr, "'gctool goroutines TARGET' has one of each group under 'one of them'");
        return -ENOENT;
    }
    struct leaks leaks;
    int error = leaks_find(target->snapshot, &leaks);
    if (error == 0) {
        error = why_view_write(&(struct path_view){target, &leaks, output}, goroutine);
        leaks_free(&leaks);
    }
    return error < 0 ? error_set(reterr, error, "out of memory") : 0;
}

static int run_list(const struct options *options, struct target *target, struct output *output, struct error *reterr)
{
    struct ranking_options ranking = {
        .sort = (enum ranking_key)options_number(options, &option_sort, RANKING_COUNT),
        .filter = options_text(options, &option_filter),
        .limit = options_number(options, &option_limit, output->is_json ? 0 : LIMIT_FOR_PEOPLE),
        .by_stack = options_given(options, &option_stacks),
    };
    struct rows rows = {0};
    int error = goroutine_rows(target->snapshot, &ranking, &rows);
    output_start(output, "gctool.goroutines.v1");
    if (error == 0)
        error = output_rows(output, &rows);
    output_end(output);
    rows_free(&rows);
    return error < 0 ? error_set(reterr, error, "out of memory") : 0;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    struct target target;
    int error = target_open_operand(options, &target, reterr);
    if (error < 0)
        return error;
    error = options_given(options, &option_why)
                ? run_why(&target, options_number(options, &option_why, 0), output, reterr)
                : run_list(options, &target, output, reterr);
    target_close(&target);
    return error;
}

static const struct option *const options[] = {&option_why,    &option_stacks, &option_sort,
                                               &option_filter, &option_limit,  &option_ptrace,
                                               &option_json,   &option_color,  NULL};

static const struct verb_status statuses[] = {
    {"0", "they are printed"},
    {"2", "there is no such file, it is no heap dump, or it cannot be read; or there is no such goroutine"},
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
        "TARGET is a process, a core, or a heap dump ('gctool dump', GCRT_HEAPDUMP); '-' is a dump on standard input.",
    .statuses = statuses,
    .paged = true,
    .run = run,
};
