/* See model.h. One function a kind of event; the table at the end says which. */
#include "gctool/model/model.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool in_interval(const struct model *model, uint64_t time_ns)
{
    return time_ns >= model->since_ns;
}

/* ---- objects ---- */

static uint64_t subtract(uint64_t from, uint64_t what)
{
    return from > what ? from - what : 0;
}

/* Frees the slot and counts the death where the birth was counted. */
static void kill_slot(struct model *model, const struct span *span, struct slot *slot)
{
    uint32_t owner = slot->owner;
    slot->owner = SLOT_FREE;
    if (model->cycles.count > 0) {
        struct cycle *cycle = &model->cycles.items[model->cycles.count - 1];
        cycle->dead_objects++;
        cycle->dead_bytes += span->slot_bytes;
    }
    if (owner < SLOT_SITE_FIRST)
        return;
    uint64_t before_ns, begin_ns;
    cycles_begin_times(&model->cycles, &before_ns, &begin_ns);
    uint64_t cycles_since = subtract(cycles_number(&model->cycles), slot->cycle);
    struct site_death death = {
        .bytes = span->slot_bytes,
        .survived_cycles = cycles_since > 0 ? cycles_since - 1 : 0,
        .lifetime_low_ns = subtract(before_ns, slot->born_ns),
        .lifetime_high_ns = subtract(begin_ns, slot->born_ns),
    };
    site_count_death(&model->sites.items[owner - SLOT_SITE_FIRST], &death);
    model->alive_objects--;
    model->alive_bytes -= span->slot_bytes;
}

static int apply_birth(struct model *model, const struct trace_event *event)
{
    struct span *span = spans_find(&model->spans, event_word_span_id(event->word));
    uint32_t slot_number = event_word_slot(event->word);
    if (!span || slot_number >= span->slot_count) {
        model->anomalies.birth_outside_span++;
        return 0;
    }
    struct slot *slots = span_slots(span);
    if (!slots)
        return -ENOMEM;
    struct slot *slot = &slots[slot_number];
    if (slot->owner != SLOT_FREE) {
        model->anomalies.birth_on_live_slot++; /* the older object's death is missing, yet it must be dead by now */
        kill_slot(model, span, slot);
    }
    *slot = (struct slot){
        .owner = SLOT_UNCOUNTED, .cycle = (uint32_t)cycles_number(&model->cycles), .born_ns = event->time_ns};
    if (!in_interval(model, event->time_ns))
        return 0;
    uint32_t site;
    int error = sites_get(&model->sites, event_word_context(event->word), span->type, &site);
    if (error < 0)
        return error;
    slot->owner = site + SLOT_SITE_FIRST;
    site_count_birth(&model->sites.items[site], span->slot_bytes);
    model->alive_objects++;
    model->alive_bytes += span->slot_bytes;
    if (model->alive_bytes > model->peak_bytes) {
        model->peak_bytes = model->alive_bytes;
        model->peak_ns = event->time_ns;
    }
    return 0;
}

static void kill_span(struct model *model, struct span *span)
{
    for (uint32_t slot = 0; span->slots && slot < span->slot_count; slot++)
        if (span->slots[slot].owner != SLOT_FREE)
            kill_slot(model, span, &span->slots[slot]);
    span_end(span);
    model->span_count--;
}

static int apply_span_new(struct model *model, const struct trace_event *event)
{
    uint64_t slot_count = event->payload[1] >> 32;
    uint64_t slot_bytes = event->payload[2];
    if (slot_count == 0 || slot_count > SPAN_SLOTS_MAX || slot_bytes == 0 || slot_bytes > SLOT_BYTES_MAX) {
        model->anomalies.malformed++;
        return 0;
    }
    struct span *span = spans_place(&model->spans, event_word_span_id(event->word));
    if (!span)
        return -ENOMEM;
    if (span->exists) {
        model->anomalies.span_over_span++; /* its release is missing */
        kill_span(model, span);
    }
    *span = (struct span){.exists = true,
                          .incarnation = event_word_incarnation(event->word),
                          .base = event->payload[0],
                          .type = (uint32_t)event->payload[1],
                          .slot_count = (uint32_t)slot_count,
                          .slot_bytes = slot_bytes};
    model->span_count++;
    if (model->span_count > model->span_count_peak)
        model->span_count_peak = model->span_count;
    return 0;
}

