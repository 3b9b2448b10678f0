/* See sections.h: one function a section. */
#include "gctool/analyze/sections.h"

#include "gctool/analyze/completeness.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t permille(uint64_t part, uint64_t whole)
{
    return whole ? (uint64_t)((unsigned __int128)part * 1000 / whole) : 0;
}

/* ---- where: function, location, and the whole stack when asked ---- */

static void add_where_columns(struct table *table, const struct section_options *options)
{
    table_add_column(table, "function", "function", UNIT_TEXT);
    table_add_column(table, "location", "location", UNIT_TEXT);
    if (options->ranking.by_stack)
        table_add_column(table, "stack", "stack", UNIT_STACK);
}

static void put_place(struct table *table, const struct model *model, uint32_t place)
{
    const struct stack_frame *frame = stacks_place_frame(&model->stacks, place);
    char text[512];
    if (frame->function) {
        table_put_text(table, frame->function);
    } else {
        stack_frame_describe(frame, text, sizeof text);
        table_put_text(table, text);
    }
    if (!frame->file) {
        table_put_nothing(table);
        return;
    }
    snprintf(text, sizeof text, "%s:%" PRIu32, path_last_part(frame->file), frame->line);
    table_put_text(table, text);
}

struct stack_text {
    char text[8192];
    size_t length;
};

/* A line a frame; an inlined one says so. */
static bool append_frame(const struct stack_frame *frame, void *argument)
{
    struct stack_text *stack = argument;
    char line[600];
    if (frame->pc == 0)
        snprintf(line, sizeof line, "(deeper frames were not recorded)");
    else
        stack_frame_describe(frame, line, sizeof line);
    int written = snprintf(stack->text + stack->length, sizeof stack->text - stack->length, "%s%s%s",
                           stack->length ? "\n" : "", line, frame->inlined ? " (inlined)" : "");
    if (written < 0 || (size_t)written >= sizeof stack->text - stack->length) {
        stack->text[stack->length] = '\0';
        return false;
    }
    stack->length += (size_t)written;
    return true;
}

static void put_stack(struct table *table, const struct model *model, uint32_t context)
{
    struct stack_text stack = {.length = 0};
    stacks_visit(&model->stacks, context, append_frame, &stack);
    table_put_text(table, stack.length ? stack.text : NULL);
}

static void put_where(struct table *table, const struct model *model, const struct section_options *options,
                      uint32_t place, uint32_t context)
{
    put_place(table, model, place);
    if (options->ranking.by_stack)
        put_stack(table, model, context);
}

/* ---- summary ---- */

struct sums {
    uint64_t born_objects, born_bytes, dead_objects, alive_objects, alive_bytes, temporary_bytes;
    uint64_t pause_count, pause_ns, pause_longest_ns;
};

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
    return sums;
}

static const char *ending_word(const struct model *model)
{
    if (model->ended)
        return "ended";
    if (model->file.truncated)
        return "unknown";
    if (model->file.has_end && model->file.end.ending == TRACE_DETACHED)
        return "still running";
    return "killed or crashed";
}

struct value {
    const char *key, *heading;
    enum table_unit unit;
    uint64_t number;
    const char *text;
};

/* A table of one row from a list of values. */
static int make_single(struct table *table, const struct value *values, size_t count)
{
    table->single = true;
    for (size_t at = 0; at < count; at++)
        table_add_column(table, values[at].key, values[at].heading, values[at].unit);
    for (size_t at = 0; at < count; at++) {
        if (values[at].unit == UNIT_TEXT)
            table_put_text(table, values[at].text);
        else
            table_put_number(table, values[at].number);
    }
    return 0;
}

