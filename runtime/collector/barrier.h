/* barrier.h: what stores tell the collector: the hybrid barrier, buffered.
 *
 * While gcrt_barrier_flag is set, every store through <gcrt/store.h> leaves the slot's old and new value in its worker's buffer. The values
 * belong to a marking: it takes those it finds when it begins. In this version the world stands while marking runs, so nothing is recorded
 * on its behalf, and the flag is set by GCRT_STRESS=barrier alone; what fills a buffer between two markings is let go.
 *
 * Invariant B1: no entry outlives its phase: at the end of marking all buffers are empty.
 */
#ifndef RUNTIME_COLLECTOR_BARRIER_H
#define RUNTIME_COLLECTOR_BARRIER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/barrier_layout.h"
#include "sched/root_range.h"

struct worker;

struct barrier_buffer {
    uint32_t count;
    uintptr_t values[BARRIER_VALUES_MAX];
};

/* Gives each worker its buffer. `stress`: the flag is set for the whole run. Before there are threads. */
void barrier_start(bool stress);

/* To be told while the flag is set, in one piece with the store (inside the runtime, or in GCRT_REGION_TEXT). A thread without a worker has
 * no buffer; it holds nothing that a marking does not find elsewhere. */
void barrier_record(uintptr_t value);

/* While the world stands, at the beginning of a marking: hands all values to `range` and empties the buffers. */
void barrier_drain(root_range_visit *range, void *context);

/* Invariant B1; aborts. */
void barrier_check_empty(void);

#endif
