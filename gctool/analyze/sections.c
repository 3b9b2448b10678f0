/* See sections.h: one function a section. */
#include "gctool/analyze/sections.h"

#include "base/quantity.h"
#include "gctool/analyze/completeness.h"
#include "gctool/analyze/where.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static uint64_t permille(uint64_t part, uint64_t whole)
{
    return whole ? (uint64_t)(((unsigned __int128)part * 1000 + whole / 2) / whole) : 0;
}

/* ---- where: function, location, and the whole stack when asked ---- */

static void add_where_columns(struct rows *rows, const struct section_options *options)
{
    rows_add_column(rows, "function", "function", UNIT_TEXT);
    rows_add_column(rows, "location", "location", UNIT_TEXT);
    if (options->ranking.by_stack)
        rows_add_column(rows, "stack", "stack", UNIT_STACK);
}

static void put_where(struct rows *rows, const struct model *model, const struct section_options *options,
                      uint32_t place, uint32_t context)
{
    where_put_place(rows, &model->stacks, place);
    if (options->ranking.by_stack)
        where_put_stack(rows, &model->stacks, context);
}

/* ---- summary ---- */

struct sums {
    uint64_t born_objects, born_bytes, dead_objects, alive_objects, alive_bytes, temporary_bytes;
    uint64_t pause_count, pause_ns, pause_longest_ns;
    uint64_t events, collections, duration_ns;
};

/* From the later of the first event and the interval's begin to the last event in it. */
static uint64_t recorded_ns(const struct model *model)
{
    uint64_t from_ns = model->since_ns > model->first_ns ? model->since_ns : model->first_ns;
    return model->last_ns > from_ns ? model->last_ns - from_ns : 0;
}

static struct sums sum_up(const struct model *model)
{
    struct sums sums = {0};
    for (size_t at = 0; at < model->sites.count; at++) {
        const struct site *site = &model->sites.items[at];
        sums.born_objects += site->born_objects;
        sums.born_bytes += site->born_bytes;
        sums.dead_objects += site->dead_objects;
        sums.alive_objects += site->alive_objects;
        sums.alive_bytes += site->alive_bytes;
        sums.temporary_bytes += site->temporary_bytes;
    }
    for (size_t reason = 0; reason < STOP_REASONS_MAX; reason++) {
        const struct pauses *pauses = model->cycles.pauses[reason];
        if (!pauses)
            continue;
        sums.pause_count += pauses->pause_ns.count;
        sums.pause_ns += pauses->pause_ns.total;
        if (pauses->pause_ns.longest > sums.pause_longest_ns)
            sums.pause_longest_ns = pauses->pause_ns.longest;
    }
    for (size_t kind = 0; kind < sizeof model->kind_counts / sizeof *model->kind_counts; kind++)
        sums.events += model->kind_counts[kind];
    for (size_t at = 0; at < model->cycles.count; at++)
        sums.collections += model->cycles.items[at].begin_ns >= model->since_ns;
    sums.duration_ns = recorded_ns(model);
    return sums;
}

enum { INTERVAL_TEXT_BYTES = 2 * QUANTITY_TEXT_BYTES + 40 };

static const char *interval_text(const struct model *model, char text[INTERVAL_TEXT_BYTES])
{
    char since[QUANTITY_TEXT_BYTES], until[QUANTITY_TEXT_BYTES];
    if (model->since_ns == 0 && model->until_ns == UINT64_MAX)
        return "all of the recording";
    snprintf(text, INTERVAL_TEXT_BYTES, "from %s to %s", quantity_duration_format(model->since_ns, since),
             model->until_ns == UINT64_MAX ? "the end" : quantity_duration_format(model->until_ns, until));
    return text;
}

enum { ENDING_TEXT_BYTES = 80 };

