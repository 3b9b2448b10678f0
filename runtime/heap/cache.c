#include "heap/cache.h"

#include <string.h>

#include "heap/heap.h"
#include "heap/page_runs.h"
#include "heap/pressure.h"
#include "heap/span.h"
#include "heap/sweep.h"
#include "observe/observe.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "sched/worker.h"

/* Zeroing more than this is left to the system, which does it as the pages are touched. */
enum { DROP_BYTES_MIN = 1 << 20 };

static unsigned stress_every; /* GCRT_STRESS=collect=N; 0: not */
static _Atomic unsigned refill_count;

void caches_start(unsigned stress_collect_every)
{
    stress_every = stress_collect_every;
    for (unsigned i = 0; i < worker_count(); i++) {
        struct heap_cache *cache = pages_map(sizeof *cache);
        if (cache == NULL)
            fatal_exit("out of memory: no address space for the allocation cache of worker %u", i);
        worker_cache_set(worker_at(i), cache);
    }
}

bool heap_is_stressed(void)
{
    return stress_every != 0;
}

/* ---- spans ---- */

static void announce_span(uint32_t first, const struct span *span)
{
    struct observe_span what = {
        first, span->incarnation, kinds[span->kind].type_id, span->slot_count, span->slot_bytes, span_base(first)};
    gcrt_observer->span_new(worker_index(worker_current()), &what);
}

static uint32_t cut_span(uint32_t kind_id, uint32_t page_count, uint64_t slot_bytes, uint32_t slot_count)
{
    lock_take(&heap_lock);
    uint32_t first = page_runs_take(page_count);
    if (first != 0) {
        struct span *span = &heap_layout.spans[first];
        span->kind = kind_id;
        span->slot_bytes = slot_bytes;
        span->slot_count = slot_count;
        span->reciprocal = slot_count == 1 ? 0 : (((uint64_t)1 << SPAN_RECIPROCAL_SHIFT) + slot_bytes - 1) / slot_bytes;
        span->incarnation++;
        span->next = 0;
        memset(span_allocated(first), 0, span_bitmap_words(span) * sizeof(uint64_t));
        if (gcrt_observer != NULL)
            announce_span(first, span);
    }
    lock_release(&heap_lock);
    return first;
}

static uint32_t take_partial(struct kind *kind)
{
    lock_take(&heap_lock);
    uint32_t first = kind->partial;
    if (first != 0)
        kind->partial = heap_layout.spans[first].next;
    lock_release(&heap_lock);
    if (first != 0 && gcrt_observer != NULL)
        gcrt_observer->span_acquired(worker_index(worker_current()));
    return first;
}

static uint32_t take_unswept(uint32_t kind_id)
{
    uint32_t first, free_slots;
    do
        first = sweep_take(kind_id, &free_slots);
    while (first != 0 && free_slots == 0);
    return first;
}

static uint32_t take_span(uint32_t kind_id)
{
    struct kind *kind = &kinds[kind_id];
    uint32_t first = take_partial(kind);
    if (first == 0)
        first = take_unswept(kind_id);
    if (first == 0)
        first = cut_span(kind_id, kind->page_count, kind->slot_bytes, kind->slot_count);
    return first;
}

/* ---- runs ---- */

/* The first slot from `slot` on whose bit is `wanted`, or slot_count. */
static uint32_t find_bit(const uint64_t *bits, uint32_t slot, uint32_t slot_count, bool wanted)
{
    while (slot < slot_count) {
        uint64_t word = (wanted ? bits[slot / 64] : ~bits[slot / 64]) >> (slot % 64);
        if (word != 0) {
            slot += (uint32_t)__builtin_ctzll(word);
            break;
        }
        slot = (slot / 64 + 1) * 64;
    }
    return slot < slot_count ? slot : slot_count;
}

static void set_bits(uint64_t *bits, uint32_t slot, uint32_t end, bool value)
{
    while (slot < end) {
        uint32_t low = slot % 64, count = end - slot < 64 - low ? end - slot : 64 - low;
        uint64_t mask = (~(uint64_t)0 >> (64 - count)) << low;
        bits[slot / 64] = value ? bits[slot / 64] | mask : bits[slot / 64] & ~mask;
        slot += count;
    }
}

