#include "heap/heap.h"

#include "heap/cache.h"
#include "heap/kind.h"
#include "heap/page_runs.h"
#include "heap/pressure.h"
#include "heap/span.h"
#include "heap/sweep.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "sched/runtime_call.h"

/* The sanitizers' shadow costs address space of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEAP_BYTES_MAX ((uint64_t)8 << 30)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEAP_BYTES_MAX ((uint64_t)8 << 30)
#endif
#endif
#ifndef HEAP_BYTES_MAX
#define HEAP_BYTES_MAX ((uint64_t)64 << 30)
#endif
#define HEAP_BYTES_MIN ((uint64_t)16 << 20)

_Static_assert(HEAP_BYTES_MAX >> SPAN_PAGE_SHIFT <= 1u << 23, "traces and the mark stack keep a span in 23 bits");

enum { TRIM_BYTES_PER_CYCLE = 64 << 20, TRIM_BYTES_AT_ONCE = 4 << 20 };

struct heap_layout heap_layout;
struct heap_pressure heap_pressure;
struct lock heap_lock;

/* Pages in use at the ends of marking of the last two cycles: what a heap that breathes will want again. Under heap_lock. */
static uint64_t wanted_pages[2];

/* So much address space is left for stacks, threads and the C library, where it is limited. */
static bool leaves_room(uint64_t bytes)
{
    void *room = pages_map(bytes);
    if (room != NULL)
        pages_unmap(room, bytes);
    return room != NULL;
}

/* All parts of the layout, or none of them: later nobody has to ask for more. */
static bool reserve(uint64_t bytes)
{
    uint64_t pages = bytes >> SPAN_PAGE_SHIFT, slots = pages * SPAN_SLOTS_PER_PAGE_MAX;
    struct heap_layout layout = {.page_limit = pages - 1 /* the last page has no neighbour */, .page_top = 1};
    void *base = NULL;
    struct {
        void **place;
        size_t bytes;
    } parts[] = {
        {&base, bytes},
        {(void **)&layout.owner, pages * sizeof(uint32_t)},
        {(void **)&layout.spans, pages * sizeof(struct span)},
        {(void **)&layout.marks, slots},
        {(void **)&layout.allocated, slots / 8},
        {(void **)&layout.versions, slots},
        {(void **)&layout.grey, slots * sizeof(uint64_t)},
    };
    enum { PART_COUNT = sizeof parts / sizeof parts[0] };
    size_t mapped = 0;
    while (mapped < PART_COUNT && (*parts[mapped].place = pages_map(parts[mapped].bytes)) != NULL)
        mapped++;
    if (mapped == PART_COUNT && leaves_room(bytes / 4)) {
        layout.base = (uintptr_t)base;
        heap_layout = layout;
        return true;
    }
    while (mapped-- > 0)
        pages_unmap(*parts[mapped].place, parts[mapped].bytes);
    return false;
}

void heap_start(unsigned stress_collect_every)
{
    uint64_t bytes = HEAP_BYTES_MAX;
    kinds_start();
    caches_start(stress_collect_every);
    while (!reserve(bytes)) {
        bytes /= 2;
        if (bytes < HEAP_BYTES_MIN)
            fatal_exit("out of memory: no address space for a heap of even %d MiB", (int)(HEAP_BYTES_MIN >> 20));
    }
}

void heap_spans_to_sweep(void)
{
    wanted_pages[1] = wanted_pages[0];
    wanted_pages[0] = page_runs_used_pages();
    for (uint32_t id = 1; id < kind_count(); id++)
        kinds[id].partial = 0;
    struct span *span;
    for (uint32_t first = 1; first < heap_layout.page_top; first += span->page_count) {
        span = &heap_layout.spans[first];
        if (span->state != SPAN_USED)
            continue;
        /* Relaxed: the world stands. */
        span->next = atomic_load_explicit(&kinds[span->kind].unswept, memory_order_relaxed);
        atomic_store_explicit(&kinds[span->kind].unswept, first, memory_order_relaxed);
    }
}

void heap_sweep_all(void)
{
    for (uint32_t id = 1; id < kind_count(); id++)
        while (sweep_one(id))
            ;
    sweep_await_others();
}

void heap_sweep_large(void)
{
    for (uint32_t id = 1; id < kind_count(); id++)
        while (kinds[id].slot_bytes == 0 && sweep_one(id))
            ;
}

/* Pages that were not in use at either of the last two cycles' ends and yet may hold memory, at most `page_count_max`; 0: none. */
static uint32_t take_unwanted(uint32_t page_count_max)
{
    lock_take(&heap_lock);
    uint64_t wanted = wanted_pages[0] > wanted_pages[1] ? wanted_pages[0] : wanted_pages[1];
    uint64_t held = page_runs_used_pages() + page_runs_dirty_pages(), excess = held > wanted ? held - wanted : 0;
    uint32_t page_count = excess < page_count_max ? (uint32_t)excess : page_count_max;
    uint32_t first = page_count != 0 ? page_runs_take_dirty(page_count) : 0;
    lock_release(&heap_lock);
    return first;
}

void heap_trim(void)
{
    uint32_t rest = TRIM_BYTES_PER_CYCLE >> SPAN_PAGE_SHIFT, at_once = TRIM_BYTES_AT_ONCE >> SPAN_PAGE_SHIFT;
    while (rest != 0 && !runtime_stop_wanted()) {
        uint32_t first = take_unwanted(rest < at_once ? rest : at_once);
        if (first == 0)
            return;
        struct span *span = &heap_layout.spans[first];
        rest -= span->page_count;
        pages_drop((void *)span_base(first), (size_t)span->page_count << SPAN_PAGE_SHIFT);
        lock_take(&heap_lock);
        span->is_zero = true;
        page_runs_give(first);
        lock_release(&heap_lock);
    }
}

uint64_t heap_span_bytes(void)
{
    lock_take(&heap_lock);
    uint64_t pages = page_runs_used_pages();
    lock_release(&heap_lock);
    return pages << SPAN_PAGE_SHIFT;
}