/* RUN_END knows best; where it is missing, the file's end says what the recording saw. */
static const char *ending_text(const struct model *model, char text[ENDING_TEXT_BYTES])
{
    const struct trace_end *end = &model->file.end;
    int left_with = (int)(uint32_t)model->exit_status;
    if (model->past_until)
        return "after the interval";
    if (model->ended && left_with == 0)
        return "ended";
    if (model->ended)
        snprintf(text, ENDING_TEXT_BYTES, "ended with status %d", left_with);
    else if (!model->file.has_end)
        return "unknown";
    else if (end->ending == TRACE_ENDED)
        return "ended, with what status is unknown";
    else if (end->ending == TRACE_DETACHED)
        return "still running";
    else if (end->ending != TRACE_DIED)
        return "unknown";
    else if (WIFSIGNALED(end->wait_status))
        snprintf(text, ENDING_TEXT_BYTES, "killed by signal %d (%s)", WTERMSIG(end->wait_status),
                 strsignal(WTERMSIG(end->wait_status)));
    else
        snprintf(text, ENDING_TEXT_BYTES, "left with status %d, not by the end of gcrt_run",
                 WEXITSTATUS(end->wait_status));
    return text;
}

static int make_summary(struct model *model, const struct section_options *options, struct rows *rows)
{
    char ending[ENDING_TEXT_BYTES], interval[INTERVAL_TEXT_BYTES];
    struct sums sums = sum_up(model);
    struct completeness judged = completeness_judge(model);
    const struct goroutines *goroutines = &model->goroutines;
    const struct rows_value values[] = {
        {"program", "program", UNIT_TEXT, 0, options->program},
        {"interval", "interval", UNIT_TEXT, 0, interval_text(model, interval)},
        {"ending", "how it ended", UNIT_TEXT, 0, ending_text(model, ending)},
        {"duration_ns", "recorded for", UNIT_NS, sums.duration_ns, NULL},
        {"events", "events", UNIT_COUNT, sums.events, NULL},
        {"allocated_objects", "objects allocated", UNIT_COUNT, sums.born_objects, NULL},
        {"allocated_bytes", "bytes allocated", UNIT_BYTES, sums.born_bytes, NULL},
        {"temporary_permille", "of these temporary", UNIT_PERMILLE, permille(sums.temporary_bytes, sums.born_bytes),
         NULL},
        {"freed_objects", "objects freed", UNIT_COUNT, sums.dead_objects, NULL},
        {"peak_bytes", "most at once, garbage included", UNIT_BYTES, model->peak_bytes, NULL},
        {"alive_objects", "objects alive at the end", UNIT_COUNT, sums.alive_objects, NULL},
        {"alive_bytes", "bytes alive at the end", UNIT_BYTES, sums.alive_bytes, NULL},
        {"goroutines_created", "goroutines created from start", UNIT_COUNT, goroutines->created, NULL},
        {"goroutines_alive", "goroutines at the end", UNIT_COUNT, goroutines->created - goroutines->ended, NULL},
        {"collections", "collections", UNIT_COUNT, sums.collections, NULL},
        {"pauses", "pauses", UNIT_COUNT, sums.pause_count, NULL},
        {"pause_total_ns", "pauses in all", UNIT_NS, sums.pause_ns, NULL},
        {"pause_longest_ns", "longest pause", UNIT_NS, sums.pause_longest_ns, NULL},
        {"counts_exact", "counts are exact", UNIT_FLAG, judged.counts_exact, NULL},
        {"alive_exact", "what is alive is exact", UNIT_FLAG, judged.alive_exact, NULL},
        {"lost_events", "events lost in all", UNIT_COUNT,
         model->file.lost_events > model->lost_events ? model->file.lost_events : model->lost_events, NULL},
        {"contradictions", "contradictions in all", UNIT_COUNT, model_anomaly_count(model), NULL},
    };
    rows_put_values(rows, values, sizeof values / sizeof *values);
    return 0;
}

/* ---- completeness ---- */

static void put_reason(struct rows *rows, const char *reason, const char *text)
{
    rows_put_text(rows, reason);
    rows_put_text(rows, text);
}

static void put_numbers_or_nothing(struct rows *rows, const uint64_t *number)
{
    if (number)
        rows_put_number(rows, *number);
    else
        rows_put_nothing(rows);
}

