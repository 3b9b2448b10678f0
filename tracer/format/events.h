/* events.h: the one table of events that a recorded program emits.
 *
 * Readers of this table: the in-process recorder (tracer/record) writes events into a ring as 8-byte words, the drainer
 * (gctool/drain) takes them out, the trace writer and reader (tracer/format) carry them in a file, reports name them.
 * To add an event: one line here, its emitter in tracer/record, its meaning in gctool/model; docs/formats/gctrace.md lists it.
 *
 * An event in a ring is one head word, followed by `words` payload words (COUNTED: the head says how many):
 *
 *     63                                               6 5      0
 *    +--------------------------------------------------+--------+
 *    |                 argument (58 bits)               |  kind  |
 *    +--------------------------------------------------+--------+
 *
 * and the argument of most events is packed as drawn at the accessors below. Kind 0 never occurs: a zero word is an unwritten one.
 */
#ifndef TRACER_FORMAT_EVENTS_H
#define TRACER_FORMAT_EVENTS_H

#include <stdint.h>

enum { EVENT_COUNTED = 0xff };

/*  X(NAME, code, payload words, argument; payload words, meaning) -- codes are never reused. */
#define GCTRACE_EVENTS(X)                                                                                            \
    X(TIME, 1, 0,                                                                                                    \
      "time since the recording began (a ring: ticks; a file: ns); opens a segment: what follows is later")          \
    X(BIRTH, 2, 0, "span, slot, context: an object was allocated")                                                   \
    X(SPAN_NEW, 3, 3, "span, incarnation; base address, type | slot count << 32, slot bytes: a span was cut")        \
    X(SPAN_RELEASE, 4, 0, "span, incarnation: the span ceased to exist, whatever was left in it is dead")            \
    X(DEATHS, 5, EVENT_COUNTED, "span, incarnation, words; bitmap of slots found dead by the sweeper")               \
    X(TYPE, 6, EVENT_COUNTED, "type id, words; size, flags, name: a type, before its first span")                    \
    X(NAME, 7, EVENT_COUNTED, "name table, words; code, text: the name of a wait reason, phase, goroutine ...")      \
    X(MODULE, 8, EVENT_COUNTED, "0, words; load bias, start, end, build id (3 words: length, 20 bytes), path")       \
    X(GO_CREATE, 9, 3, "goroutine; creator, context of the creation, address of its function")                       \
    X(GO_RUN, 10, 0, "goroutine: runs on this worker from here")                                                     \
    X(GO_BLOCK, 11, 2, "goroutine, wait reason; address waited for or 0, context of the wait")                       \
    X(GO_WAKE, 12, 0, "goroutine: made runnable by the goroutine that runs on this worker, or by the runtime")       \
    X(GO_YIELD, 13, 0, "goroutine: left its worker, still runnable")                                                 \
    X(GO_END, 14, 0, "goroutine")                                                                                    \
    X(STOP_BEGIN, 15, 0, "stop reason: the stop of the world was asked for")                                         \
    X(STOP_DONE, 16, 0, "stop reason: every thread stands")                                                          \
    X(STOP_END, 17, 0, "stop reason: the world runs again")                                                          \
    X(PHASE, 18, 0, "cycle, phase: the collector entered a phase")                                                   \
    X(CYCLE, 19, 6, "cycle; marked objects, marked bytes, heap bytes before, next goal, roots scanned bytes, cause") \
    X(LOST, 20, 0, "events this ring dropped since its last LOST, because it was full and nobody drained")           \
    X(RUN_END, 21, 2, "exit status; 1 when a last full collection was swept, events recorded: an orderly end")       \
    X(COST, 22, 2, "0; births measured, ns they cost in the recorder: a sample")

enum event_kind {
#define X(name, code, words, text) EVENT_##name = (code),
    GCTRACE_EVENTS(X)
#undef X
        EVENT_KIND_END
};

