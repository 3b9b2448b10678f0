/* heap.h: the heap as the collector sees it: flush the caches, mark, give the spans to the sweepers.
 *
 * Heap and collector call no malloc and take no lock of the C library: a stopped thread may hold it.
 */
#ifndef RUNTIME_HEAP_HEAP_H
#define RUNTIME_HEAP_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/lock.h"

/* Guards page runs, lists of spans, kinds. Never held across a callback but those that announce types and spans. */
extern struct lock heap_lock;

/* Reserves the heap: 64 GiB of address space, or half of it as often as it takes, so that a quarter as much is left for others. None to be had:
 * reports and exits. After scheduler_start(). */
void heap_start(unsigned stress_collect_every);

/* GCRT_STRESS=collect=N: then every cycle checks the heap. */
bool heap_is_stressed(void);

/* Under a stop: takes all spans away from the caches; what they had not handed out is free again. */
void heap_caches_flush(void);

/* Under a stop, after marking: every span is to be swept. */
void heap_spans_to_sweep(void);

/* Sweeps what is left to be swept; spans without objects become pages. Returns when others have finished theirs, too. Caller: on a worker. */
void heap_sweep_all(void);

/* The same for large objects alone, whose memory is worth having back at once. */
void heap_sweep_large(void);

/* Gives memory of free pages back to the system, at most 64 MiB: what exceeds the use at the ends of the last two markings. Returns early when
 * a stop is wanted. Caller: inside the runtime. */
void heap_trim(void);

/* Pages that spans occupy, in bytes. Any thread; a goroutine: inside the runtime. */
uint64_t heap_span_bytes(void);

#endif