static void put_extent(struct rows *rows, const uint64_t *from_ns, const uint64_t *to_ns, const uint64_t *count)
{
    put_numbers_or_nothing(rows, from_ns);
    put_numbers_or_nothing(rows, to_ns);
    put_numbers_or_nothing(rows, count);
}

static void put_lost(const struct model *model, size_t limit, struct rows *rows)
{
    for (size_t at = 0; at < model->lost_count; at++) {
        const struct model_lost *lost = &model->lost[at];
        if (limit && at >= limit) {
            rows->left_out += model->lost_count - at;
            return;
        }
        char text[64];
        snprintf(text, sizeof text, "dropped by worker %" PRIu32, lost->worker);
        put_reason(rows, "lost", text);
        put_extent(rows, &lost->from_ns, &lost->to_ns, &lost->events);
    }
}

static void put_gaps(const struct model *model, size_t limit, struct rows *rows)
{
    uint64_t named = model->file.gap_count < TRACE_GAPS_NAMED_MAX ? model->file.gap_count : TRACE_GAPS_NAMED_MAX;
    if (limit && named > limit)
        named = limit;
    for (uint64_t at = 0; at < named; at++) {
        const struct trace_gap *gap = &model->file.gaps[at];
        char text[128];
        snprintf(text, sizeof text, "%" PRIu64 " bytes at offset %" PRIu64 ": %s", gap->bytes, gap->offset,
                 gap->reason);
        put_reason(rows, "damaged", text);
        put_extent(rows, &gap->from_ns, &gap->to_ns, NULL);
    }
    rows->left_out += model->file.gap_count - named;
}

static void put_anomalies(const struct model *model, struct rows *rows)
{
#define X(name, text)                                         \
    if (model->anomalies.name > 0) {                          \
        put_reason(rows, "inconsistent", text);               \
        put_extent(rows, NULL, NULL, &model->anomalies.name); \
    }
    MODEL_ANOMALIES(X)
#undef X
}

static int make_completeness(struct model *model, const struct section_options *options, struct rows *rows)
{
    rows_add_column(rows, "reason", "reason", UNIT_TEXT);
    rows_add_column(rows, "text", "what it means", UNIT_TEXT);
    rows_add_column(rows, "from_ns", "from", UNIT_NS);
    rows_add_column(rows, "to_ns", "to", UNIT_NS);
    rows_add_column(rows, "count", "count", UNIT_COUNT);
    struct completeness judged = completeness_judge(model);
    for (enum completeness_reason reason = 0; reason < COMPLETENESS_REASON_COUNT; reason++) {
        if (!judged.reasons[reason])
            continue;
        put_reason(rows, completeness_word(reason), completeness_text(reason));
        put_extent(rows, NULL, NULL, reason == COMPLETENESS_LATER ? &model->later_events : NULL);
    }
    put_lost(model, options->ranking.limit, rows);
    put_gaps(model, options->ranking.limit, rows);
    put_anomalies(model, rows);
    if (model->file.end.lost_contexts > 0) {
        put_reason(rows, "stacks lost", "call stacks for which the recorder's table had no room");
        put_extent(rows, NULL, NULL, &model->file.end.lost_contexts);
    }
    return 0;
}

/* ---- sites ---- */

static int make_by_amount(struct model *model, const struct section_options *options, enum site_measure measure,
                          const char *time_key, const char *time_heading, struct rows *rows)
{
    struct site_ranking ranking;
    int error = ranking_sites(model, measure, &options->ranking, &ranking);
    if (error < 0)
        return error;
    rows_add_column(rows, "bytes", "bytes", UNIT_BYTES);
    rows_add_column(rows, "share_permille", "share", UNIT_PERMILLE);
    rows_add_column(rows, "objects", "objects", UNIT_COUNT);
    if (time_key)
        rows_add_column(rows, time_key, time_heading, UNIT_NS);
    rows_add_column(rows, "type", "type", UNIT_TEXT);
    add_where_columns(rows, options);
    for (size_t at = 0; at < ranking.count; at++) {
        const struct site_row *row = &ranking.rows[at];
        rows_put_number(rows, row->bytes);
        rows_put_number(rows, permille(row->bytes, ranking.total_bytes));
        rows_put_number(rows, row->objects);
        if (time_key)
            rows_put_number(rows, row->time_ns);
        rows_put_text(rows, row->type);
        put_where(rows, model, options, row->place, row->site.context);
    }
    rows->left_out = ranking.left_out;
    site_ranking_free(&ranking);
    return 0;
}

