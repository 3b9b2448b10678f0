/* cache.h: each worker's share of the heap: for every kind, a span of its own and a run of free slots in it to bump through.
 *
 *     span  |alloc|alloc|  run being handed out   |alloc| free | ...
 *                             next ^      limit ^         ^ scan_slot: where to look for the next run
 *
 * Invariants: the run [next, limit) is zero, and its allocated bits are set already (they are taken back by a flush). A cell belongs to the
 * holder of its worker; a stop's flush may touch it, since nobody is stopped inside (GCRT_REGION_TEXT, runtime_enter).
 */
#ifndef RUNTIME_HEAP_CACHE_H
#define RUNTIME_HEAP_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "heap/kind.h"

struct cache_cell {
    uintptr_t next, limit;
    uint32_t slot_bytes;
    uint32_t span; /* first page; 0: none */
    uint32_t scan_slot;
    uint32_t next_slot; /* of `next`; kept up only while there is an observer, which is told of it */
};

struct heap_cache {
    struct cache_cell cells[KIND_COUNT_MAX]; /* touched as kinds are used; cell 0 is always empty */
};

void caches_start(unsigned stress_collect_every);

/* Fills the cell with the next run of free slots; false: no memory. May have collected, so the worker is asked for anew: returns with *ret_cell of the
 * worker that the caller now holds. Caller: inside the runtime at depth 1. */
bool cache_refill(uint32_t kind_id, struct cache_cell **ret_cell);

/* A span of its own for an object of `bytes`; NULL: no memory. Zero. Caller: as above. */
void *cache_take_large(uint32_t kind_id, uint64_t bytes);

#endif