static int make_summary(struct model *model, const struct section_options *options, struct table *table)
{
    struct sums sums = sum_up(model);
    struct completeness judged = completeness_judge(model);
    const struct goroutines *goroutines = &model->goroutines;
    const struct value values[] = {
        {"program", "program", UNIT_TEXT, 0, options->program},
        {"ending", "how it ended", UNIT_TEXT, 0, ending_word(model)},
        {"duration_ns", "recorded for", UNIT_NS, model->last_ns - model->first_ns, NULL},
        {"events", "events", UNIT_COUNT, model->event_count, NULL},
        {"allocated_objects", "objects allocated", UNIT_COUNT, sums.born_objects, NULL},
        {"allocated_bytes", "bytes allocated", UNIT_BYTES, sums.born_bytes, NULL},
        {"temporary_permille", "of these temporary", UNIT_PERMILLE, permille(sums.temporary_bytes, sums.born_bytes),
         NULL},
        {"freed_objects", "objects freed", UNIT_COUNT, sums.dead_objects, NULL},
        {"peak_bytes", "most at once, garbage included", UNIT_BYTES, model->peak_bytes, NULL},
        {"alive_objects", "objects alive at the end", UNIT_COUNT, sums.alive_objects, NULL},
        {"alive_bytes", "bytes alive at the end", UNIT_BYTES, sums.alive_bytes, NULL},
        {"goroutines_created", "goroutines created", UNIT_COUNT, goroutines->created, NULL},
        {"goroutines_alive", "goroutines at the end", UNIT_COUNT, goroutines->created - goroutines->ended, NULL},
        {"collections", "collections", UNIT_COUNT, model->cycles.count, NULL},
        {"pauses", "pauses", UNIT_COUNT, sums.pause_count, NULL},
        {"pause_total_ns", "pauses in all", UNIT_NS, sums.pause_ns, NULL},
        {"pause_longest_ns", "longest pause", UNIT_NS, sums.pause_longest_ns, NULL},
        {"counts_exact", "counts are exact", UNIT_FLAG, judged.counts_exact, NULL},
        {"alive_exact", "what is alive is exact", UNIT_FLAG, judged.alive_exact, NULL},
        {"lost_events", "events lost", UNIT_COUNT,
         model->file.lost_events > model->lost_events ? model->file.lost_events : model->lost_events, NULL},
        {"contradictions", "contradictions", UNIT_COUNT, model_anomaly_count(model), NULL},
    };
    return make_single(table, values, sizeof values / sizeof *values);
}

/* ---- completeness ---- */

static void put_reason(struct table *table, const char *reason, const char *text)
{
    table_put_text(table, reason);
    table_put_text(table, text);
}

static void put_numbers_or_nothing(struct table *table, const uint64_t *number)
{
    if (number)
        table_put_number(table, *number);
    else
        table_put_nothing(table);
}

static void put_extent(struct table *table, const uint64_t *from_ns, const uint64_t *to_ns, const uint64_t *count)
{
    put_numbers_or_nothing(table, from_ns);
    put_numbers_or_nothing(table, to_ns);
    put_numbers_or_nothing(table, count);
}

static void put_lost(const struct model *model, size_t limit, struct table *table)
{
    for (size_t at = 0; at < model->lost_count; at++) {
        const struct model_lost *lost = &model->lost[at];
        if (limit && at >= limit) {
            table->left_out += model->lost_count - at;
            return;
        }
        char text[64];
        snprintf(text, sizeof text, "dropped by worker %" PRIu32, lost->worker);
        put_reason(table, "lost", text);
        put_extent(table, &lost->from_ns, &lost->to_ns, &lost->events);
    }
}

static void put_gaps(const struct model *model, size_t limit, struct table *table)
{
    uint64_t named = model->file.gap_count < TRACE_GAPS_NAMED_MAX ? model->file.gap_count : TRACE_GAPS_NAMED_MAX;
    if (limit && named > limit)
        named = limit;
    for (uint64_t at = 0; at < named; at++) {
        const struct trace_gap *gap = &model->file.gaps[at];
        char text[128];
        snprintf(text, sizeof text, "%" PRIu64 " bytes at offset %" PRIu64 ": %s", gap->bytes, gap->offset,
                 gap->reason);
        put_reason(table, "damaged", text);
        put_extent(table, &gap->from_ns, &gap->to_ns, NULL);
    }
    table->left_out += model->file.gap_count - named;
}

static void put_anomalies(const struct model *model, struct table *table)
{
#define X(name, text)                                          \
    if (model->anomalies.name > 0) {                           \
        put_reason(table, "inconsistent", text);               \
        put_extent(table, NULL, NULL, &model->anomalies.name); \
    }
    MODEL_ANOMALIES(X)
#undef X
}

static int make_completeness(struct model *model, const struct section_options *options, struct table *table)
{
    table_add_column(table, "reason", "reason", UNIT_TEXT);
    table_add_column(table, "text", "what it means", UNIT_TEXT);
    table_add_column(table, "from_ns", "from", UNIT_NS);
    table_add_column(table, "to_ns", "to", UNIT_NS);
    table_add_column(table, "count", "count", UNIT_COUNT);
    struct completeness judged = completeness_judge(model);
    for (enum completeness_reason reason = 0; reason < COMPLETENESS_REASON_COUNT; reason++) {
        if (!judged.reasons[reason])
            continue;
        put_reason(table, completeness_word(reason), completeness_text(reason));
        put_extent(table, NULL, NULL, NULL);
    }
    put_lost(model, options->ranking.limit, table);
    put_gaps(model, options->ranking.limit, table);
    put_anomalies(model, table);
    if (model->file.end.lost_contexts > 0) {
        put_reason(table, "stacks lost", "call stacks for which the recorder's table had no room");
        put_extent(table, NULL, NULL, &model->file.end.lost_contexts);
    }
    return 0;
}