static int make_allocated(struct model *model, const struct section_options *options, struct rows *rows)
{
    return make_by_amount(model, options, SITES_ALLOCATED, NULL, NULL, rows);
}

static int make_alive(struct model *model, const struct section_options *options, struct rows *rows)
{
    return make_by_amount(model, options, SITES_ALIVE, "oldest_ns", "oldest", rows);
}

static int make_growth(struct model *model, const struct section_options *options, struct rows *rows)
{
    struct growth_ranking ranking;
    int error = ranking_growth(model, &options->ranking, &ranking);
    if (error < 0)
        return error;
    rows_add_column(rows, "grown_bytes", "grown by", UNIT_BYTES);
    rows_add_column(rows, "first_bytes", "at first", UNIT_BYTES);
    rows_add_column(rows, "last_bytes", "at last", UNIT_BYTES);
    rows_add_column(rows, "alive_objects", "objects now", UNIT_COUNT);
    rows_add_column(rows, "type", "type", UNIT_TEXT);
    add_where_columns(rows, options);
    for (size_t at = 0; at < ranking.count; at++) {
        const struct growth_row *row = &ranking.rows[at];
        rows_put_number(rows, row->last_bytes - row->first_bytes);
        rows_put_number(rows, row->first_bytes);
        rows_put_number(rows, row->last_bytes);
        rows_put_number(rows, row->alive_objects);
        rows_put_text(rows, row->type);
        put_where(rows, model, options, row->place, row->context);
    }
    rows->left_out = ranking.left_out;
    growth_ranking_free(&ranking);
    return 0;
}

static int make_temporary(struct model *model, const struct section_options *options, struct rows *rows)
{
    return make_by_amount(model, options, SITES_TEMPORARY, NULL, NULL, rows);
}

static int make_lifetimes(struct model *model, const struct section_options *options, struct rows *rows)
{
    struct site_ranking ranking;
    int error = ranking_sites(model, SITES_DEAD, &options->ranking, &ranking);
    if (error < 0)
        return error;
    rows_add_column(rows, "freed_bytes", "freed", UNIT_BYTES);
    rows_add_column(rows, "freed_objects", "objects", UNIT_COUNT);
    rows_add_column(rows, "temporary_permille", "temporary", UNIT_PERMILLE);
    rows_add_column(rows, "survived_median", "survived", UNIT_COUNT);
    rows_add_column(rows, "lived_mean_min_ns", "lived, mean from", UNIT_NS);
    rows_add_column(rows, "lived_mean_max_ns", "to", UNIT_NS);
    rows_add_column(rows, "died_by_median_ns", "half died by", UNIT_NS);
    rows_add_column(rows, "died_by_p99_ns", "99 % died by", UNIT_NS);
    rows_add_column(rows, "type", "type", UNIT_TEXT);
    add_where_columns(rows, options);
    for (size_t at = 0; at < ranking.count; at++) {
        const struct site_row *row = &ranking.rows[at];
        rows_put_number(rows, row->bytes);
        rows_put_number(rows, row->objects);
        rows_put_number(rows, permille(row->site.temporary_objects, row->objects));
        rows_put_number(rows, histogram_quantile(&row->site.survived_cycles, 500));
        rows_put_number(rows, row->site.lifetime_low_total_ns / row->objects);
        rows_put_number(rows, row->time_ns);
        rows_put_number(rows, histogram_quantile(&row->site.lifetime_ns, 500));
        rows_put_number(rows, histogram_quantile(&row->site.lifetime_ns, 990));
        rows_put_text(rows, row->type);
        put_where(rows, model, options, row->place, row->site.context);
    }
    rows->left_out = ranking.left_out;
    site_ranking_free(&ranking);
    return 0;
}

