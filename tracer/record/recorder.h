/* recorder.h: the recorder of this process: the memory it shares with gctool, and its own.
 *
 * Nothing here allocates, locks, or touches anything while asleep: `recorder` stays zero until observe_start() opens it, which happens
 * before the first goroutine runs. From then on its fields are constant.
 *
 * fork(): a child must not write into the rings, which it shares. `producers` lies in pages that the kernel zeroes in any child
 * (MADV_WIPEONFORK), however it was made; a producer that is all zero has no ring, and every emitter looks for its ring first.
 */
#ifndef TRACER_RECORD_RECORDER_H
#define TRACER_RECORD_RECORDER_H

#include <stdatomic.h>
#include <stdint.h>

#include "observe/observe.h"
#include "tracer/format/rings.h"

struct producer;

enum { RECORDER_PATH_BYTES = 4096 };

struct recorder {
    struct rings_header *header;
    struct ring_context *contexts;
    _Atomic uint32_t *context_index; /* see contexts.c */
    uint64_t context_index_mask;
    struct producer *producers; /* RINGS_COUNT_MAX of them, by worker */
    uint64_t start_ticks;
    uint32_t clock;                         /* enum rings_clock */
    uint64_t clock_read_ticks;              /* what reading the clock costs, at least */
    char program_path[RECORDER_PATH_BYTES]; /* of the executable; "" unknown */
};

extern struct recorder recorder;
extern const struct observer recorder_observer; /* observer.c */

/* Read after everything that this thread has learned of others so far. */
static inline uint64_t recorder_ticks(void)
{
    return rings_clock_read(recorder.clock) - recorder.start_ticks;
}

/* Two thirds of the price, and maybe a little early: for moments that follow from this worker's own past alone. */
static inline uint64_t recorder_ticks_local(void)
{
    return recorder.clock == RINGS_CLOCK_TSC ? __rdtsc() - recorder.start_ticks : recorder_ticks();
}

#endif