/* ---- sites ---- */

static int make_by_amount(struct model *model, const struct section_options *options, enum site_measure measure,
                          const char *time_key, const char *time_heading, struct table *table)
{
    struct site_ranking ranking;
    int error = ranking_sites(model, measure, &options->ranking, &ranking);
    if (error < 0)
        return error;
    table_add_column(table, "bytes", "bytes", UNIT_BYTES);
    table_add_column(table, "share_permille", "share", UNIT_PERMILLE);
    table_add_column(table, "objects", "objects", UNIT_COUNT);
    if (time_key)
        table_add_column(table, time_key, time_heading, UNIT_NS);
    table_add_column(table, "type", "type", UNIT_TEXT);
    add_where_columns(table, options);
    for (size_t at = 0; at < ranking.count; at++) {
        const struct site_row *row = &ranking.rows[at];
        table_put_number(table, row->bytes);
        table_put_number(table, permille(row->bytes, ranking.total_bytes));
        table_put_number(table, row->objects);
        if (time_key)
            table_put_number(table, row->time_ns);
        table_put_text(table, row->type);
        put_where(table, model, options, row->place, row->site.context);
    }
    table->left_out = ranking.left_out;
    site_ranking_free(&ranking);
    return 0;
}

static int make_allocated(struct model *model, const struct section_options *options, struct table *table)
{
    return make_by_amount(model, options, SITES_ALLOCATED, NULL, NULL, table);
}

static int make_alive(struct model *model, const struct section_options *options, struct table *table)
{
    return make_by_amount(model, options, SITES_ALIVE, "oldest_ns", "oldest", table);
}

static int make_temporary(struct model *model, const struct section_options *options, struct table *table)
{
    return make_by_amount(model, options, SITES_TEMPORARY, NULL, NULL, table);
}

