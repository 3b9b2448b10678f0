/* The callbacks of observe.h as events: one function a callback, the table at the end.
 *
 * When a segment is opened (a TIME word): before every event that follows from what another worker did, or whose moment matters: goroutine
 * events, stops, phases, new spans, and at span_acquired(). Births and deaths need none of their own: whatever they follow from is behind one
 * of those. docs/design/drainer.md has the proof.
 */
#include <string.h>

#include "tracer/record/births.h"
#include "tracer/record/modules.h"
#include "tracer/record/producer.h"
#include "tracer/record/stack.h"

enum {
    SAMPLE_EVERY = 1021, /* births; a prime, not in step with cache lines or spans */
    SAMPLES_PER_COST = 256,
};

/* A birth that took longer was interrupted: its thread was descheduled, or the ring was full. */
static const uint64_t SAMPLE_TICKS_MAX = 50000;

/* false: there is no such ring, or this is a child that fork() made. */
static bool has_ring(const struct producer *producer)
{
    return __builtin_expect(producer->words != NULL, 1);
}

/* ---- objects ---- */

static inline __attribute__((always_inline)) void write_birth(struct producer *producer, uint32_t span, uint32_t slot,
                                                              const void *frame)
{
    uint32_t context = stack_context(producer, &producer->births, frame);
    births_note(span, slot, context);
    if (!producer_begin(producer, 1))
        return;
    producer_put(producer, event_word_birth(span, slot, context));
    producer_publish(producer);
}

/* Ticks as ns, by the rate since the recording began. */
static uint64_t ticks_to_ns(uint64_t ticks)
{
    uint64_t now_ns = rings_clock_read(RINGS_CLOCK_NS) - recorder.header->start_ns, now_ticks = recorder_ticks();
    return now_ticks == 0 ? 0 : (uint64_t)((double)ticks * (double)now_ns / (double)now_ticks);
}

static void tell_cost(struct producer *producer)
{
    if (producer->cost_births == 0 || !producer_begin(producer, 3))
        return;
    producer_put(producer, event_word(EVENT_COST, 0));
    producer_put(producer, producer->cost_births);
    producer_put(producer, ticks_to_ns(producer->cost_ticks));
    producer_publish(producer);
    producer->cost_births = 0;
    producer->cost_ticks = 0;
}

static __attribute__((noinline)) void write_birth_timed(struct producer *producer, uint32_t span, uint32_t slot,
                                                        const void *frame)
{
    producer->until_sample = SAMPLE_EVERY;
    uint64_t begin = recorder_ticks();
    write_birth(producer, span, slot, frame);
    uint64_t ticks = recorder_ticks() - begin;
    if (ticks > SAMPLE_TICKS_MAX)
        return;
    producer->cost_births++;
    producer->cost_ticks += ticks > recorder.clock_read_ticks ? ticks - recorder.clock_read_ticks : 0;
    if (producer->cost_births == SAMPLES_PER_COST)
        tell_cost(producer);
}

static void birth(unsigned worker, uint32_t span, uint32_t slot, const void *frame)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer))
        return;
    if (__builtin_expect(--producer->until_sample == 0, 0))
        write_birth_timed(producer, span, slot, frame);
    else
        write_birth(producer, span, slot, frame);
}

static void deaths(unsigned worker, uint32_t span, uint32_t incarnation, const uint64_t *dead, size_t word_count)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer) || !producer_begin(producer, 1 + word_count))
        return;
    producer_put(producer, event_word_span(EVENT_DEATHS, span, incarnation, (uint32_t)word_count));
    for (size_t i = 0; i < word_count; i++)
        producer_put(producer, dead[i]);
    producer_publish(producer);
}

/* ---- spans and types ---- */

static void span_new(unsigned worker, const struct observe_span *span)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer) || !producer_begin_ordered(producer, 4))
        return;
    producer_put(producer, event_word_span(EVENT_SPAN_NEW, span->span, span->incarnation, 3));
    producer_put(producer, span->base);
    producer_put(producer, span->type | (uint64_t)span->slot_count << 32);
    producer_put(producer, span->slot_bytes);
    producer_publish(producer);
}

static void span_acquired(unsigned worker)
{
    struct producer *producer = producer_of(worker);
    if (has_ring(producer))
        producer_time(producer);
}

static void span_release(unsigned worker, uint32_t span, uint32_t incarnation)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer) || !producer_begin(producer, 1))
        return;
    producer_put(producer, event_word_span(EVENT_SPAN_RELEASE, span, incarnation, 0));
    producer_publish(producer);
}

/* Two numbers and a name. */
static void write_named(unsigned worker, enum event_kind kind, uint64_t code, const uint64_t *numbers, size_t count,
                        const char *name)
{
    struct producer *producer = producer_of(worker);
    size_t bytes = strnlen(name, 1024), words = count + producer_text_words(bytes);
    if (!has_ring(producer) || !producer_begin(producer, 1 + words))
        return;
    producer_put(producer, event_word_counted(kind, code, (uint32_t)words));
    for (size_t i = 0; i < count; i++)
        producer_put(producer, numbers[i]);
    producer_put_text(producer, name, bytes);
    producer_publish(producer);
}

static void type(unsigned worker, uint32_t id, uint64_t size, uint32_t flags, const char *type_name)
{
    write_named(worker, EVENT_TYPE, id, (uint64_t[]){size, flags}, 2, type_name);
}

