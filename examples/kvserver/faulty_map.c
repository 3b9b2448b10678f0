#include "faulty_map.h"

enum { BUCKETS = 256 };

struct faulty_node {
    void *key, *value;
    struct faulty_node *next;
};

struct faulty_map {
    struct gcrt_mutex lock; /* of writers */
    struct faulty_node *buckets[BUCKETS];
};

static GCRT_TYPE(node_type, struct faulty_node, key, value, next);
static GCRT_TYPE(map_type, struct faulty_map, buckets);

struct faulty_map *faulty_map_new(void)
{
    return gcrt_new(&map_type);
}

static struct faulty_node **bucket_of(struct faulty_map *map, const void *key)
{
    return &map->buckets[((uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15)) >> 56];
}

static struct faulty_node *find(struct faulty_map *map, const void *key)
{
    struct faulty_node *node = *bucket_of(map, key);
    while (node != NULL && node->key != key)
        node = node->next;
    return node;
}

void faulty_map_store(struct faulty_map *map, void *key, void *value)
{
    gcrt_mutex_lock(&map->lock);
    struct faulty_node *node = find(map, key);
    if (node == NULL) {
        struct faulty_node **bucket = bucket_of(map, key);
        node = gcrt_new(&node_type);
        gcrt_store(&node->key, key);
        gcrt_store(&node->next, *bucket);
        gcrt_store(bucket, node);
    }
    gcrt_store(&node->value, value);
    gcrt_mutex_unlock(&map->lock);
}

void faulty_map_delete(struct faulty_map *map, const void *key)
{
    gcrt_mutex_lock(&map->lock);
    struct faulty_node *node = find(map, key);
    if (node != NULL)
        gcrt_store(&node->value, NULL); /* the key stays: the bug */
    gcrt_mutex_unlock(&map->lock);
}
