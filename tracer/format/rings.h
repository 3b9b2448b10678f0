/* rings.h: the memory that a recorded program and gctool share while recording.
 *
 * gctool creates it as a memfd and drains it; the program maps it and produces. It outlives the program, so what a ring holds
 * survives any death of it. Each ring has one producer, the thread that holds the worker of the same number, and one consumer.
 *
 *    0            header, one page
 *    control      ring_count x struct ring_control (producer's and consumer's words on cache lines of their own)
 *    contexts     context_capacity x struct ring_context, append-only
 *    words        ring_count x ring_words x 8 bytes
 *
 * Producer: writes the words of a whole event, then publishes `head` (release). An event is acknowledged when that store is done.
 * Consumer: reads `head` (acquire), takes the words, stores `tail` (release). Both count words since the start and never wrap;
 * a word lives at index & (ring_words - 1).
 * Contexts: a node is complete before `context_count` (release) covers it, and covered before an event names it. Node 0 is 'unknown'.
 */
#ifndef TRACER_FORMAT_RINGS_H
#define TRACER_FORMAT_RINGS_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
#include <x86intrin.h>

#define RINGS_MAGIC 0x736e697274636767ULL /* "ggctrins" */
enum {
    RINGS_VERSION = 1,
    RINGS_COUNT_MAX = 256,
    RINGS_CONTEXT_DEPTH_MAX = 128,
};

/* What the ticks of TIME are. Both sides must read the same clock: the drainer's order depends on it (docs/design/drainer.md). */
enum rings_clock {
    RINGS_CLOCK_TSC = 1, /* the processor's counter, when the kernel calls it stable on this machine */
    RINGS_CLOCK_NS = 2,  /* CLOCK_MONOTONIC */
};

enum rings_state {
    RINGS_IDLE,     /* nobody has mapped it yet                                    */
    RINGS_ATTACHED, /* owner_pid produces                                          */
    RINGS_ENDED,    /* RUN_END is written, nothing follows                         */
};

/* One frame of an interned stack: `parent` is the caller's node, `pc` a return address (0 in a node: the stack went on, cut at the depth limit). */
struct ring_context {
    uint64_t pc;
    uint32_t parent;
    uint32_t depth;
};

struct ring_control {
    _Alignas(64) _Atomic uint64_t head; /* words published; producer */
    _Atomic uint64_t lost;              /* events dropped in all; producer */
    _Alignas(64) _Atomic uint64_t tail; /* words taken; consumer */
};

struct rings_header {
    uint64_t magic;
    uint32_t version;
    uint32_t ring_count;
    uint64_t ring_words; /* a power of two */
    uint64_t context_capacity;
    uint64_t control_offset, contexts_offset, words_offset, total_bytes;
    uint64_t start_ns;               /* CLOCK_MONOTONIC at which TIME counts from */
    uint64_t start_ticks;            /* of `clock`, at the same moment */
    uint32_t clock;                  /* enum rings_clock */
    _Atomic uint32_t state;          /* enum rings_state; program */
    _Atomic uint32_t owner_pid;      /* compare-and-swap from 0: the first process wins */
    _Atomic uint64_t context_count;  /* program */
    _Atomic uint64_t contexts_lost;  /* stacks not interned since the table was full; program */
    _Atomic uint64_t heartbeat;      /* the drainer counts passes; a full ring waits only while this advances */
    _Atomic uint32_t drainer_gone;   /* the drainer says it stops draining: producers drop at once */
    _Atomic uint32_t drainer_wakeup; /* futex word: a producer with a half-full ring wakes the drainer */
};

static inline uint64_t rings_clock_read(uint32_t clock)
{
    if (clock == RINGS_CLOCK_TSC) {
        _mm_lfence(); /* not before the loads by which we learned of what others did */
        return __rdtsc();
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#endif
