/* The map of <gcrt/map.h>: extendible hashing (Fagin, Nievergelt, Pippenger, Strong 1979).
 *
 *     map --directory--> | tables[0] | tables[1] | tables[2] | tables[3] |      2^depth pointers, indexed by the first bits of the hash
 *                              |           |            \       /
 *                        table 00     table 01          table 1                each with a lock and at most some 200 keys
 *
 * A full table is split in two, which nobody but who wants that table waits for; the directory doubles when a table needs more bits than it
 * has. Tables are found without a lock: whoever finds one locks it and then looks whether it covers the hash; if not, it was split meanwhile,
 * and the directory already says where the other half is.
 *
 * Locks: a table's, then the map's. Nothing is allocated while one is held (see map_table.h), so growing is: look, let go, allocate, look again.
 */
#include <gcrt/map.h>

#include <gcrt/memory.h>
#include <gcrt/store.h>

#include <string.h>

#include "sync/caller.h"
#include "sync/map_table.h"

struct directory {
    uint32_t depth;
    struct map_table *tables[];
};
static GCRT_TYPE_TAIL(directory_type, struct directory, tables);

struct gcrt_map {
    const struct gcrt_map_class *map_class;
    struct directory *directory;
    struct lock lock; /* guards writes to `directory` and into it */
    _Atomic size_t length;
};
static GCRT_TYPE(map_type, struct gcrt_map, directory);

/* The directory is allowed so many pointers for each key. Well-spread hashes need a thirtieth; bad ones would need 2^64, and get long tables. */
static const size_t DIRECTORY_SHARE = 8, DIRECTORY_FREE = 64;

/* ---- finding a table ---- */

