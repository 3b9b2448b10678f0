/* map.h: a concurrent map from pointers to pointers.
 *
 * Keys and values are pointers to heap objects (or to anything else that outlives the map); the map keeps them alive and never looks
 * behind a value. A value is not NULL; a key may be what the class allows. All calls are safe from any number of goroutines at once; each is
 * atomic for its key: a load sees the store that came last before it. A deleted key and value are unreachable from the map when the call
 * returns.
 */
#ifndef GCRT_MAP_H
#define GCRT_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct gcrt_map;

/* What a key is. Both functions run inside the runtime with a lock of the map held: they read memory and nothing else; no call of
 * gcrt_*, no waiting. Equal keys have equal hashes, for as long as they are in the map. */
struct gcrt_map_class {
    uint64_t (*hash)(const void *key);
    bool (*equal)(const void *a, const void *b);
};

/* Keys are NUL-terminated strings, compared by content. The hash is keyed with random bytes of this process, so that an adversary who
 * chooses the strings cannot make them collide. */
extern const struct gcrt_map_class gcrt_map_strings;

/* Keys are compared by address and never read. */
extern const struct gcrt_map_class gcrt_map_identity;

/* An empty map. `map_class` is borrowed for the life of the map. */
struct gcrt_map *gcrt_map_new(const struct gcrt_map_class *map_class);

/* The value of `key`, or NULL. */
void *gcrt_map_load(struct gcrt_map *map, const void *key);

/* Sets the value of `key`. When an equal key is there, that one stays and only the value changes. Panics when value is NULL. */
void gcrt_map_store(struct gcrt_map *map, void *key, void *value);

/* The value now there: the one that was, or else `value`, stored. Panics when value is NULL. */
void *gcrt_map_load_or_store(struct gcrt_map *map, void *key, void *value);

/* Removes `key`. The value it had, or NULL. */
void *gcrt_map_load_and_delete(struct gcrt_map *map, const void *key);

/* Removes `key`. True: it was there. */
bool gcrt_map_delete(struct gcrt_map *map, const void *key);

/* Number of keys; a moment's while others change it. */
size_t gcrt_map_length(struct gcrt_map *map);

/* Calls each(key, value, arg) until it returns false. `each` runs as ordinary code, with nothing locked: it may use this map and park. A
 * key that is there from beginning to end is seen exactly once; one that comes or goes meanwhile is seen once or not at all. */
void gcrt_map_range(struct gcrt_map *map, bool (*each)(void *key, void *value, void *arg), void *arg);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
