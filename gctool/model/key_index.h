/* key_index.h: from a pair of numbers to a dense index, the way every table of the model is found again.
 *
 * Open addressing with linear probing; a cell is empty when its index is KEY_INDEX_NONE. Removing moves later cells up, so that no gap
 * parts a pair from its place. Whoever removes a pair may give its index to another.
 *
 * Invariant: at most half of the cells are full, so a probe ends.
 */
#ifndef GCTOOL_MODEL_KEY_INDEX_H
#define GCTOOL_MODEL_KEY_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define KEY_INDEX_NONE UINT32_MAX

struct key_index_cell {
    uint64_t high, low;
    uint32_t index;
};

struct key_index {
    struct key_index_cell *cells;
    size_t cell_count; /* 0 or a power of two */
    size_t used_count;
};

/* The index stored for the pair, or KEY_INDEX_NONE. */
uint32_t key_index_find(const struct key_index *map, uint64_t high, uint64_t low);

/* Stores `index` for a pair that is not there. 0 or -ENOMEM. */
[[nodiscard]] int key_index_add(struct key_index *map, uint64_t high, uint64_t low, uint32_t index);

/* Removes the pair; no effect when it is not there. */
void key_index_remove(struct key_index *map, uint64_t high, uint64_t low);

void key_index_free(struct key_index *map);

#endif
