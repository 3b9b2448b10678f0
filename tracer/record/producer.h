/* producer.h: the writing end of a ring, held by the thread that holds the worker of the same number.
 *
 *            tail                     head        limit       tail + ring_words
 *             |  published, not taken  |   room     |             |
 *
 * Invariant P1: words below `head` are complete when the control block shows them; an event is written whole, then published at once.
 * Invariant P2: head <= limit <= tail + ring_words. `limit` is what the fast path compares with. It lies lower than it could where the
 * slow path has something to do: wake the drainer at half a ring, or tell first of what was lost.
 *
 * Protocol:   if (!producer_begin(producer, n)) return;    n words fit, or the event is counted as lost
 *             producer_put() n times;  producer_publish();
 */
#ifndef TRACER_RECORD_PRODUCER_H
#define TRACER_RECORD_PRODUCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer/format/events.h"
#include "tracer/record/recorder.h"
#include "tracer/record/stack.h"

struct producer {
    uint64_t *words; /* NULL: no ring, nothing may be written */
    uint64_t mask;
    uint64_t head, limit;
    struct ring_control *control;
    uint64_t event_count;
    uint64_t lost_untold; /* dropped since the last LOST */

    uint32_t until_sample; /* births until the next that is timed */
    uint32_t cost_births;  /* timed, not yet told */
    uint64_t cost_ticks;

    struct stack_bounds bounds;
    struct stack_cache births, waits; /* two, since a goroutine allocates in other places than it waits in */
} __attribute__((aligned(64)));

static inline struct producer *producer_of(unsigned worker)
{
    return &recorder.producers[worker];
}

/* Waits for room while the drainer is alive; false, and the event counted as lost, when it is not. Keeps errno. */
bool producer_begin_slow(struct producer *producer, size_t words);

/* Room for one event of so many words. */
static inline bool producer_begin(struct producer *producer, size_t words)
{
    return __builtin_expect(producer->head + words <= producer->limit, 1) || producer_begin_slow(producer, words);
}

static inline void producer_put(struct producer *producer, uint64_t word)
{
    producer->words[producer->head++ & producer->mask] = word;
}

/* Release: pairs with the acquire of the drainer's pass, for which the words below are complete. From here on the event is acknowledged. */
static inline void producer_publish(struct producer *producer)
{
    producer->event_count++;
    atomic_store_explicit(&producer->control->head, producer->head, memory_order_release);
}

/* Opens a segment: what follows in this ring is later than everything this thread has learned of. Returns false when it was lost. */
static inline bool producer_time(struct producer *producer)
{
    if (!producer_begin(producer, 1))
        return false;
    producer_put(producer, event_word(EVENT_TIME, recorder_ticks()));
    atomic_store_explicit(&producer->control->head, producer->head,
                          memory_order_release); /* as in producer_publish() */
    return true;
}

/* The same, with room for an event of so many words behind it, which may follow from what others did. */
static inline bool producer_begin_ordered(struct producer *producer, size_t words)
{
    if (!producer_begin(producer, words + 1))
        return false;
    producer_put(producer, event_word(EVENT_TIME, recorder_ticks()));
    return true;
}

/* The same for an event that follows from this worker's own past, and whose moment matters. */
static inline bool producer_begin_timed(struct producer *producer, size_t words)
{
    if (!producer_begin(producer, words + 1))
        return false;
    producer_put(producer, event_word(EVENT_TIME, recorder_ticks_local()));
    return true;
}

/* Text as the words of a payload, the last filled up with zeroes. */
static inline size_t producer_text_words(size_t bytes)
{
    return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}
void producer_put_text(struct producer *producer, const char *text, size_t bytes);

#endif
