#include "heap/sweep.h"

#include <sched.h>
#include <stdatomic.h>
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

_Atomic uint32_t sweep_in_work;

/* Tells the observer who died; marks become the allocated bits. Returns the number of free slots. */
static uint32_t sweep_span(uint32_t first)
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

/* The next span of the list, or 0. Counted in sweep_in_work. */
static uint32_t take_off_list(struct kind *kind)
{
    /* Acquire: pairs with the release below: whoever sees an empty list sees its last span counted, too. */
    if (atomic_load_explicit(&kind->unswept, memory_order_acquire) == 0)
        return 0;
    lock_take(&heap_lock);
    uint32_t first = atomic_load_explicit(&kind->unswept, memory_order_relaxed); /* relaxed: under the lock */
    if (first != 0) {
        atomic_fetch_add_explicit(&sweep_in_work, 1, memory_order_relaxed);
        atomic_store_explicit(&kind->unswept, heap_layout.spans[first].next, memory_order_release);
    }
    lock_release(&heap_lock);
    if (first != 0 && gcrt_observer != NULL)
        gcrt_observer->span_acquired(worker_index(worker_current())); /* the deaths come after others' births in it */
    return first;
}

uint32_t sweep_take(uint32_t kind_id, uint32_t *ret_free_slots)
{
    uint32_t first = take_off_list(&kinds[kind_id]);
    if (first == 0)
        return 0;
    *ret_free_slots = sweep_span(first);
    /* Release: pairs with sweep_await_others(). */
    atomic_fetch_sub_explicit(&sweep_in_work, 1, memory_order_release);
    return first;
}

void sweep_await_others(void)
{
    while (atomic_load_explicit(&sweep_in_work, memory_order_acquire) != 0) /* acquire: pairs with sweep_take() */
        sched_yield(); /* an observer may keep the sweeper waiting for another process */
}

bool sweep_one(uint32_t kind_id)
{
    uint32_t free_slots, first = sweep_take(kind_id, &free_slots);
    if (first == 0)
        return false;
    struct span *span = &heap_layout.spans[first];
    if (free_slots == 0)
        return true;
    lock_take(&heap_lock);
    if (free_slots == span->slot_count) {
        if (gcrt_observer != NULL)
            gcrt_observer->span_release(worker_index(worker_current()), first, span->incarnation);
        page_runs_give(first);
    } else {
        span->next = kinds[kind_id].partial;
        kinds[kind_id].partial = first;
    }
    lock_release(&heap_lock);
    return true;
}
