/* faulty_map.h: the planted bug of --leak-map: a map whose delete empties the value and keeps the key.
 *
 *     buckets | * | * | ...        node = { key, value, next };  value NULL: deleted
 *
 * Readers go through the chains without a lock, so delete leaves the node in its chain for them, and nobody ever takes it out. With keys that come
 * back this costs nothing; here each key is a client with its buffers, and none comes back. Use gcrt_map.
 */
#ifndef KVSERVER_FAULTY_MAP_H
#define KVSERVER_FAULTY_MAP_H

#include <gcrt/gcrt.h>

struct faulty_map; /* a heap object */

struct faulty_map *faulty_map_new(void);

/* Keys are compared by address. */
void faulty_map_store(struct faulty_map *map, void *key, void *value);
void faulty_map_delete(struct faulty_map *map, const void *key);

#endif