/* Codes of EVENT_NAME's tables: the recorded program says its own names, so that a file explains itself. */
enum event_name_table {
    EVENT_NAMES_WAIT_REASON = 1,
    EVENT_NAMES_PHASE = 2,
    EVENT_NAMES_STOP_REASON = 3,
    EVENT_NAMES_CYCLE_CAUSE = 4,
    EVENT_NAMES_GOROUTINE = 5, /* code: goroutine id */
};

enum {
    EVENT_KIND_BITS = 6,
    EVENT_SPAN_BITS = 23, /* 64 GiB of 8 KiB pages */
    EVENT_SLOT_BITS = 12,
    EVENT_CONTEXT_BITS = 23,
    EVENT_INCARNATION_BITS = 16,
    EVENT_WORDS_BITS = 16,
    EVENT_GOROUTINE_BITS = 48,
};

/*     63            41 40        29 28          6 5    0
 *    +----------------+------------+-------------+------+
 *    |  context (23)  |  slot (12) |  span (23)  | kind |      BIRTH
 *    +----------------+------------+-------------+------+
 *     63     61 60         45 44          29 28          6 5    0
 *    +---------+------------+--------------+-------------+------+
 *    |    0    | words (16) | incarn. (16) |  span (23)  | kind |      SPAN_NEW, SPAN_RELEASE, DEATHS
 *    +---------+------------+--------------+-------------+------+
 *    |    0    | words (16) |        code (38)           | kind |      TYPE, NAME, MODULE
 *    +---------+------------+----------------------------+------+      (words at bit 45, as above)
 *    |  reason (8) |   goroutine (48)  | kind |                        GO_*  (reason at bit 54)
 *    |  phase (8)  |   cycle (48)      | kind |                        PHASE, CYCLE, STOP_* (reason in place of cycle)
 */
static inline enum event_kind event_word_kind(uint64_t word)
{
    return (enum event_kind)(word & 0x3f);
}
static inline uint64_t event_word(enum event_kind kind, uint64_t argument)
{
    return (uint64_t)kind | argument << EVENT_KIND_BITS;
}
static inline uint64_t event_word_argument(uint64_t word)
{
    return word >> EVENT_KIND_BITS;
}
static inline uint64_t event_word_birth(uint32_t span, uint32_t slot, uint32_t context)
{
    return (uint64_t)EVENT_BIRTH | (uint64_t)span << 6 | (uint64_t)slot << 29 | (uint64_t)context << 41;
}
static inline uint64_t event_word_span(enum event_kind kind, uint32_t span, uint32_t incarnation, uint32_t words)
{
    return (uint64_t)kind | (uint64_t)span << 6 | (uint64_t)(incarnation & 0xffff) << 29 | (uint64_t)words << 45;
}
static inline uint64_t event_word_counted(enum event_kind kind, uint64_t code, uint32_t words)
{
    return (uint64_t)kind | (code & 0x3fffffffffULL) << 6 | (uint64_t)words << 45;
}
static inline uint64_t event_word_pair(enum event_kind kind, uint64_t number48, uint32_t small8)
{
    return (uint64_t)kind | (number48 & 0xffffffffffffULL) << 6 | (uint64_t)small8 << 54;
}
static inline uint32_t event_word_span_id(uint64_t word)
{
    return (uint32_t)(word >> 6) & 0x7fffff;
}
static inline uint32_t event_word_slot(uint64_t word)
{
    return (uint32_t)(word >> 29) & 0xfff;
}
static inline uint32_t event_word_context(uint64_t word)
{
    return (uint32_t)(word >> 41);
}
static inline uint32_t event_word_incarnation(uint64_t word)
{
    return (uint32_t)(word >> 29) & 0xffff;
}
static inline uint64_t event_word_code(uint64_t word)
{
    return (word >> 6) & 0x3fffffffffULL;
}
static inline uint32_t event_word_words(uint64_t word)
{
    return (uint32_t)(word >> 45) & 0xffff;
}
static inline uint64_t event_word_number(uint64_t word)
{
    return (word >> 6) & 0xffffffffffffULL;
}
static inline uint32_t event_word_small(uint64_t word)
{
    return (uint32_t)(word >> 54) & 0xff;
}

#endif
