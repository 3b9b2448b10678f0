/* heap_alive.h: what the heap's own bitmaps say after a collection. For tests that link the runtime's insides. */
#ifndef TESTS_SUPPORT_HEAP_ALIVE_H
#define TESTS_SUPPORT_HEAP_ALIVE_H

#include <stddef.h>
#include <stdint.h>

#include <gcrt/memory.h>

#include "heap/kind.h"
#include "heap/span.h"

/* Objects of the type, in every shape. Caller: alone, right after gcrt_collect(). */
static inline uint64_t heap_alive(const struct gcrt_type *type)
{
    uint64_t alive = 0;
    const struct span *span;
    for (uint32_t first = 1; first < heap_layout.page_top; first += span->page_count) {
        span = &heap_layout.spans[first];
        if (span->state != SPAN_USED || kinds[span->kind].type != type)
            continue;
        for (uint32_t word = 0; word < span_bitmap_words(span); word++)
            alive += (uint64_t)__builtin_popcountll(span_allocated(first)[word]);
    }
    return alive;
}

/* A collection that stale words below the stack pointer do not disturb. Not instrumented: the sanitizer's gaps would keep some. */
static __attribute__((noinline, unused, no_sanitize("address"))) void collect_with_clean_stack(void)
{
    volatile char bytes[16384];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = 0;
    gcrt_collect();
}

#endif
