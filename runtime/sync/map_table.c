#include "sync/map_table.h"

#include <gcrt/store.h>

#include <stddef.h>

GCRT_TYPE(map_entry_type, struct map_entry, key, value);
GCRT_TYPE(map_table_type, struct map_table, entries);

static uint32_t home_of(const struct map_table *table, uint64_t hash)
{
    return (uint32_t)hash & (table->capacity - 1);
}

static uint32_t slot_after(const struct map_table *table, uint32_t slot)
{
    return (slot + 1) & (table->capacity - 1);
}

static void set(struct map_entry *entry, uint64_t hash, void *key, void *value)
{
    entry->hash = hash;
    gcrt_store(&entry->key, key);
    gcrt_store(&entry->value, value);
}

struct map_entry *map_table_find(struct map_table *table, const struct gcrt_map_class *map_class, uint64_t hash,
                                 const void *key)
{
    if (table->capacity == 0)
        return NULL;
    for (uint32_t slot = home_of(table, hash);; slot = slot_after(table, slot)) {
        struct map_entry *entry = &table->entries[slot];
        if (entry->value == NULL)
            return NULL;
        if (entry->hash == hash && map_class->equal(entry->key, key))
            return entry;
    }
}

void map_table_insert(struct map_table *table, uint64_t hash, void *key, void *value)
{
    uint32_t slot = home_of(table, hash);
    while (table->entries[slot].value != NULL)
        slot = slot_after(table, slot);
    set(&table->entries[slot], hash, key, value);
    table->count++;
}

/* Knuth, The Art of Computer Programming 3, section 6.4, algorithm R: an entry behind the hole moves into it unless its home lies in between.
 * So no slot is ever marked as deleted. */
void map_table_remove(struct map_table *table, struct map_entry *entry)
{
    uint32_t mask = table->capacity - 1;
    uint32_t hole = (uint32_t)(entry - table->entries);
    for (uint32_t slot = slot_after(table, hole); table->entries[slot].value != NULL; slot = slot_after(table, slot)) {
        const struct map_entry *moved = &table->entries[slot];
        if (((slot - home_of(table, moved->hash)) & mask) < ((slot - hole) & mask))
            continue;
        set(&table->entries[hole], moved->hash, moved->key, moved->value);
        hole = slot;
    }
    set(&table->entries[hole], 0, NULL, NULL);
    table->count--;
    if (table->count == 0 && table->capacity > MAP_TABLE_CAPACITY_MIN) {
        gcrt_store(&table->entries, NULL);
        table->capacity = 0;
    }
}

void map_table_enlarge(struct map_table *table, struct map_entry *entries, uint32_t capacity)
{
    const struct map_entry *former = table->entries;
    uint32_t former_capacity = table->capacity;
    gcrt_store(&table->entries, entries);
    table->capacity = capacity;
    table->count = 0;
    for (uint32_t slot = 0; slot < former_capacity; slot++)
        if (former[slot].value != NULL)
            map_table_insert(table, former[slot].hash, former[slot].key, former[slot].value);
}

static bool goes_to_sibling(const struct map_table *table, uint64_t hash)
{
    return (hash >> (63 - table->depth) & 1) != 0;
}

bool map_table_can_split(const struct map_table *table)
{
    uint32_t going = 0;
    for (uint32_t slot = 0; slot < table->capacity; slot++)
        if (table->entries[slot].value != NULL && goes_to_sibling(table, table->entries[slot].hash))
            going++;
    return going != 0 && going != table->count;
}

void map_table_split(struct map_table *table, struct map_entry *entries, struct map_table *sibling)
{
    const struct map_entry *former = table->entries;
    gcrt_store(&table->entries, entries);
    table->count = 0;
    for (uint32_t slot = 0; slot < table->capacity; slot++)
        if (former[slot].value != NULL)
            map_table_insert(goes_to_sibling(table, former[slot].hash) ? sibling : table, former[slot].hash,
                             former[slot].key, former[slot].value);
    table->depth++;
    table->prefix <<= 1;
    sibling->depth = table->depth;
    sibling->prefix = table->prefix | 1;
}