/* ---- goroutines ---- */

static const char *state_word(uint8_t state)
{
    static const char *const words[] = {"unknown", "ready", "running", "waiting", "ended"};
    return words[state];
}

/* The name of a code; a code without one is shown as a number. */
static void put_name(struct rows *rows, const struct model *model, enum event_name_table names, uint64_t code)
{
    const char *name = names_find(&model->names, names, code);
    char number[32];
    snprintf(number, sizeof number, "%" PRIu64, code);
    rows_put_text(rows, name ? name : number);
}

static int make_goroutines(struct model *model, const struct section_options *options, struct rows *rows)
{
    struct goroutine_ranking ranking;
    int error = ranking_goroutines(model, &options->ranking, &ranking);
    if (error < 0)
        return error;
    bool by_stack = options->ranking.by_stack;
    rows_add_column(rows, "goroutines", "count", UNIT_COUNT);
    rows_add_column(rows, "name", "runs", UNIT_TEXT);
    rows_add_column(rows, "state", "state", UNIT_TEXT);
    rows_add_column(rows, "wait_reason", "waits for", UNIT_TEXT);
    rows_add_column(rows, "longest_ns", "since", UNIT_NS);
    rows_add_column(rows, "wait_function", "waits in", UNIT_TEXT);
    rows_add_column(rows, "wait_location", "waits at", UNIT_TEXT);
    rows_add_column(rows, "creator_function", "created by", UNIT_TEXT);
    rows_add_column(rows, "creator_location", "created at", UNIT_TEXT);
    rows_add_column(rows, "run_ns", "ran", UNIT_NS);
    rows_add_column(rows, "wait_ns", "waited", UNIT_NS);
    rows_add_column(rows, "example_id", "one of them", UNIT_COUNT);
    if (by_stack) {
        rows_add_column(rows, "wait_stack", "stack of the wait", UNIT_STACK);
        rows_add_column(rows, "creator_stack", "stack of the creation", UNIT_STACK);
    }
    for (size_t at = 0; at < ranking.count; at++) {
        const struct goroutine_row *row = &ranking.rows[at];
        bool waiting = row->state == GOROUTINE_WAITING, ended = row->state == GOROUTINE_ENDED;
        rows_put_number(rows, row->count);
        rows_put_text(rows, row->name);
        rows_put_text(rows, state_word(row->state));
        if (waiting)
            put_name(rows, model, EVENT_NAMES_WAIT_REASON, row->wait_reason);
        else
            rows_put_nothing(rows);
        if (ended)
            rows_put_nothing(rows);
        else
            rows_put_number(rows, model->last_ns - row->since_ns);
        if (waiting) {
            where_put_place(rows, &model->stacks, row->wait_place);
        } else {
            rows_put_nothing(rows);
            rows_put_nothing(rows);
        }
        where_put_place(rows, &model->stacks, row->create_place);
        rows_put_number(rows, row->run_ns);
        rows_put_number(rows, row->wait_ns);
        if (ended)
            rows_put_nothing(rows);
        else
            rows_put_number(rows, row->example_id);
        if (by_stack) {
            where_put_stack(rows, &model->stacks, row->wait_context);
            where_put_stack(rows, &model->stacks, row->create_context);
        }
    }
    rows->left_out = ranking.left_out;
    goroutine_ranking_free(&ranking);
    return 0;
}