/* Classes may return hashes that differ in a few bits only, anywhere: the product spreads them over all 128 bits. */
static uint64_t hash_of(const struct gcrt_map *map, const void *key)
{
    unsigned __int128 product = (unsigned __int128)map->map_class->hash(key) *
                                0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* The table that covers the hash, locked. */
static struct map_table *lock_table(struct gcrt_map *map, uint64_t hash)
{
    for (;;) {
        /* Acquire: pairs with gcrt_exchange() in publish_sibling(): the directory and the table are complete. */
        struct directory *directory = __atomic_load_n(&map->directory, __ATOMIC_ACQUIRE);
        struct map_table *table = __atomic_load_n(&directory->tables[map_hash_prefix(hash, directory->depth)],
                                                  __ATOMIC_ACQUIRE);
        lock_take(&table->lock);
        if (map_table_covers(table, hash))
            return table;
        lock_release(&table->lock);
    }
}

/* ---- growing; the caller is outside of the bracket ---- */

static void enlarge(struct gcrt_map *map, uint64_t hash, uint32_t capacity)
{
    struct map_entry *entries = gcrt_new_array(&map_entry_type, capacity);
    runtime_enter();
    struct map_table *table = lock_table(map, hash);
    if (map_table_is_full(table) && table->capacity < capacity)
        map_table_enlarge(table, entries, capacity);
    lock_release(&table->lock);
    runtime_leave();
}

/* Under the map's lock: the same tables, each twice. */
static struct directory *fill_doubled(struct directory *doubled, const struct directory *directory)
{
    doubled->depth = directory->depth + 1;
    for (size_t i = 0; i < (size_t)1 << doubled->depth; i++)
        gcrt_store(&doubled->tables[i], directory->tables[i / 2]);
    return doubled;
}

/* Under both locks. `doubled` has room for one more bit, or is NULL. */
static void publish_sibling(struct gcrt_map *map, struct map_table *sibling, struct directory *doubled)
{
    struct directory *directory = map->directory;
    if (directory->depth < sibling->depth)
        directory = fill_doubled(doubled, directory);
    uint32_t free_bits = directory->depth - sibling->depth;
    for (size_t i = 0; i < (size_t)1 << free_bits; i++)
        gcrt_exchange(&directory->tables[(sibling->prefix << free_bits) + i], sibling);
    gcrt_exchange(&map->directory, directory);
}

/* Splits the table of the hash, if it still has `depth` and `capacity`. */
static void split(struct gcrt_map *map, uint64_t hash, uint32_t depth, uint32_t capacity)
{
    struct map_entry *entries = gcrt_new_array(&map_entry_type, capacity);
    struct map_table *sibling = gcrt_new(&map_table_type);
    gcrt_store(&sibling->entries, gcrt_new_array(&map_entry_type, capacity));
    sibling->capacity = capacity;
    struct directory *doubled = NULL;
    if (__atomic_load_n(&map->directory, __ATOMIC_ACQUIRE)->depth == depth) /* acquire: as in lock_table() */
        doubled = gcrt_new_tail(&directory_type, (size_t)2 << depth);
    runtime_enter();
    struct map_table *table = lock_table(map, hash);
    if (map_table_is_full(table) && table->depth == depth && table->capacity == capacity) {
        map_table_split(table, entries, sibling);
        lock_take(&map->lock);
        publish_sibling(map, sibling, doubled);
        lock_release(&map->lock);
    }
    lock_release(&table->lock);
    runtime_leave();
}

/* With the table locked: whether splitting helps, and the directory may be as large as that needs. */
static bool wants_split(struct gcrt_map *map, const struct map_table *table)
{
    size_t pointers = (size_t)2 << table->depth;
    return table->capacity >= MAP_TABLE_CAPACITY_SPLIT && map_table_can_split(table) &&
           pointers <= DIRECTORY_FREE + gcrt_map_length(map) / DIRECTORY_SHARE;
}

static void grow(struct gcrt_map *map, uint64_t hash)
{
    runtime_enter();
    struct map_table *table = lock_table(map, hash);
    bool splits = wants_split(map, table);
    uint32_t depth = table->depth, capacity = table->capacity;
    lock_release(&table->lock);
    runtime_leave();
    if (splits)
        split(map, hash, depth, capacity);
    else
        enlarge(map, hash, capacity == 0 ? MAP_TABLE_CAPACITY_MIN : capacity * 2);
}

/* ---- the calls ---- */

struct gcrt_map *gcrt_map_new(const struct gcrt_map_class *map_class)
{
    struct gcrt_map *map = gcrt_new(&map_type);
    map->map_class = map_class;
    gcrt_store(&map->directory, gcrt_new_tail(&directory_type, 1));
    gcrt_store(&map->directory->tables[0], gcrt_new(&map_table_type));
    return map;
}

void *gcrt_map_load(struct gcrt_map *map, const void *key)
{
    caller_enter("gcrt_map_load");
    uint64_t hash = hash_of(map, key);
    struct map_table *table = lock_table(map, hash);
    const struct map_entry *entry = map_table_find(table, map->map_class, hash, key);
    void *value = entry != NULL ? entry->value : NULL;
    lock_release(&table->lock);
    runtime_leave();
    return value;
}

/* Under the table's lock: the key's value becomes `value`, or, if it has one and `replaces` is false, stays. False: the table is full. */
static bool set_locked(struct gcrt_map *map, struct map_table *table, uint64_t hash, void *key, void *value,
                       bool replaces, void **ret_value)
{
    struct map_entry *entry = map_table_find(table, map->map_class, hash, key);
    *ret_value = value;
    if (entry != NULL && replaces) {
        gcrt_store(&entry->value, value);
    } else if (entry != NULL) {
        *ret_value = entry->value;
    } else {
        if (map_table_is_full(table))
            return false;
        map_table_insert(table, hash, key, value);
        atomic_fetch_add_explicit(&map->length, 1, memory_order_relaxed); /* relaxed: a number */
    }
    return true;
}

static void *set(struct gcrt_map *map, void *key, void *value, bool replaces)
{
    uint64_t hash = hash_of(map, key);
    void *result;
    for (;;) {
        struct map_table *table = lock_table(map, hash);
        bool is_set = set_locked(map, table, hash, key, value, replaces, &result);
        lock_release(&table->lock);
        runtime_leave();
        if (is_set)
            return result;
        grow(map, hash);
        runtime_enter();
    }
}

void gcrt_map_store(struct gcrt_map *map, void *key, void *value)
{
    caller_enter("gcrt_map_store");
    if (value == NULL)
        gcrt_panic("gcrt_map_store: the value is NULL");
    set(map, key, value, true);
}

void *gcrt_map_load_or_store(struct gcrt_map *map, void *key, void *value)
{
    caller_enter("gcrt_map_load_or_store");
    if (value == NULL)
        gcrt_panic("gcrt_map_load_or_store: the value is NULL");
    return set(map, key, value, false);
}

void *gcrt_map_load_and_delete(struct gcrt_map *map, const void *key)
{
    caller_enter("gcrt_map_load_and_delete");
    uint64_t hash = hash_of(map, key);
    struct map_table *table = lock_table(map, hash);
    struct map_entry *entry = map_table_find(table, map->map_class, hash, key);
    void *value = NULL;
    if (entry != NULL) {
        value = entry->value;
        map_table_remove(table, entry);
        atomic_fetch_sub_explicit(&map->length, 1, memory_order_relaxed); /* relaxed: a number */
    }
    lock_release(&table->lock);
    runtime_leave();
    return value;
}

bool gcrt_map_delete(struct gcrt_map *map, const void *key)
{
    return gcrt_map_load_and_delete(map, key) != NULL;
}

size_t gcrt_map_length(struct gcrt_map *map)
{
    return atomic_load_explicit(&map->length, memory_order_relaxed); /* relaxed: a moment's number */
}

/* ---- range ---- */

struct range {
    struct map_entry *entries; /* a copy of one table's */
    uint32_t capacity, count;
    uint64_t next_hash; /* the first that comes after that table's; 0: it was the last */
};

/* Copies the table that covers the hash. False: there is no room for it. */
static bool copy_table(struct gcrt_map *map, uint64_t hash, struct range *range)
{
    caller_enter("gcrt_map_range");
    struct map_table *table = lock_table(map, hash);
    range->count = table->count;
    bool fits = table->count <= range->capacity;
    for (uint32_t slot = 0, to = 0; fits && slot < table->capacity; slot++) {
        const struct map_entry *entry = &table->entries[slot];
        if (entry->value == NULL)
            continue;
        gcrt_store(&range->entries[to].key, entry->key);
        gcrt_store(&range->entries[to++].value, entry->value);
    }
    range->next_hash = table->depth == 0 ? 0 : (table->prefix + 1) << (64 - table->depth);
    lock_release(&table->lock);
    runtime_leave();
    return fits;
}

static bool call_each(struct range *range, bool (*each)(void *key, void *value, void *arg), void *arg)
{
    for (uint32_t i = 0; i < range->count; i++) {
        struct map_entry *entry = &range->entries[i];
        void *key = entry->key, *value = entry->value;
        gcrt_store(&entry->key, NULL); /* what `each` deletes is not kept by our copy */
        gcrt_store(&entry->value, NULL);
        if (!each(key, value, arg))
            return false;
    }
    return true;
}

/* Tables cover the hashes in order without gaps, whatever is split meanwhile; so each hash is passed exactly once. */
void gcrt_map_range(struct gcrt_map *map, bool (*each)(void *key, void *value, void *arg), void *arg)
{
    struct range range = {0};
    uint64_t hash = 0;
    do {
        while (!copy_table(map, hash, &range)) {
            range.capacity = range.count > MAP_TABLE_CAPACITY_SPLIT ? range.count : MAP_TABLE_CAPACITY_SPLIT;
            range.entries = gcrt_new_array(&map_entry_type, range.capacity);
        }
        if (!call_each(&range, each, arg))
            return;
        hash = range.next_hash;
    } while (hash != 0);
}
