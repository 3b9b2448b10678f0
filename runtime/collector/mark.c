#include "collector/mark.h"

#include <stdbool.h>
#include <stddef.h>

#include "heap/kind.h"
#include "heap/object_words.h"
#include "heap/span.h"
#include "platform/fibre.h"
#include "platform/log.h"
#include "platform/pages.h"

/* Objects wait here between the prefetch of their first line and their scan: tripled the speed of marking in the prototype (a memory access takes
 * about as long as scanning eight objects). A power of two. */
enum { RING_ENTRIES = 8 };

/* A stack that took more memory than this gives it back after the cycle. */
enum { STACK_KEPT_BYTES = 1 << 20 };

/* A grey object: span and slot, as the caches' and the trace's do.
 *
 *     63          44 43        23 22          0
 *    +--------------+------------+-------------+
 *    |      0       |    slot    |    span     |
 *    +--------------+------------+-------------+
 */
typedef uint64_t grey;
enum { GREY_SPAN_BITS = 23 };

static struct {
    size_t depth, deepest;   /* of the stack in heap_layout.grey, which has room for every slot */
    grey ring[RING_ENTRIES]; /* 0: empty, since span 0 is never used */
    uint32_t ring_next;
    struct mark_totals totals;
} marker;

void mark_begin(void)
{
    marker.totals = (struct mark_totals){0};
    marker.deepest = 0;
}

/* White to grey. Objects without pointers are black at once. */
static UNSANITIZED void mark_address(uintptr_t address)
{
    uint32_t first = span_of(address);
    if (first == 0)
        return;
    const struct span *span = &heap_layout.spans[first];
    uint32_t slot = span_slot(span, address - span_base(first));
    if (slot >= span->slot_count || !span_slot_is_allocated(first, slot))
        return;
    uint8_t *mark = span_marks(first) + slot;
    if (*mark != 0)
        return;
    *mark = 1;
    marker.totals.objects++;
    marker.totals.bytes += span->slot_bytes;
    if (kinds[span->kind].trace == KIND_TRACE_NOTHING)
        return;
    heap_layout.grey[marker.depth++] = (grey)first | (grey)slot << GREY_SPAN_BITS;
}

static UNSANITIZED void mark_words_maybe(uintptr_t low, uintptr_t high, void *)
{
    for (const uintptr_t *word = (const uintptr_t *)low; (uintptr_t)(word + 1) <= high; word++) {
        if (*word - heap_layout.base > (uint64_t)heap_layout.page_top << SPAN_PAGE_SHIFT)
            continue;
        mark_address(*word);
        mark_address(*word - 1); /* compilers keep the end of an array and drop its beginning */
    }
}

UNSANITIZED void mark_range(const struct root_range *range, void *)
{
    const void *low = range->low, *high = range->high;
    uintptr_t aligned = ((uintptr_t)low + sizeof(void *) - 1) & ~(uintptr_t)(sizeof(void *) - 1);
    if (aligned >= (uintptr_t)high)
        return;
    marker.totals.root_bytes += (uintptr_t)high - aligned;
    mark_words_maybe(aligned, (uintptr_t)high, NULL);
}

static UNSANITIZED void mark_pointer(void *slot, void *)
{
    mark_address(*(const uintptr_t *)slot);
}

static void scan(grey entry)
{
    uint32_t first = (uint32_t)(entry & ((1u << GREY_SPAN_BITS) - 1));
    const struct span *span = &heap_layout.spans[first];
    uintptr_t object = span_base(first) + (entry >> GREY_SPAN_BITS) * span->slot_bytes;
    object_words_visit(&kinds[span->kind], object, span->slot_bytes,
                       (struct object_words){mark_pointer, mark_words_maybe}, NULL);
}

static void prefetch(grey entry)
{
    uint32_t first = (uint32_t)(entry & ((1u << GREY_SPAN_BITS) - 1));
    __builtin_prefetch(
        (const void *)(span_base(first) + (entry >> GREY_SPAN_BITS) * heap_layout.spans[first].slot_bytes));
}

/* Puts `entry` into the ring (0: nothing) and returns what waited there longest (0: nothing). */
static grey exchange(grey entry)
{
    grey *place = &marker.ring[marker.ring_next++ % RING_ENTRIES];
    grey oldest = *place;
    *place = entry;
    return oldest;
}

void mark_drain(void)
{
    unsigned empty = 0; /* turns of the ring without anything new or old */
    while (empty < RING_ENTRIES) {
        if (marker.depth > marker.deepest)
            marker.deepest = marker.depth;
        grey entry = marker.depth != 0 ? heap_layout.grey[--marker.depth] : 0;
        if (entry != 0)
            prefetch(entry);
        grey oldest = exchange(entry);
        empty = entry == 0 && oldest == 0 ? empty + 1 : 0;
        if (oldest != 0)
            scan(oldest);
    }
}

void mark_end(struct mark_totals *ret_totals)
{
    size_t waiting = 0;
    for (unsigned i = 0; i < RING_ENTRIES; i++)
        waiting += marker.ring[i] != 0;
    if (marker.depth != 0 || waiting != 0)
        fatal_abort("invariant Q1 (queues empty at the end of marking): %zu on the mark stack, %zu in the ring",
                    marker.depth, waiting);
    if (marker.deepest * sizeof(grey) > STACK_KEPT_BYTES)
        pages_drop((char *)heap_layout.grey + STACK_KEPT_BYTES,
                   (marker.deepest * sizeof(grey) - STACK_KEPT_BYTES + PAGE_BYTES) & ~(size_t)(PAGE_BYTES - 1));
    *ret_totals = marker.totals;
}