/* The span that the event means, or NULL, counted, when it is not the one that exists. */
static struct span *span_meant(struct model *model, const struct trace_event *event)
{
    struct span *span = spans_find(&model->spans, event_word_span_id(event->word));
    if (!span)
        model->anomalies.death_outside_span++;
    else if (span->incarnation != event_word_incarnation(event->word)) {
        model->anomalies.stale_incarnation++;
        span = NULL;
    }
    return span;
}

static int apply_span_release(struct model *model, const struct trace_event *event)
{
    struct span *span = span_meant(model, event);
    if (span)
        kill_span(model, span);
    return 0;
}

static int apply_deaths(struct model *model, const struct trace_event *event)
{
    struct span *span = span_meant(model, event);
    if (!span)
        return 0;
    for (uint32_t at = 0; at < event->payload_words; at++) {
        for (uint64_t bits = event->payload[at]; bits != 0; bits &= bits - 1) {
            uint32_t slot = at * 64 + (uint32_t)__builtin_ctzll(bits);
            if (slot >= span->slot_count)
                model->anomalies.death_outside_span++;
            else if (!span->slots || span->slots[slot].owner == SLOT_FREE)
                model->anomalies.death_of_free_slot++;
            else
                kill_slot(model, span, &span->slots[slot]);
        }
    }
    return 0;
}

/* ---- names ---- */

static int apply_type(struct model *model, const struct trace_event *event)
{
    if (event->payload_words < 2) {
        model->anomalies.malformed++;
        return 0;
    }
    return names_set_type(&model->names, event_word_code(event->word), event->payload[0], event->payload[1],
                          (const char *)(event->payload + 2), (event->payload_words - 2) * sizeof(uint64_t));
}

static int apply_name(struct model *model, const struct trace_event *event)
{
    if (event->payload_words < 1) {
        model->anomalies.malformed++;
        return 0;
    }
    return names_set(&model->names, event_word_code(event->word), event->payload[0], (const char *)(event->payload + 1),
                     (event->payload_words - 1) * sizeof(uint64_t));
}

/* Three words of addresses, three of the build id, then the path. */
enum { MODULE_PATH_WORD = 6 };

static int apply_module(struct model *model, const struct trace_event *event)
{
    if (event->payload_words <= MODULE_PATH_WORD) {
        model->anomalies.malformed++;
        return 0;
    }
    char *path = strndup((const char *)(event->payload + MODULE_PATH_WORD),
                         (event->payload_words - MODULE_PATH_WORD) * sizeof(uint64_t));
    if (!path)
        return -ENOMEM;
    int error = stacks_add_module(&model->stacks, event->payload[0], event->payload[1], event->payload[2], path);
    free(path);
    return error;
}

/* ---- goroutines ---- */

static int apply_goroutine(struct model *model, const struct trace_event *event)
{
    struct goroutines *all = &model->goroutines;
    uint64_t id = event_word_number(event->word);
    uint64_t now_ns = event->time_ns;
    switch (event_word_kind(event->word)) {
    case EVENT_GO_CREATE:
        return goroutines_create(all, id, event->payload[0], (uint32_t)event->payload[1], event->payload[2], now_ns);
    case EVENT_GO_RUN:
        return goroutines_run(all, id, now_ns);
    case EVENT_GO_BLOCK:
        return goroutines_block(all, id, (uint8_t)event_word_small(event->word), event->payload[0],
                                (uint32_t)event->payload[1], now_ns);
    case EVENT_GO_WAKE:
        return goroutines_wake(all, id, now_ns);
    case EVENT_GO_YIELD:
        return goroutines_yield(all, id, now_ns);
    default:
        return goroutines_end(all, id, now_ns);
    }
}

/* ---- the collector ---- */

