/* See drain.h. */
#include "gctool/drain/drain.h"

#include "tracer/format/events.h"
#include "tracer/format/trace_writer.h"

void drain_start(struct drain *drain, struct ring_memory *memory, struct trace_writer *writer, struct symbols *symbols)
{
    *drain = (struct drain){.memory = memory,
                            .writer = writer,
                            .symbols = symbols,
                            .merge.ring_count = memory->header->ring_count,
                            .merge.mask = memory->header->ring_words - 1,
                            .contexts_written = 1};
    tick_clock_start(&drain->clock, memory->header);
}

/* How far each ring is written. */
static void look_at_rings(struct drain *drain)
{
    for (uint32_t ring = 0; ring < drain->merge.ring_count; ring++) {
        struct merge_ring *seen = &drain->merge.rings[ring];
        /* Acquire: pairs with the producer's release: all words below are complete. */
        uint64_t head = atomic_load_explicit(&drain->memory->controls[ring].head, memory_order_acquire);
        if (head == seen->published)
            continue;
        if (ring_memory_map(drain->memory, ring) < 0) {
            drain->out_of_reach = true;
            continue;
        }
        seen->words = drain->memory->words[ring];
        /* More than a ring cannot be: such a head was scribbled, and what is behind it is not read. */
        if (head - seen->taken <= drain->memory->header->ring_words)
            seen->published = head;
    }
}

/* After look_at_rings(): whatever context an event names that was seen is below the count by now. */
static void write_contexts(struct drain *drain)
{
    /* Acquire: pairs with the release in contexts.c: the nodes below are complete. */
    uint64_t count = atomic_load_explicit(&drain->memory->header->context_count, memory_order_acquire);
    if (count > drain->memory->header->context_capacity || count <= drain->contexts_written)
        return;
    trace_writer_contexts(drain->writer, (uint32_t)drain->contexts_written,
                          drain->memory->contexts + drain->contexts_written, count - drain->contexts_written);
    drain->contexts_written = count;
}

static void write_segment(void *argument, uint32_t ring, uint64_t ticks, const uint64_t *words, size_t count,
                          uint64_t until)
{
    struct drain *drain = argument;
    uint64_t time_word = event_word(EVENT_TIME, tick_clock_ns(&drain->clock, ticks));
    if (count > 0) {
        trace_writer_words(drain->writer, ring, &time_word, 1);
        trace_writer_words(drain->writer, ring, words, count);
        drain->words += count;
    }
    /* Release: pairs with the producer's acquire: we have read what it may overwrite now. */
    atomic_store_explicit(&drain->memory->controls[ring].tail, until, memory_order_release);
    /* Relaxed: it says that we live, and nothing else. */
    atomic_fetch_add_explicit(&drain->memory->header->heartbeat, 1, memory_order_relaxed);
}

static void note_event(void *argument, const uint64_t *event)
{
    struct drain *drain = argument;
    switch (event_word_kind(*event)) {
    case EVENT_MODULE:
        symbols_add_module(drain->symbols, event);
        break;
    case EVENT_GO_CREATE:
        symbols_add_function(drain->symbols, event[3]);
        break;
    case EVENT_LOST:
        drain->lost_told += event_word_argument(*event);
        break;
    case EVENT_COST:
        drain->cost_births += event[1];
        drain->cost_ns += event[2];
        break;
    default:
        drain->has_run_end = true;
    }
}

void drain_pass(struct drain *drain, bool is_last)
{
    static const struct merge_sink sink = {.segment = write_segment, .note = note_event};
    tick_clock_read(&drain->clock);
    look_at_rings(drain);
    write_contexts(drain);
    merge_pass(&drain->merge, is_last ? UINT64_MAX : drain->clock.now.ticks, &sink, drain);
    atomic_fetch_add_explicit(&drain->memory->header->heartbeat, 1, memory_order_relaxed); /* as in write_segment() */
}

uint64_t drain_lost_untold(const struct drain *drain)
{
    uint64_t lost = 0;
    for (uint32_t ring = 0; ring < drain->merge.ring_count; ring++)
        lost += atomic_load_explicit(&drain->memory->controls[ring].lost, memory_order_relaxed); /* relaxed: a count */
    return lost > drain->lost_told ? lost - drain->lost_told : 0;
}