static void name(unsigned worker, enum observe_names table, uint64_t code, const char *text)
{
    write_named(worker, EVENT_NAME, table, &code, 1, text);
}

/* ---- goroutines ---- */

static void go_create(unsigned worker, uint64_t goroutine, uint64_t creator, uintptr_t function, const void *frame)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer))
        return;
    modules_announce(producer, function);
    uint32_t context = stack_context(producer, &producer->waits, frame);
    if (!producer_begin_timed(producer, 4))
        return;
    producer_put(producer, event_word_pair(EVENT_GO_CREATE, goroutine, 0));
    producer_put(producer, creator);
    producer_put(producer, context);
    producer_put(producer, function);
    producer_publish(producer);
}

static void go_block(unsigned worker, uint64_t goroutine, uint8_t reason, uintptr_t object, const void *frame)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer))
        return;
    uint32_t context = stack_context(producer, &producer->waits, frame);
    if (!producer_begin_timed(producer, 3))
        return;
    producer_put(producer, event_word_pair(EVENT_GO_BLOCK, goroutine, reason));
    producer_put(producer, object);
    producer_put(producer, context);
    producer_publish(producer);
}

/* Events of one word, each in a segment of its own: such as may follow from what others did, and such as do not. */
static void write_ordered(unsigned worker, enum event_kind kind, uint64_t number, uint8_t small)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer) || !producer_begin_ordered(producer, 1))
        return;
    producer_put(producer, event_word_pair(kind, number, small));
    producer_publish(producer);
}

static void write_timed(unsigned worker, enum event_kind kind, uint64_t number)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer) || !producer_begin_timed(producer, 1))
        return;
    producer_put(producer, event_word_pair(kind, number, 0));
    producer_publish(producer);
}

static void go_run(unsigned worker, uint64_t goroutine)
{
    write_ordered(worker, EVENT_GO_RUN, goroutine, 0);
}

static void go_wake(unsigned worker, uint64_t goroutine)
{
    write_ordered(worker, EVENT_GO_WAKE, goroutine, 0);
}

static void go_yield(unsigned worker, uint64_t goroutine)
{
    write_timed(worker, EVENT_GO_YIELD, goroutine);
}

static void go_end(unsigned worker, uint64_t goroutine)
{
    write_timed(worker, EVENT_GO_END, goroutine);
}

/* ---- stops and the collector ---- */

static void stop_begin(unsigned worker, uint8_t reason)
{
    write_ordered(worker, EVENT_STOP_BEGIN, reason, 0);
}

static void stop_done(unsigned worker, uint8_t reason)
{
    write_ordered(worker, EVENT_STOP_DONE, reason, 0);
}

static void stop_end(unsigned worker, uint8_t reason)
{
    write_ordered(worker, EVENT_STOP_END, reason, 0);
}

static void phase(unsigned worker, uint64_t cycle_number, uint8_t phase_number)
{
    births_cycle = (uint32_t)cycle_number;
    write_ordered(worker, EVENT_PHASE, cycle_number, phase_number);
}

static void cycle(unsigned worker, const struct observe_cycle *what)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer) || !producer_begin_ordered(producer, 7))
        return;
    producer_put(producer, event_word_pair(EVENT_CYCLE, what->cycle, 0));
    producer_put(producer, what->marked_objects);
    producer_put(producer, what->marked_bytes);
    producer_put(producer, what->heap_bytes_before);
    producer_put(producer, what->goal_bytes);
    producer_put(producer, what->root_bytes);
    producer_put(producer, what->cause);
    producer_publish(producer);
}

/* ---- the end ---- */

static void stack(unsigned worker, uintptr_t low, uintptr_t high)
{
    stack_bounds_set(&producer_of(worker)->bounds, low, high);
}

/* Every other worker stands, and what it wrote was ordered before us by the stop: we may read and tell what it has not told. */
static void tell_costs(struct producer *producer)
{
    for (unsigned i = 0; i < RINGS_COUNT_MAX; i++) {
        struct producer *other = producer_of(i);
        if (other == producer)
            continue;
        producer->cost_births += other->cost_births;
        producer->cost_ticks += other->cost_ticks;
    }
    tell_cost(producer);
}

static uint64_t count_events(void)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < RINGS_COUNT_MAX; i++)
        count += producer_of(i)->event_count;
    return count;
}

static void run_end(unsigned worker, int status, bool swept)
{
    struct producer *producer = producer_of(worker);
    if (!has_ring(producer))
        return;
    tell_costs(producer);
    if (!producer_begin_ordered(producer, 3))
        return;
    producer_put(producer, event_word(EVENT_RUN_END, (uint32_t)status));
    producer_put(producer, swept);
    producer_put(producer, count_events());
    producer_publish(producer);
    /* Release: who sees the state sees the last event. Pairs with the drainer's acquire. */
    atomic_store_explicit(&recorder.header->state, RINGS_ENDED, memory_order_release);
}

const struct observer recorder_observer = {
    .type = type,
    .name = name,
    .span_new = span_new,
    .span_acquired = span_acquired,
    .span_release = span_release,
    .birth = birth,
    .deaths = deaths,
    .go_create = go_create,
    .go_run = go_run,
    .go_block = go_block,
    .go_wake = go_wake,
    .go_yield = go_yield,
    .go_end = go_end,
    .stop_begin = stop_begin,
    .stop_done = stop_done,
    .stop_end = stop_end,
    .phase = phase,
    .cycle = cycle,
    .stack = stack,
    .run_end = run_end,
};
