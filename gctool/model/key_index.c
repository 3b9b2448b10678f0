/* See key_index.h. */
#include "gctool/model/key_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_AT_FIRST = 64 };

/* Two multiplications spread both halves over all bits; the keys are small dense numbers and addresses. */
static size_t hash_pair(uint64_t high, uint64_t low)
{
    uint64_t mixed = (high * 0x9e3779b97f4a7c15ULL) ^ (low + 0x7f4a7c159e3779b9ULL);
    mixed ^= mixed >> 32;
    mixed *= 0xd6e8feb86659fd93ULL;
    mixed ^= mixed >> 32;
    return (size_t)mixed;
}

static size_t find_cell(const struct key_index *map, uint64_t high, uint64_t low)
{
    size_t at = hash_pair(high, low) & (map->cell_count - 1);
    while (map->cells[at].index != KEY_INDEX_NONE && (map->cells[at].high != high || map->cells[at].low != low))
        at = (at + 1) & (map->cell_count - 1);
    return at;
}

uint32_t key_index_find(const struct key_index *map, uint64_t high, uint64_t low)
{
    if (map->cell_count == 0)
        return KEY_INDEX_NONE;
    return map->cells[find_cell(map, high, low)].index;
}

static int resize(struct key_index *map, size_t cell_count)
{
    struct key_index bigger = {.cell_count = cell_count, .used_count = map->used_count};
    bigger.cells = malloc(cell_count * sizeof *bigger.cells);
    if (!bigger.cells)
        return -ENOMEM;
    for (size_t at = 0; at < cell_count; at++)
        bigger.cells[at].index = KEY_INDEX_NONE;
    for (size_t at = 0; at < map->cell_count; at++) {
        const struct key_index_cell *cell = &map->cells[at];
        if (cell->index != KEY_INDEX_NONE)
            bigger.cells[find_cell(&bigger, cell->high, cell->low)] = *cell;
    }
    free(map->cells);
    *map = bigger;
    return 0;
}

int key_index_add(struct key_index *map, uint64_t high, uint64_t low, uint32_t index)
{
    if ((map->used_count + 1) * 2 > map->cell_count) {
        int error = resize(map, map->cell_count ? map->cell_count * 2 : CELLS_AT_FIRST);
        if (error < 0)
            return error;
    }
    map->cells[find_cell(map, high, low)] = (struct key_index_cell){.high = high, .low = low, .index = index};
    map->used_count++;
    return 0;
}

/* Backward shift: cells after the hole move into it when their own place lies at or before it, so no tombstone is left. */
void key_index_remove(struct key_index *map, uint64_t high, uint64_t low)
{
    if (map->cell_count == 0)
        return;
    size_t mask = map->cell_count - 1;
    size_t hole = find_cell(map, high, low);
    if (map->cells[hole].index == KEY_INDEX_NONE)
        return;
    map->used_count--;
    for (size_t at = (hole + 1) & mask; map->cells[at].index != KEY_INDEX_NONE; at = (at + 1) & mask) {
        size_t home = hash_pair(map->cells[at].high, map->cells[at].low) & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            map->cells[hole] = map->cells[at];
            hole = at;
        }
    }
    map->cells[hole].index = KEY_INDEX_NONE;
}

void key_index_free(struct key_index *map)
{
    free(map->cells);
    *map = (struct key_index){0};
}
