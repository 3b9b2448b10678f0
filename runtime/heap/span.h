/* span.h: a run of pages that holds slots of one kind, and how an address finds its span and slot.
 *
 * Every page has a record in an array; only the record of a run's first page is in use, so 'span 17' is the one that begins at page 17.
 * Side arrays lie at addresses computed from span and slot, so nothing is stored beside the objects:
 *
 *     address --(- base) >> 13--> page --owner[page]--> first page --spans[]--> struct span --* reciprocal--> slot
 *
 *     marks      1 byte a slot    at marks     + first page * 512 + slot
 *     allocated  1 bit a slot     at allocated + first page * 64 bytes, bit `slot`
 *     versions   1 byte a slot    as marks; reserved, never touched: for a collector that tells generations apart
 *
 * Invariant S1 (while the world stands and the caches are flushed): a slot's allocated bit is set exactly when it holds an object;
 * a mark is set only where an allocated bit is; outside of marking, in a swept span, no mark is set.
 */
#ifndef RUNTIME_HEAP_SPAN_H
#define RUNTIME_HEAP_SPAN_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SPAN_PAGE_SHIFT = 13,
    SPAN_PAGE_BYTES = 1 << SPAN_PAGE_SHIFT,
    SPAN_SLOTS_PER_PAGE_MAX = SPAN_PAGE_BYTES / 16,
    SPAN_SLOTS_MAX = 4096,
    SPAN_RECIPROCAL_SHIFT = 40,
};

enum span_state {
    SPAN_NONE, /* no run begins at this page */
    SPAN_FREE, /* a run of free pages; in a bin of page_runs.c */
    SPAN_USED,
};

/* reciprocal: ceil(2^40 / slot_bytes): offset * reciprocal >> 40 is offset / slot_bytes, exact for spans below 256 KiB. 0 for a large
 * object: then every offset is in slot 0. */
struct span {
    uint64_t slot_bytes;
    uint64_t reciprocal;
    uint32_t page_count;
    uint32_t slot_count;
    uint32_t kind;
    uint32_t next, previous; /* lists by first page; 0 ends. USED: of its kind, singly linked; FREE: of its bin */
    uint32_t zero_pages;     /* FREE: so many of the first pages read as zero and take no memory */
    uint32_t incarnation;    /* spans that began at this page; survives them */
    uint8_t state;           /* enum span_state */
    bool is_zero;            /* USED: all free memory in it reads as zero */
};

struct heap_layout {
    uintptr_t base; /* of page 0, which is never used: so the runtime's own pointer to it keeps nothing alive */
    uint64_t page_limit;
    uint32_t page_top; /* pages from here on were never used */
    uint32_t *owner;   /* first page of the used span that covers it, or 0; the ends of free runs have it, too */
    struct span *spans;
    uint8_t *marks;
    uint64_t *allocated;
    uint8_t *versions;
    uint64_t *grey; /* the collector's, a word a slot: reserved with the heap, so that it cannot be missing later */
};
extern struct heap_layout heap_layout;

static inline uintptr_t span_base(uint32_t span)
{
    return heap_layout.base + ((uintptr_t)span << SPAN_PAGE_SHIFT);
}

static inline uint8_t *span_marks(uint32_t span)
{
    return heap_layout.marks + (uint64_t)span * SPAN_SLOTS_PER_PAGE_MAX;
}

static inline uint64_t *span_allocated(uint32_t span)
{
    return heap_layout.allocated + (uint64_t)span * (SPAN_SLOTS_PER_PAGE_MAX / 64);
}

static inline uint32_t span_slot(const struct span *span, uint64_t offset)
{
    return (uint32_t)((offset * span->reciprocal) >> SPAN_RECIPROCAL_SHIFT);
}

/* The used span that covers `address`, or 0. Caller: the world stands. */
static inline uint32_t span_of(uintptr_t address)
{
    uint64_t page = (address - heap_layout.base) >> SPAN_PAGE_SHIFT;
    if (page >= heap_layout.page_top)
        return 0;
    uint32_t first = heap_layout.owner[page];
    return heap_layout.spans[first].state == SPAN_USED ? first : 0;
}

static inline bool span_slot_is_allocated(uint32_t span, uint32_t slot)
{
    return span_allocated(span)[slot / 64] >> (slot % 64) & 1;
}

/* The allocated slot that `address` points into; 0: none. Caller: the world stands. */
static inline uintptr_t span_object_at(uintptr_t address)
{
    uint32_t first = span_of(address);
    if (first == 0)
        return 0;
    const struct span *span = &heap_layout.spans[first];
    uint32_t slot = span_slot(span, address - span_base(first));
    bool is_object = slot < span->slot_count && span_slot_is_allocated(first, slot);
    return is_object ? span_base(first) + slot * span->slot_bytes : 0;
}

/* Words of a bitmap with one bit a slot. */
static inline uint32_t span_bitmap_words(const struct span *span)
{
    return (span->slot_count + 63) / 64;
}

#endif
