#include "heap/sweep.h"

#include <string.h>

#include "heap/heap.h"
#include "heap/kind.h"
#include "heap/page_runs.h"
#include "heap/span.h"
#include "observe/observe.h"
#include "sched/worker.h"

/* 64 mark bytes, each 0 or 1, as 64 bits: the product gathers the lowest bit of eight bytes in its highest byte. */
static uint64_t mark_bits(const uint8_t *marks)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t eight;
        memcpy(&eight, marks + 8 * i, sizeof eight);
        bits |= (eight * 0x0102040810204080ULL >> 56) << (8 * i);
    }
    return bits;
}

uint32_t sweep_span(uint32_t first)
{
    struct span *span = &heap_layout.spans[first];
    uint64_t dead[SPAN_SLOTS_MAX / 64];
    uint64_t *allocated = span_allocated(first), any_dead = 0;
    uint8_t *marks = span_marks(first);
    uint32_t words = span_bitmap_words(span), alive = 0;
    for (uint32_t i = 0; i < words; i++) {
        uint64_t marked = mark_bits(marks + 64 * i);
        dead[i] = allocated[i] & ~marked;
        allocated[i] = marked;
        any_dead |= dead[i];
        alive += (uint32_t)__builtin_popcountll(marked);
    }
    memset(marks, 0, span->slot_count);
    span->is_zero = false;
    if (any_dead != 0 && gcrt_observer != NULL)
        gcrt_observer->deaths(worker_index(worker_current()), first, span->incarnation, dead, words);
    return span->slot_count - alive;
}

uint32_t sweep_take(uint32_t kind_id)
{
    struct kind *kind = &kinds[kind_id];
    lock_take(&heap_lock);
    uint32_t first = kind->unswept;
    if (first != 0)
        kind->unswept = heap_layout.spans[first].next;
    lock_release(&heap_lock);
    if (first != 0 && gcrt_observer != NULL)
        gcrt_observer->span_acquired(worker_index(worker_current()));
    return first;
}

bool sweep_one(uint32_t kind_id)
{
    uint32_t first = sweep_take(kind_id);
    if (first == 0)
        return false;
    struct span *span = &heap_layout.spans[first];
    uint32_t free_slots = sweep_span(first);
    if (free_slots == 0)
        return true;
    lock_take(&heap_lock);
    if (free_slots == span->slot_count) {
        if (gcrt_observer != NULL)
            gcrt_observer->span_release(worker_index(worker_current()), first, span->incarnation);
        page_runs_give(first, heap_cycle);
    } else {
        span->next = kinds[kind_id].partial;
        kinds[kind_id].partial = first;
    }
    lock_release(&heap_lock);
    return true;
}