static int make_blocking(struct model *model, const struct section_options *options, struct rows *rows)
{
    struct wait_ranking ranking;
    int error = ranking_waits(model, &options->ranking, &ranking);
    if (error < 0)
        return error;
    rows_add_column(rows, "wait_total_ns", "waited", UNIT_NS);
    rows_add_column(rows, "share_permille", "share", UNIT_PERMILLE);
    rows_add_column(rows, "waits", "times", UNIT_COUNT);
    rows_add_column(rows, "longest_ns", "longest", UNIT_NS);
    rows_add_column(rows, "waiting_now", "now", UNIT_COUNT);
    rows_add_column(rows, "wait_reason", "for", UNIT_TEXT);
    rows_add_column(rows, "goroutine", "goroutine", UNIT_TEXT);
    add_where_columns(rows, options);
    for (size_t at = 0; at < ranking.count; at++) {
        const struct wait_row *row = &ranking.rows[at];
        rows_put_number(rows, row->total_ns);
        rows_put_number(rows, permille(row->total_ns, ranking.total_ns));
        rows_put_number(rows, row->count);
        rows_put_number(rows, row->longest_ns);
        rows_put_number(rows, row->now);
        put_name(rows, model, EVENT_NAMES_WAIT_REASON, row->reason);
        rows_put_text(rows, row->name);
        put_where(rows, model, options, row->place, row->context);
    }
    rows->left_out = ranking.left_out;
    wait_ranking_free(&ranking);
    return 0;
}

/* ---- the collector ---- */

static int make_pauses(struct model *model, const struct section_options *options, struct rows *rows)
{
    rows_add_column(rows, "reason", "reason", UNIT_TEXT);
    rows_add_column(rows, "pauses", "pauses", UNIT_COUNT);
    rows_add_column(rows, "total_ns", "in all", UNIT_NS);
    rows_add_column(rows, "median_ns", "half within", UNIT_NS);
    rows_add_column(rows, "p99_ns", "99 % within", UNIT_NS);
    rows_add_column(rows, "longest_ns", "longest", UNIT_NS);
    rows_add_column(rows, "longest_at_ns", "longest at", UNIT_NS);
    rows_add_column(rows, "stopping_longest_ns", "longest until all stood", UNIT_NS);
    for (size_t reason = 0; reason < STOP_REASONS_MAX; reason++) {
        const struct pauses *pauses = model->cycles.pauses[reason];
        const char *name = names_find(&model->names, EVENT_NAMES_STOP_REASON, reason);
        if (!pauses || !ranking_keeps(options->ranking.filter, &model->stacks, &name, 1, NULL, 0))
            continue;
        put_name(rows, model, EVENT_NAMES_STOP_REASON, reason);
        rows_put_number(rows, pauses->pause_ns.count);
        rows_put_number(rows, pauses->pause_ns.total);
        rows_put_number(rows, histogram_quantile(&pauses->pause_ns, 500));
        rows_put_number(rows, histogram_quantile(&pauses->pause_ns, 990));
        rows_put_number(rows, pauses->pause_ns.longest);
        rows_put_number(rows, pauses->longest_at_ns);
        rows_put_number(rows, pauses->stopping_ns.longest);
    }
    return 0;
}

static void put_cycle(struct rows *rows, const struct model *model, const struct cycle *cycle)
{
    rows_put_number(rows, cycle->number);
    if (cycle->complete)
        put_name(rows, model, EVENT_NAMES_CYCLE_CAUSE, cycle->cause);
    else
        rows_put_nothing(rows);
    rows_put_number(rows, cycle->begin_ns);
    const uint64_t told[] = {cycle->heap_before_bytes, cycle->marked_bytes, cycle->marked_objects, cycle->root_bytes,
                             cycle->goal_bytes};
    for (size_t at = 0; at < sizeof told / sizeof *told; at++)
        put_numbers_or_nothing(rows, cycle->complete ? &told[at] : NULL);
    rows_put_number(rows, cycle->dead_bytes);
    rows_put_number(rows, cycle->dead_objects);
    rows_put_number(rows, cycle->pause_ns);
}