static bool next_run(struct cache_cell *cell)
{
    if (cell->span == 0)
        return false;
    const struct span *span = &heap_layout.spans[cell->span];
    uint64_t *allocated = span_allocated(cell->span);
    uint32_t begin = find_bit(allocated, cell->scan_slot, span->slot_count, false);
    uint32_t end = find_bit(allocated, begin, span->slot_count, true);
    cell->scan_slot = end;
    if (begin == end)
        return false;
    set_bits(allocated, begin, end, true);
    cell->next_slot = begin;
    cell->next = span_base(cell->span) + begin * span->slot_bytes;
    cell->limit = span_base(cell->span) + end * span->slot_bytes;
    if (!span->is_zero)
        memset((void *)cell->next, 0, cell->limit - cell->next);
    /* Relaxed: a sum that only starts collections. */
    atomic_fetch_add_explicit(&heap_pressure.heap_bytes, cell->limit - cell->next, memory_order_relaxed);
    return true;
}

static void collect_if_due(uint64_t bytes)
{
    if (heap_pressure.collect == NULL)
        return;
    uint64_t heap_bytes = atomic_load_explicit(&heap_pressure.heap_bytes, memory_order_relaxed);
    bool is_stressed = stress_every != 0 &&
                       atomic_fetch_add_explicit(&refill_count, 1, memory_order_relaxed) % stress_every == 0;
    if (is_stressed || heap_bytes + bytes > atomic_load_explicit(&heap_pressure.goal_bytes, memory_order_relaxed))
        heap_pressure.collect(is_stressed ? HEAP_PRESSURE_STRESS : HEAP_PRESSURE_GOAL);
}

static struct cache_cell *own_cell(uint32_t kind_id)
{
    return &worker_cache(worker_current())->cells[kind_id];
}

static bool fill(struct cache_cell *cell, uint32_t kind_id)
{
    while (!next_run(cell)) {
        cell->span = take_span(kind_id);
        cell->scan_slot = 0;
        cell->slot_bytes = (uint32_t)kinds[kind_id].slot_bytes;
        if (cell->span == 0)
            return false;
    }
    return true;
}

bool cache_refill(uint32_t kind_id, struct cache_cell **ret_cell)
{
    collect_if_due(0);
    *ret_cell = own_cell(kind_id);
    if ((*ret_cell)->next != (*ret_cell)->limit || fill(*ret_cell, kind_id))
        return true;
    if (heap_pressure.collect == NULL)
        return false;
    heap_pressure.collect(HEAP_PRESSURE_MEMORY);
    *ret_cell = own_cell(kind_id);
    return (*ret_cell)->next != (*ret_cell)->limit || fill(*ret_cell, kind_id);
}

void *cache_take_large(uint32_t kind_id, uint64_t bytes)
{
    uint64_t page_count = (bytes + SPAN_PAGE_BYTES - 1) >> SPAN_PAGE_SHIFT;
    if (page_count > heap_layout.page_limit)
        return NULL;
    uint64_t slot_bytes = page_count << SPAN_PAGE_SHIFT;
    collect_if_due(slot_bytes);
    uint32_t first = cut_span(kind_id, (uint32_t)page_count, slot_bytes, 1);
    if (first == 0 && heap_pressure.collect != NULL) {
        heap_pressure.collect(HEAP_PRESSURE_MEMORY);
        first = cut_span(kind_id, (uint32_t)page_count, slot_bytes, 1);
    }
    if (first == 0)
        return NULL;
    struct span *span = &heap_layout.spans[first];
    if (!span->is_zero && slot_bytes >= DROP_BYTES_MIN)
        pages_drop((void *)span_base(first), slot_bytes);
    else if (!span->is_zero)
        memset((void *)span_base(first), 0, slot_bytes);
    *span_allocated(first) = 1;
    atomic_fetch_add_explicit(&heap_pressure.heap_bytes, slot_bytes,
                              memory_order_relaxed); /* relaxed: as in next_run() */
    return (void *)span_base(first);
}

/* ---- under a stop ---- */

static void flush_cell(struct cache_cell *cell)
{
    if (cell->next != cell->limit) {
        const struct span *span = &heap_layout.spans[cell->span];
        uint32_t begin = span_slot(span, cell->next - span_base(cell->span));
        uint32_t end = begin + (uint32_t)((cell->limit - cell->next) / span->slot_bytes);
        set_bits(span_allocated(cell->span), begin, end, false);
    }
    *cell = (struct cache_cell){0};
}

void heap_caches_flush(void)
{
    for (unsigned i = 0; i < worker_count(); i++)
        for (uint32_t id = 1; id < kind_count(); id++) {
            struct cache_cell *cell = &worker_cache(worker_at(i))->cells[id];
            if (cell->span != 0)
                flush_cell(cell);
        }
}
