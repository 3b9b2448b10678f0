/* ring_memory.h: the memory of tracer/format/rings.h, made and seen from the consumer's side.
 *
 * It is sparse: rings and contexts cost memory where they are used. Each ring is mapped twice, end to end, so that what it holds is one
 * contiguous run of words wherever it begins:
 *
 *     words[ring] -> | word 0 ... word n-1 | word 0 ... word n-1 |      read at words[ring][index & mask], n words from there on
 */
#ifndef GCTOOL_DRAIN_RING_MEMORY_H
#define GCTOOL_DRAIN_RING_MEMORY_H

#include <stdint.h>

#include "tracer/format/rings.h"

struct error;

struct ring_memory_sizes {
    uint32_t ring_count;       /* at most RINGS_COUNT_MAX */
    uint64_t ring_words;       /* a power of two, at least a page */
    uint64_t context_capacity; /* at least 1 */
};

struct ring_memory {
    int fd; /* the recorded program inherits it */
    struct rings_header *header;
    struct ring_control *controls;
    const struct ring_context *contexts;
    uint64_t *words[RINGS_COUNT_MAX]; /* NULL: not yet mapped */
};

/* Makes the memory; time counts from now. 0, or negative with `reterr`. */
[[nodiscard]] int ring_memory_make(const struct ring_memory_sizes *sizes, struct ring_memory *ret_memory,
                                   struct error *reterr);

/* Maps the words of a ring when they are not. 0 or -ENOMEM. */
[[nodiscard]] int ring_memory_map(struct ring_memory *memory, uint32_t ring);

void ring_memory_free(struct ring_memory *memory);

#endif
