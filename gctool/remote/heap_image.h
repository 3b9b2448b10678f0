/* heap_image.h: the heap's books of a program, copied: owner of each page, spans, and for each slot whether its object lives.
 *
 * A slot lives when it is allocated; but not when it lies in a run that a cache has not handed out yet, and in a span that is still to be swept only
 * when it is also marked.
 */
#ifndef GCTOOL_REMOTE_HEAP_IMAGE_H
#define GCTOOL_REMOTE_HEAP_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct remote;

struct image_span {
    uint64_t slot_bytes;
    uint32_t page_count, slot_count, kind, next;
    bool is_used;
};

struct image_range {
    uint32_t offset, words; /* bytes; words of 8 */
};

struct image_type {
    uint64_t address, size, tail_offset;
    struct image_range *ranges;
    uint32_t range_count;
    uint32_t tail; /* index into types of the tail's element; 0: none */
    bool is_known; /* else its words are all taken for pointers */
    const char *name;
};

enum image_trace { IMAGE_NOTHING, IMAGE_RANGES, IMAGE_WORDS };

struct image_kind {
    uint32_t type;       /* index into types */
    uint32_t shown_type; /* index into the snapshot's */
    bool is_array, has_tail;
    enum image_trace trace;
};

struct heap_image {
    uint64_t base;
    uint32_t page_top, page_shift, bitmap_words; /* of a page */
    uint32_t *owner;                             /* page_top each */
    struct image_span *spans;
    uint64_t *live;           /* bitmap_words a page */
    struct image_type *types; /* 0: none */
    size_t type_count, type_capacity;
    struct image_kind *kinds; /* by id */
    uint32_t kind_count;
};

/* Reads the books into remote->heap. 0, or negative with `reterr`. */
[[nodiscard]] int heap_image_read(struct remote *remote, struct error *reterr);

void heap_image_free(struct heap_image *image);

static inline uint64_t heap_image_span_base(const struct heap_image *image, uint32_t first)
{
    return image->base + ((uint64_t)first << image->page_shift);
}

static inline bool heap_image_lives(const struct heap_image *image, uint32_t first, uint32_t slot)
{
    return image->live[(uint64_t)first * image->bitmap_words + slot / 64] >> (slot % 64) & 1;
}

/* The slot of a living object that `address` points into; 0: none. */
uint64_t heap_image_slot_at(const struct heap_image *image, uint64_t address);

#endif