/* In order of time; a limit keeps the latest. */
static int make_cycles(struct model *model, const struct section_options *options, struct rows *rows)
{
    rows_add_column(rows, "cycle", "cycle", UNIT_COUNT);
    rows_add_column(rows, "cause", "cause", UNIT_TEXT);
    rows_add_column(rows, "begin_ns", "at", UNIT_NS);
    rows_add_column(rows, "heap_before_bytes", "heap before", UNIT_BYTES);
    rows_add_column(rows, "marked_bytes", "marked", UNIT_BYTES);
    rows_add_column(rows, "marked_objects", "objects marked", UNIT_COUNT);
    rows_add_column(rows, "root_bytes", "roots", UNIT_BYTES);
    rows_add_column(rows, "goal_bytes", "next goal", UNIT_BYTES);
    rows_add_column(rows, "freed_bytes", "freed", UNIT_BYTES);
    rows_add_column(rows, "freed_objects", "objects freed", UNIT_COUNT);
    rows_add_column(rows, "pause_ns", "pause", UNIT_NS);
    const struct cycles *cycles = &model->cycles;
    size_t kept = 0, first = cycles->count, matching = 0;
    for (size_t at = cycles->count; at-- > 0;) {
        const struct cycle *cycle = &cycles->items[at];
        const char *cause = names_find(&model->names, EVENT_NAMES_CYCLE_CAUSE, cycle->cause);
        if (cycle->begin_ns < model->since_ns ||
            !ranking_keeps(options->ranking.filter, &model->stacks, &cause, 1, NULL, 0))
            continue;
        matching++;
        if (options->ranking.limit && kept == options->ranking.limit)
            continue;
        kept++;
        first = at;
    }
    rows->left_out = matching - kept;
    for (size_t at = first; at < cycles->count; at++) {
        const struct cycle *cycle = &cycles->items[at];
        const char *cause = names_find(&model->names, EVENT_NAMES_CYCLE_CAUSE, cycle->cause);
        if (ranking_keeps(options->ranking.filter, &model->stacks, &cause, 1, NULL, 0))
            put_cycle(rows, model, cycle);
    }
    return 0;
}

/* ---- the recorder ---- */

static int make_cost(struct model *model, const struct section_options *, struct rows *rows)
{
    uint64_t births = model->kind_counts[EVENT_BIRTH];
    uint64_t estimate_ns = model->cost_births
                               ? (uint64_t)((unsigned __int128)model->cost_ns * births / model->cost_births)
                               : 0;
    const struct rows_value values[] = {
        {"births", "births recorded", UNIT_COUNT, births, NULL},
        {"measured_births", "births measured", UNIT_COUNT, model->cost_births, NULL},
        {"birth_ns", "time of one, mean", UNIT_NS, quantity_mean(model->cost_ns, model->cost_births), NULL},
        {"births_total_ns", "of all births, from that", UNIT_NS, estimate_ns, NULL},
        {"duration_ns", "recorded for", UNIT_NS, recorded_ns(model), NULL},
        {"file_bytes", "file", UNIT_BYTES, model->file.file_bytes, NULL},
        {"file_bytes_per_1000_events", "file, for 1,000 events", UNIT_BYTES,
         model->file.events ? model->file.file_bytes * 1000 / model->file.events : 0, NULL},
    };
    rows_put_values(rows, values, sizeof values / sizeof *values);
    if (model->cost_births == 0) {
        rows_forget_value(rows, "birth_ns");
        rows_forget_value(rows, "births_total_ns");
    }
    return 0;
}

typedef int section_function(struct model *model, const struct section_options *options, struct rows *rows);

static const struct {
    const char *name, *title;
    section_function *make;
} section_table[] = {
#define X(name, title) {#name, title, make_##name},
    REPORT_SECTIONS(X)
#undef X
};

const char *section_name(enum report_section section)
{
    return section_table[section].name;
}

int section_make(enum report_section section, struct model *model, const struct section_options *options,
                 struct rows *ret_rows)
{
    struct rows rows;
    rows_start(&rows, section_table[section].name, section_table[section].title);
    int error = section_table[section].make(model, options, &rows);
    if (error == 0 && rows.failed)
        error = -ENOMEM;
    if (error < 0) {
        rows_free(&rows);
        return error;
    }
    *ret_rows = rows;
    return 0;
}
