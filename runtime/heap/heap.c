#include "heap/heap.h"

#include "heap/cache.h"
#include "heap/kind.h"
#include "heap/page_runs.h"
#include "heap/pressure.h"
#include "heap/span.h"
#include "heap/sweep.h"
#include "platform/log.h"
#include "platform/pages.h"

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
#define HEAP_BYTES_MIN ((uint64_t)64 << 20)

enum { TRIM_BYTES_PER_CYCLE = 64 << 20 };

struct heap_layout heap_layout;
struct heap_pressure heap_pressure;
struct lock heap_lock;
_Atomic uint32_t heap_cycle;

static void unreserve(struct heap_layout *layout, uint64_t bytes, uint64_t pages)
{
    struct {
        void *address;
        size_t bytes;
    } parts[] = {
        {(void *)layout->base, bytes},
        {layout->owner, pages * sizeof(uint32_t)},
        {layout->spans, pages * sizeof(struct span)},
        {layout->marks, pages * SPAN_SLOTS_PER_PAGE_MAX},
        {layout->allocated, pages * SPAN_SLOTS_PER_PAGE_MAX / 8},
        {layout->versions, pages * SPAN_SLOTS_PER_PAGE_MAX},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].address != NULL)
            pages_unmap(parts[i].address, parts[i].bytes);
}

static bool reserve(uint64_t bytes)
{
    uint64_t pages = bytes >> SPAN_PAGE_SHIFT;
    struct heap_layout layout = {
        .base = (uintptr_t)pages_map(bytes),
        .page_limit = pages - 1, /* the last page has no neighbour */
        .page_top = 1,
        .owner = pages_map(pages * sizeof(uint32_t)),
        .spans = pages_map(pages * sizeof(struct span)),
        .marks = pages_map(pages * SPAN_SLOTS_PER_PAGE_MAX),
        .allocated = pages_map(pages * SPAN_SLOTS_PER_PAGE_MAX / 8),
        .versions = pages_map(pages * SPAN_SLOTS_PER_PAGE_MAX),
    };
    if (layout.base == 0 || layout.owner == NULL || layout.spans == NULL || layout.marks == NULL ||
        layout.allocated == NULL || layout.versions == NULL) {
        unreserve(&layout, bytes, pages);
        return false;
    }
    heap_layout = layout;
    return true;
}

void heap_start(unsigned stress_collect_every)
{
    uint64_t bytes = HEAP_BYTES_MAX;
    while (!reserve(bytes)) {
        bytes /= 2;
        if (bytes < HEAP_BYTES_MIN)
            fatal_exit("out of memory: no address space for a heap of even %d MiB", (int)(HEAP_BYTES_MIN >> 20));
    }
    kinds_start();
    caches_start(stress_collect_every);
}

void heap_spans_to_sweep(void)
{
    for (uint32_t id = 1; id < kind_count(); id++)
        kinds[id].partial = 0;
    struct span *span;
    for (uint32_t first = 1; first < heap_layout.page_top; first += span->page_count) {
        span = &heap_layout.spans[first];
        if (span->state != SPAN_USED)
            continue;
        span->next = kinds[span->kind].unswept;
        kinds[span->kind].unswept = first;
    }
}

void heap_sweep_all(void)
{
    for (uint32_t id = 1; id < kind_count(); id++)
        while (sweep_one(id))
            ;
}

void heap_sweep_large(void)
{
    for (uint32_t id = 1; id < kind_count(); id++)
        while (kinds[id].slot_bytes == 0 && sweep_one(id))
            ;
}

void heap_trim(void)
{
    lock_take(&heap_lock);
    page_runs_drop(heap_cycle, TRIM_BYTES_PER_CYCLE >> SPAN_PAGE_SHIFT);
    lock_release(&heap_lock);
}

uint64_t heap_span_bytes(void)
{
    lock_take(&heap_lock);
    uint64_t pages = page_runs_used_pages();
    lock_release(&heap_lock);
    return pages << SPAN_PAGE_SHIFT;
}