static int apply_stop(struct model *model, const struct trace_event *event)
{
    uint8_t reason = (uint8_t)event_word_number(event->word);
    switch (event_word_kind(event->word)) {
    case EVENT_STOP_BEGIN:
        cycles_stop_begin(&model->cycles, reason, event->time_ns);
        return 0;
    case EVENT_STOP_DONE:
        cycles_stop_done(&model->cycles, reason, event->time_ns);
        return 0;
    default:
        return cycles_stop_end(&model->cycles, reason, event->time_ns);
    }
}

/* After an event of a cycle: `count` is how many there were before it. */
static int sample_growth(struct model *model, size_t count, const struct trace_event *event)
{
    bool begins = model->cycles.count > count && in_interval(model, event->time_ns);
    return begins ? growth_sample(&model->growth, &model->sites) : 0;
}

static int apply_phase(struct model *model, const struct trace_event *event)
{
    size_t count = model->cycles.count;
    int error = cycles_phase(&model->cycles, event_word_number(event->word), (uint8_t)event_word_small(event->word),
                             event->time_ns);
    return error < 0 ? error : sample_growth(model, count, event);
}

static int apply_cycle(struct model *model, const struct trace_event *event)
{
    const uint64_t *payload = event->payload;
    struct cycle cycle = {
        .number = event_word_number(event->word),
        .marked_objects = payload[0],
        .marked_bytes = payload[1],
        .heap_before_bytes = payload[2],
        .goal_bytes = payload[3],
        .root_bytes = payload[4],
        .cause = (uint8_t)payload[5],
    };
    size_t count = model->cycles.count;
    int error = cycles_complete(&model->cycles, &cycle, event->time_ns);
    return error < 0 ? error : sample_growth(model, count, event);
}

/* ---- the recording itself ---- */

static int apply_lost(struct model *model, const struct trace_event *event)
{
    uint64_t events = event_word_argument(event->word);
    int error = array_reserve(&model->lost, &model->lost_capacity, model->lost_count + 1, sizeof *model->lost);
    if (error < 0)
        return error;
    uint64_t from_ns = event->worker < MODEL_WORKERS_MAX ? model->workers[event->worker].last_ns : 0;
    model->lost[model->lost_count++] = (struct model_lost){
        .worker = event->worker, .from_ns = from_ns, .to_ns = event->time_ns, .events = events};
    model->lost_events += events;
    return 0;
}

static int apply_run_end(struct model *model, const struct trace_event *event)
{
    model->ended = true;
    model->exit_status = event_word_argument(event->word);
    model->ended_swept = event->payload[0] == 1;
    model->recorded_events = event->payload[1];
    return 0;
}

static int apply_cost(struct model *model, const struct trace_event *event)
{
    model->cost_births += event->payload[0];
    model->cost_ns += event->payload[1];
    return 0;
}

typedef int apply_function(struct model *model, const struct trace_event *event);

static apply_function *const apply_of_kind[1 << EVENT_KIND_BITS] = {
    [EVENT_BIRTH] = apply_birth,        [EVENT_SPAN_NEW] = apply_span_new,   [EVENT_SPAN_RELEASE] = apply_span_release,
    [EVENT_DEATHS] = apply_deaths,      [EVENT_TYPE] = apply_type,           [EVENT_NAME] = apply_name,
    [EVENT_MODULE] = apply_module,      [EVENT_GO_CREATE] = apply_goroutine, [EVENT_GO_RUN] = apply_goroutine,
    [EVENT_GO_BLOCK] = apply_goroutine, [EVENT_GO_WAKE] = apply_goroutine,   [EVENT_GO_YIELD] = apply_goroutine,
    [EVENT_GO_END] = apply_goroutine,   [EVENT_STOP_BEGIN] = apply_stop,     [EVENT_STOP_DONE] = apply_stop,
    [EVENT_STOP_END] = apply_stop,      [EVENT_PHASE] = apply_phase,         [EVENT_CYCLE] = apply_cycle,
    [EVENT_LOST] = apply_lost,          [EVENT_RUN_END] = apply_run_end,     [EVENT_COST] = apply_cost,
};