static int make_lifetimes(struct model *model, const struct section_options *options, struct table *table)
{
    struct site_ranking ranking;
    int error = ranking_sites(model, SITES_DEAD, &options->ranking, &ranking);
    if (error < 0)
        return error;
    table_add_column(table, "freed_bytes", "freed", UNIT_BYTES);
    table_add_column(table, "freed_objects", "objects", UNIT_COUNT);
    table_add_column(table, "temporary_permille", "temporary", UNIT_PERMILLE);
    table_add_column(table, "survived_median", "survived", UNIT_COUNT);
    table_add_column(table, "lived_mean_min_ns", "lived, mean from", UNIT_NS);
    table_add_column(table, "lived_mean_max_ns", "to", UNIT_NS);
    table_add_column(table, "died_by_median_ns", "half died by", UNIT_NS);
    table_add_column(table, "died_by_p99_ns", "99 % died by", UNIT_NS);
    table_add_column(table, "type", "type", UNIT_TEXT);
    add_where_columns(table, options);
    for (size_t at = 0; at < ranking.count; at++) {
        const struct site_row *row = &ranking.rows[at];
        table_put_number(table, row->bytes);
        table_put_number(table, row->objects);
        table_put_number(table, permille(row->site.temporary_objects, row->objects));
        table_put_number(table, histogram_quantile(&row->site.survived_cycles, 500));
        table_put_number(table, row->site.lifetime_low_total_ns / row->objects);
        table_put_number(table, row->time_ns);
        table_put_number(table, histogram_quantile(&row->site.lifetime_ns, 500));
        table_put_number(table, histogram_quantile(&row->site.lifetime_ns, 990));
        table_put_text(table, row->type);
        put_where(table, model, options, row->place, row->site.context);
    }
    table->left_out = ranking.left_out;
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
static void put_name(struct table *table, const struct model *model, enum event_name_table names, uint64_t code)
{
    const char *name = names_find(&model->names, names, code);
    char number[32];
    snprintf(number, sizeof number, "%" PRIu64, code);
    table_put_text(table, name ? name : number);
}

static int make_goroutines(struct model *model, const struct section_options *options, struct table *table)
{
    struct goroutine_ranking ranking;
    int error = ranking_goroutines(model, &options->ranking, &ranking);
    if (error < 0)
        return error;
    bool by_stack = options->ranking.by_stack;
    table_add_column(table, "goroutines", "count", UNIT_COUNT);
    table_add_column(table, "name", "runs", UNIT_TEXT);
    table_add_column(table, "state", "state", UNIT_TEXT);
    table_add_column(table, "wait_reason", "waits for", UNIT_TEXT);
    table_add_column(table, "longest_ns", "since", UNIT_NS);
    table_add_column(table, "wait_function", "waits in", UNIT_TEXT);
    table_add_column(table, "wait_location", "at", UNIT_TEXT);
    table_add_column(table, "creator_function", "created by", UNIT_TEXT);
    table_add_column(table, "creator_location", "at", UNIT_TEXT);
    table_add_column(table, "run_ns", "ran", UNIT_NS);
    table_add_column(table, "wait_ns", "waited", UNIT_NS);
    table_add_column(table, "example_id", "one of them", UNIT_COUNT);
    if (by_stack) {
        table_add_column(table, "wait_stack", "stack of the wait", UNIT_STACK);
        table_add_column(table, "creator_stack", "stack of the creation", UNIT_STACK);
    }
    for (size_t at = 0; at < ranking.count; at++) {
        const struct goroutine_row *row = &ranking.rows[at];
        bool waiting = row->state == GOROUTINE_WAITING, ended = row->state == GOROUTINE_ENDED;
        table_put_number(table, row->count);
        table_put_text(table, row->name);
        table_put_text(table, state_word(row->state));
        if (waiting)
            put_name(table, model, EVENT_NAMES_WAIT_REASON, row->wait_reason);
        else
            table_put_nothing(table);
        if (ended)
            table_put_nothing(table);
        else
            table_put_number(table, model->last_ns - row->since_ns);
        if (waiting) {
            put_place(table, model, row->wait_place);
        } else {
            table_put_nothing(table);
            table_put_nothing(table);
        }
        put_place(table, model, row->create_place);
        table_put_number(table, row->run_ns);
        table_put_number(table, row->wait_ns);
        if (ended)
            table_put_nothing(table);
        else
            table_put_number(table, row->example_id);
        if (by_stack) {
            put_stack(table, model, row->wait_context);
            put_stack(table, model, row->create_context);
        }
    }
    table->left_out = ranking.left_out;
    goroutine_ranking_free(&ranking);
    return 0;
}

static int make_blocking(struct model *model, const struct section_options *options, struct table *table)
{
    struct wait_ranking ranking;
    int error = ranking_waits(model, &options->ranking, &ranking);
    if (error < 0)
        return error;
    table_add_column(table, "wait_total_ns", "waited", UNIT_NS);
    table_add_column(table, "share_permille", "share", UNIT_PERMILLE);
    table_add_column(table, "waits", "times", UNIT_COUNT);
    table_add_column(table, "longest_ns", "longest", UNIT_NS);
    table_add_column(table, "waiting_now", "now", UNIT_COUNT);
    table_add_column(table, "wait_reason", "for", UNIT_TEXT);
    table_add_column(table, "goroutine", "goroutine", UNIT_TEXT);
    add_where_columns(table, options);
    for (size_t at = 0; at < ranking.count; at++) {
        const struct wait_row *row = &ranking.rows[at];
        table_put_number(table, row->total_ns);
        table_put_number(table, permille(row->total_ns, ranking.total_ns));
        table_put_number(table, row->count);
        table_put_number(table, row->longest_ns);
        table_put_number(table, row->now);
        put_name(table, model, EVENT_NAMES_WAIT_REASON, row->reason);
        table_put_text(table, row->name);
        put_where(table, model, options, row->place, row->context);
    }
    table->left_out = ranking.left_out;
    wait_ranking_free(&ranking);
    return 0;
}

/* ---- the collector ---- */

static int make_pauses(struct model *model, const struct section_options *options, struct table *table)
{
    table_add_column(table, "reason", "reason", UNIT_TEXT);
    table_add_column(table, "pauses", "pauses", UNIT_COUNT);
    table_add_column(table, "total_ns", "in all", UNIT_NS);
    table_add_column(table, "median_ns", "half within", UNIT_NS);
    table_add_column(table, "p99_ns", "99 % within", UNIT_NS);
    table_add_column(table, "longest_ns", "longest", UNIT_NS);
    table_add_column(table, "longest_at_ns", "which was at", UNIT_NS);
    table_add_column(table, "stopping_longest_ns", "longest until all stood", UNIT_NS);
    for (size_t reason = 0; reason < STOP_REASONS_MAX; reason++) {
        const struct pauses *pauses = model->cycles.pauses[reason];
        const char *name = names_find(&model->names, EVENT_NAMES_STOP_REASON, reason);
        if (!pauses || !ranking_keeps(options->ranking.filter, &model->stacks, &name, 1, NULL, 0))
            continue;
        put_name(table, model, EVENT_NAMES_STOP_REASON, reason);
        table_put_number(table, pauses->pause_ns.count);
        table_put_number(table, pauses->pause_ns.total);
        table_put_number(table, histogram_quantile(&pauses->pause_ns, 500));
        table_put_number(table, histogram_quantile(&pauses->pause_ns, 990));
        table_put_number(table, pauses->pause_ns.longest);
        table_put_number(table, pauses->longest_at_ns);
        table_put_number(table, pauses->stopping_ns.longest);
    }
    return 0;
}

static void put_cycle(struct table *table, const struct model *model, const struct cycle *cycle)
{
    table_put_number(table, cycle->number);
    if (cycle->complete)
        put_name(table, model, EVENT_NAMES_CYCLE_CAUSE, cycle->cause);
    else
        table_put_nothing(table);
    table_put_number(table, cycle->begin_ns);
    const uint64_t told[] = {cycle->heap_before_bytes, cycle->marked_bytes, cycle->marked_objects, cycle->root_bytes,
                             cycle->goal_bytes};
    for (size_t at = 0; at < sizeof told / sizeof *told; at++)
        put_numbers_or_nothing(table, cycle->complete ? &told[at] : NULL);
    table_put_number(table, cycle->dead_bytes);
    table_put_number(table, cycle->dead_objects);
    table_put_number(table, cycle->pause_ns);
}

/* In order of time; a limit keeps the latest. */
static int make_cycles(struct model *model, const struct section_options *options, struct table *table)
{
    table_add_column(table, "cycle", "cycle", UNIT_COUNT);
    table_add_column(table, "cause", "cause", UNIT_TEXT);
    table_add_column(table, "begin_ns", "at", UNIT_NS);
    table_add_column(table, "heap_before_bytes", "heap before", UNIT_BYTES);
    table_add_column(table, "marked_bytes", "marked", UNIT_BYTES);
    table_add_column(table, "marked_objects", "objects", UNIT_COUNT);
    table_add_column(table, "root_bytes", "roots", UNIT_BYTES);
    table_add_column(table, "goal_bytes", "next goal", UNIT_BYTES);
    table_add_column(table, "freed_bytes", "freed", UNIT_BYTES);
    table_add_column(table, "freed_objects", "objects", UNIT_COUNT);
    table_add_column(table, "pause_ns", "pause", UNIT_NS);
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
    table->left_out = matching - kept;
    for (size_t at = first; at < cycles->count; at++) {
        const struct cycle *cycle = &cycles->items[at];
        const char *cause = names_find(&model->names, EVENT_NAMES_CYCLE_CAUSE, cycle->cause);
        if (ranking_keeps(options->ranking.filter, &model->stacks, &cause, 1, NULL, 0))
            put_cycle(table, model, cycle);
    }
    return 0;
}

/* ---- the recorder ---- */

static int make_cost(struct model *model, const struct section_options *, struct table *table)
{
    uint64_t births = model->kind_counts[EVENT_BIRTH];
    uint64_t estimate_ns = model->cost_births
                               ? (uint64_t)((unsigned __int128)model->cost_ns * births / model->cost_births)
                               : 0;
    const struct value values[] = {
        {"births", "births recorded", UNIT_COUNT, births, NULL},
        {"measured_births", "births measured", UNIT_COUNT, model->cost_births, NULL},
        {"birth_ns", "time of one, mean", UNIT_NS, model->cost_births ? model->cost_ns / model->cost_births : 0, NULL},
        {"births_total_ns", "of all births, from that", UNIT_NS, estimate_ns, NULL},
        {"duration_ns", "recorded for", UNIT_NS, model->last_ns - model->first_ns, NULL},
        {"file_bytes", "file", UNIT_BYTES, model->file.file_bytes, NULL},
        {"file_millibytes_per_event", "thousandths of a byte an event", UNIT_COUNT,
         model->event_count ? model->file.file_bytes * 1000 / model->event_count : 0, NULL},
    };
    return make_single(table, values, sizeof values / sizeof *values);
}

typedef int section_function(struct model *model, const struct section_options *options, struct table *table);

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
                 struct table *ret_table)
{
    struct table table;
    table_start(&table, section_table[section].name, section_table[section].title);
    int error = section_table[section].make(model, options, &table);
    if (error == 0 && table.failed)
        error = -ENOMEM;
    if (error < 0) {
        table_free(&table);
        return error;
    }
    *ret_table = table;
    return 0;
}
