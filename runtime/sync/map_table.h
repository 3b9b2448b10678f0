/* map_table.h: one table of a map: open addressing with linear probing, for the keys whose hashes begin with one prefix.
 *
 *     hash   | prefix: `depth` bits |            ...            | home slot: low bits |
 *
 *     entries    | k v | k v |  -  | k v |  -  | ...      `capacity`, a power of two, or 0: then there is no array
 *                   ^ home of both: the second was pushed on
 *
 * Invariants, while `lock` is free: a slot is in use exactly when its value is not NULL; between a key's home and its slot no slot is free;
 * at most three quarters are in use; what is not in use is zero, so that the table keeps nothing alive that was deleted.
 *
 * A table neither allocates nor locks: allocating may collect, and a collection waits for whoever holds a lock or waits for one.
 */
#ifndef RUNTIME_SYNC_MAP_TABLE_H
#define RUNTIME_SYNC_MAP_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <gcrt/map.h>
#include <gcrt/type.h>

#include "platform/lock.h"

enum {
    MAP_TABLE_CAPACITY_MIN = 8,
    MAP_TABLE_CAPACITY_SPLIT = 256, /* a full table of so many slots is split, which takes some 2 µs under its lock */
};

struct map_entry {
    uint64_t hash;
    void *key;
    void *value;
};
GCRT_TYPE_DECLARE(map_entry_type);

struct map_table {
    struct lock lock; /* guards all of it */
    uint32_t depth;
    uint64_t prefix; /* the first `depth` bits of the hashes that belong here, right-aligned */
    uint32_t count, capacity;
    struct map_entry *entries;
};
GCRT_TYPE_DECLARE(map_table_type);

/* The first `depth` bits of a hash. */
static inline uint64_t map_hash_prefix(uint64_t hash, uint32_t depth)
{
    return depth == 0 ? 0 : hash >> (64 - depth);
}

static inline bool map_table_covers(const struct map_table *table, uint64_t hash)
{
    return map_hash_prefix(hash, table->depth) == table->prefix;
}

static inline bool map_table_is_full(const struct map_table *table)
{
    return table->count >= table->capacity / 4 * 3;
}

/* The entry of the key, or NULL. */
struct map_entry *map_table_find(struct map_table *table, const struct gcrt_map_class *map_class, uint64_t hash,
                                 const void *key);

/* Adds a key that is not there. The table is not full. */
void map_table_insert(struct map_table *table, uint64_t hash, void *key, void *value);

/* Removes an entry of the table. A table without keys gives up an array that has grown. */
void map_table_remove(struct map_table *table, struct map_entry *entry);

/* Moves all into `entries`, zero, of `capacity` slots: more than the table has. */
void map_table_enlarge(struct map_table *table, struct map_entry *entries, uint32_t capacity);

/* Whether both halves would have some: otherwise only enlarging helps. */
bool map_table_can_split(const struct map_table *table);

/* Divides by the next bit of the hash: zeroes stay, in `entries`; ones go to `sibling`, new, with an array of the same capacity. */
void map_table_split(struct map_table *table, struct map_entry *entries, struct map_table *sibling);

#endif