/* The least payload of a kind: what its function reads without asking. */
static const uint8_t payload_of_kind[1 << EVENT_KIND_BITS] = {
#define X(name, code, words, text) [code] = (words) == EVENT_COUNTED ? 0 : (words),
    GCTRACE_EVENTS(X)
#undef X
};

static bool is_dictionary(enum event_kind kind)
{
    return kind == EVENT_TYPE || kind == EVENT_NAME || kind == EVENT_MODULE;
}

static void note_time(struct model *model, const struct trace_event *event)
{
    if (model->event_count == 0)
        model->first_ns = event->time_ns;
    model->event_count++;
    if (event->time_ns < model->last_ns)
        model->anomalies.time_backwards++;
    else
        model->last_ns = event->time_ns;
}

int model_apply(struct model *model, const struct trace_event *event)
{
    enum event_kind kind = event_word_kind(event->word);
    bool is_past = event->time_ns > model->until_ns;
    model->past_until |= is_past;
    if (is_past && !is_dictionary(kind))
        return 0;
    apply_function *apply = apply_of_kind[kind];
    if (!is_past) {
        note_time(model, event);
        model->kind_counts[kind] += in_interval(model, event->time_ns);
    }
    int error = 0;
    if (!apply)
        model->later_events++;
    else if (event->payload_words < payload_of_kind[kind])
        model->anomalies.malformed++;
    else
        error = apply(model, event);
    if (event->worker < MODEL_WORKERS_MAX) {
        struct model_worker *worker = &model->workers[event->worker];
        worker->seen = true;
        worker->last_ns = event->time_ns;
        worker->events++;
    }
    return error;
}

struct model *model_new(uint64_t since_ns, uint64_t until_ns)
{
    struct model *model = calloc(1, sizeof *model);
    if (!model)
        return NULL;
    model->since_ns = since_ns;
    model->until_ns = until_ns;
    model->goroutines.since_ns = since_ns;
    model->cycles.since_ns = since_ns;
    return model;
}

static void note_age(const struct span *, const struct slot *slot, void *argument)
{
    struct model *model = argument;
    if (slot->owner < SLOT_SITE_FIRST)
        return;
    struct site *site = &model->sites.items[slot->owner - SLOT_SITE_FIRST];
    if (slot->born_ns < site->alive_since_ns)
        site->alive_since_ns = slot->born_ns;
}

void model_finish(struct model *model)
{
    goroutines_finish(&model->goroutines, model->last_ns);
    spans_visit(&model->spans, note_age, model);
    model->anomalies.goroutine_state = model->goroutines.inconsistent;
    model->anomalies.cycle_order = model->cycles.inconsistent;
}

struct occupied {
    uint64_t objects, bytes;
};

static void count_occupied(const struct span *span, const struct slot *slot, void *argument)
{
    struct occupied *occupied = argument;
    if (slot->owner < SLOT_SITE_FIRST)
        return;
    occupied->objects++;
    occupied->bytes += span->slot_bytes;
}

bool model_check(const struct model *model)
{
    struct occupied occupied = {0};
    spans_visit(&model->spans, count_occupied, &occupied);
    uint64_t objects = 0, bytes = 0;
    for (size_t at = 0; at < model->sites.count; at++) {
        objects += model->sites.items[at].alive_objects;
        bytes += model->sites.items[at].alive_bytes;
    }
    return sites_check(&model->sites) && objects == occupied.objects && bytes == occupied.bytes &&
           objects == model->alive_objects && bytes == model->alive_bytes;
}

uint64_t model_anomaly_count(const struct model *model)
{
    uint64_t count = 0;
#define X(name, text) count += model->anomalies.name;
    MODEL_ANOMALIES(X)
#undef X
    return count;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    sites_free(&model->sites);
    growth_free(&model->growth);
    spans_free(&model->spans);
    goroutines_free(&model->goroutines);
    cycles_free(&model->cycles);
    names_free(&model->names);
    stacks_free(&model->stacks);
    free(model->lost);
    free(model);
}
