/* See spans.h. */
#include "gctool/model/spans.h"

#include <stdlib.h>

static const uint32_t chunk_mask = (1U << SPAN_CHUNK_BITS) - 1;

struct span *spans_find(struct spans *spans, uint32_t id)
{
    if (id >> SPAN_CHUNK_BITS >= SPAN_CHUNKS)
        return NULL;
    struct span *chunk = spans->chunks[id >> SPAN_CHUNK_BITS];
    if (!chunk || !chunk[id & chunk_mask].exists)
        return NULL;
    return &chunk[id & chunk_mask];
}

struct span *spans_place(struct spans *spans, uint32_t id)
{
    if (id >> SPAN_CHUNK_BITS >= SPAN_CHUNKS)
        return NULL;
    struct span **chunk = &spans->chunks[id >> SPAN_CHUNK_BITS];
    if (!*chunk)
        *chunk = calloc((size_t)chunk_mask + 1, sizeof **chunk);
    return *chunk ? &(*chunk)[id & chunk_mask] : NULL;
}

struct slot *span_slots(struct span *span)
{
    if (!span->slots)
        span->slots = calloc(span->slot_count, sizeof *span->slots);
    return span->slots;
}

void span_end(struct span *span)
{
    free(span->slots);
    *span = (struct span){0};
}

void spans_visit(const struct spans *spans,
                 void (*each)(const struct span *span, const struct slot *slot, void *argument), void *argument)
{
    for (size_t chunk = 0; chunk < SPAN_CHUNKS; chunk++) {
        if (!spans->chunks[chunk])
            continue;
        for (size_t at = 0; at <= chunk_mask; at++) {
            const struct span *span = &spans->chunks[chunk][at];
            if (!span->exists || !span->slots)
                continue;
            for (uint32_t slot = 0; slot < span->slot_count; slot++)
                if (span->slots[slot].owner != SLOT_FREE)
                    each(span, &span->slots[slot], argument);
        }
    }
}

void spans_free(struct spans *spans)
{
    for (size_t chunk = 0; chunk < SPAN_CHUNKS; chunk++) {
        if (!spans->chunks[chunk])
            continue;
        for (size_t at = 0; at <= chunk_mask; at++)
            free(spans->chunks[chunk][at].slots);
        free(spans->chunks[chunk]);
        spans->chunks[chunk] = NULL;
    }
}
