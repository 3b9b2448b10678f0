/* trace_guess.h: the rules by which packer and unpacker guess alike. Included by the two alone.
 *
 * Every rule here is part of the file format: a change is a new major version.
 */
#ifndef TRACER_FORMAT_TRACE_GUESS_H
#define TRACER_FORMAT_TRACE_GUESS_H

#include <string.h>

#include "tracer/format/events.h"
#include "tracer/format/trace_packing.h"

/* Tags; codes of forms of their own are those of the events, and 2 (BIRTH's, which has bit 7) is TIME with a ring. */
enum {
    TRACE_TAG_BIRTH = 0x80,
    TRACE_TAG_ANY = 0x40,
    TRACE_TAG_RING = 2,
    TRACE_CONTEXT_FULL = 15,
    TRACE_SLOT_FAR = 6,
    TRACE_SLOT_FULL = 7,
    TRACE_WAIT_REASON = 1, /* bits of the byte that says what of a wait was not as guessed */
    TRACE_WAIT_OBJECT = 2,
    TRACE_WAIT_CONTEXT = 4,
};

static inline uint32_t trace_guess_successor_at(const struct trace_guesses *guesses)
{
    uint32_t last = guesses->rings[guesses->ring].context, before = guesses->rings[guesses->ring].context_before;
    return (last * 0x9e3779b1u + before * 0x85ebca77u + guesses->ring * 0xc2b2ae3du) >> (32 - TRACE_GUESS_TABLE_BITS);
}

static inline uint32_t trace_guess_span_at(const struct trace_guesses *guesses, uint32_t context)
{
    return (context * 0x9e3779b1u + guesses->ring * 0xc2b2ae3du) >> (32 - TRACE_GUESS_TABLE_BITS);
}

static inline uint16_t *trace_guess_slot(struct trace_guesses *guesses, uint32_t span)
{
    return &guesses->slots[span % TRACE_GUESS_TABLE];
}

static inline struct trace_guess_wait *trace_guess_wait(struct trace_guesses *guesses, uint64_t goroutine)
{
    return &guesses->waits[goroutine % TRACE_GUESS_WAITS];
}

/* Puts `context`, until now at `at` (or nowhere: TRACE_GUESS_RECENT - 1, whose old value is forgotten), in front. */
static inline void trace_guess_recent(struct trace_guesses *guesses, uint32_t context, uint32_t at)
{
    memmove(guesses->recent + 1, guesses->recent, at * sizeof guesses->recent[0]);
    guesses->recent[0] = context;
}

/* After a birth, whatever its form. */
static inline void trace_guess_after_birth(struct trace_guesses *guesses, uint32_t successor_at, uint32_t span_at,
                                           uint32_t span, uint32_t slot, uint32_t context)
{
    guesses->successors[successor_at] = context;
    guesses->rings[guesses->ring].context_before = guesses->rings[guesses->ring].context;
    guesses->rings[guesses->ring].context = context;
    guesses->spans[span_at] = span;
    *trace_guess_slot(guesses, span) = (uint16_t)(slot + 1);
}

/* The payload words that events.h says for a kind: EVENT_COUNTED, or -1 for a kind that it does not have. */
static inline int trace_kind_words(unsigned kind)
{
    switch (kind) {
#define X(name, code, words, text) \
    case code:                     \
        return words;
        GCTRACE_EVENTS(X)
#undef X
    default:
        return -1;
    }
}

#endif
