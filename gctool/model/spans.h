/* spans.h: the spans that exist now, and who made what lives in their slots.
 *
 * Memory is bounded by the program's own heap: a cell of 16 bytes a slot, made when the first object of a span is born and gone when the
 * span is.
 *
 * Invariant: a slot is alive from its birth to the first of: its bit in a death bitmap of the same incarnation, the release of the span,
 * another span cut at the same place. spans_visit() shows what is left.
 */
#ifndef GCTOOL_MODEL_SPANS_H
#define GCTOOL_MODEL_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SPAN_SLOTS_MAX = 4096,
    SLOT_FREE = 0,
    SLOT_UNCOUNTED = 1, /* occupied by an object that no site counts: born before the interval asked for */
    SLOT_SITE_FIRST = 2,
};

#define SLOT_BYTES_MAX (1ULL << 36) /* 2^23 pages of 8 KiB are the whole heap */

struct slot {
    uint32_t owner; /* SLOT_FREE, SLOT_UNCOUNTED, or a site's index + SLOT_SITE_FIRST */
    uint32_t cycle; /* the collector's cycle at birth */
    uint64_t born_ns;
};

struct span {
    bool exists;
    uint32_t incarnation, type, slot_count;
    uint64_t slot_bytes, base;
    struct slot *slots; /* NULL before the first birth */
};

enum {
    SPAN_CHUNK_BITS = 10,
    SPAN_CHUNKS = 1 << (23 - SPAN_CHUNK_BITS),
};

struct spans {
    struct span *chunks[SPAN_CHUNKS];
};

/* The span now at `id`, or NULL. */
struct span *spans_find(struct spans *spans, uint32_t id);

/* The place of a span that may not exist yet; NULL when out of memory. */
struct span *spans_place(struct spans *spans, uint32_t id);

/* The slots of an existing span, made when there are none; NULL when out of memory. */
struct slot *span_slots(struct span *span);

/* Ends the span; its slots must have been dealt with. */
void span_end(struct span *span);

/* Calls each() for every slot that is not free. */
void spans_visit(const struct spans *spans,
                 void (*each)(const struct span *span, const struct slot *slot, void *argument), void *argument);

void spans_free(struct spans *spans);

#endif
