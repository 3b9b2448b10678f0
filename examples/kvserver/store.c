#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static GCRT_TYPE_TAIL_OF(entry_type, struct entry, char_type, key_bytes, key.bytes.at, text, list);

/* ---- keys ---- */

/* Random, so that nobody can send keys that collide. Written before the first key. */
static uint64_t hash_seeds[2];

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* Multiplies and folds 8 bytes at a time under a secret, as Wang Yi's wyhash does. */
struct key store_key(struct bytes bytes)
{
    uint64_t hash = hash_seeds[0] ^ bytes.length, word;
    size_t at = 0;
    for (; at + sizeof word <= bytes.length; at += sizeof word) {
        memcpy(&word, bytes.at + at, sizeof word);
        hash = fold(hash ^ word, hash_seeds[1]);
    }
    word = 0;
    memcpy(&word, bytes.at + at, bytes.length - at);
    return (struct key){bytes, fold(fold(hash ^ word, hash_seeds[1]), hash_seeds[0])};
}

static uint64_t hash_of(const void *key)
{
    return ((const struct key *)key)->hash;
}

static bool are_equal(const void *a, const void *b)
{
    return bytes_equal(((const struct key *)a)->bytes, ((const struct key *)b)->bytes);
}

static const struct gcrt_map_class key_class = {hash_of, are_equal};

/* ---- the store ---- */

void store_open(struct store *store)
{
    if (getrandom(hash_seeds, sizeof hash_seeds, 0) != sizeof hash_seeds) {
        perror("kvserver: no random bytes");
        exit(1);
    }
    hash_seeds[0] |= 1; /* a factor that is 0 would fold everything to 0 */
    hash_seeds[1] |= 1;
    store_clear(store);
}

void store_lock(struct store *store, uint64_t stripes)
{
    for (; stripes != 0; stripes &= stripes - 1)
        gcrt_mutex_lock(&store->stripes[__builtin_ctzll(stripes)]);
}

void store_unlock(struct store *store, uint64_t stripes)
{
    for (; stripes != 0; stripes &= stripes - 1)
        gcrt_mutex_unlock(&store->stripes[__builtin_ctzll(stripes)]);
}

struct entry *store_find(struct store *store, const struct key *key, int64_t now_ms)
{
    struct entry *entry = gcrt_map_load(store->keys, key);
    if (entry != NULL && entry->expires_ms != 0 && entry->expires_ms <= now_ms) {
        store_remove(store, entry);
        return NULL;
    }
    return entry;
}

struct entry *store_add(struct store *store, const struct key *key)
{
    struct entry *entry = gcrt_new_tail(&entry_type, key->bytes.length);
    memcpy(entry->key_bytes, key->bytes.at, key->bytes.length);
    gcrt_store(&entry->key.bytes.at, entry->key_bytes);
    entry->key.bytes.length = key->bytes.length;
    entry->key.hash = key->hash;
    gcrt_map_store(store->keys, &entry->key, entry);
    return entry;
}

void store_remove(struct store *store, const struct entry *entry)
{
    gcrt_map_delete(store->keys, &entry->key);
    if (entry->expires_ms != 0)
        gcrt_map_delete(store->mortal, &entry->key);
}

void store_set_text(struct entry *entry, struct bytes bytes)
{
    gcrt_store(&entry->text, text_new(bytes));
    gcrt_store(&entry->list, NULL);
}

void store_set_expiry(struct store *store, struct entry *entry, int64_t expires_ms)
{
    if (expires_ms != 0 && entry->expires_ms == 0)
        gcrt_map_store(store->mortal, &entry->key, entry);
    if (expires_ms == 0 && entry->expires_ms != 0)
        gcrt_map_delete(store->mortal, &entry->key);
    entry->expires_ms = expires_ms;
}

void store_clear(struct store *store)
{
    gcrt_exchange(&store->keys, gcrt_map_new(&key_class));
    gcrt_exchange(&store->mortal, gcrt_map_new(&key_class));
}

/* Without a lock. Acquire: pairs with store_clear(): the map is complete. */
static struct gcrt_map *current_map(struct gcrt_map *const *map)
{
    return __atomic_load_n(map, __ATOMIC_ACQUIRE);
}

size_t store_count(struct store *store)
{
    return gcrt_map_length(current_map(&store->keys));
}

size_t store_mortal_count(struct store *store)
{
    return gcrt_map_length(current_map(&store->mortal));
}

struct sweep {
    struct store *store;
    int64_t now_ms;
};

static bool sweep_key(void *key, void *, void *arg)
{
    const struct sweep *sweep = arg;
    uint64_t stripe = store_stripe(key);
    store_lock(sweep->store, stripe);
    store_find(sweep->store, key, sweep->now_ms); /* removes it if its time has come */
    store_unlock(sweep->store, stripe);
    return true;
}

void store_sweep_expired(struct store *store)
{
    struct sweep sweep = {store, store_now_ms()};
    gcrt_map_range(current_map(&store->mortal), sweep_key, &sweep);
}

int64_t store_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
