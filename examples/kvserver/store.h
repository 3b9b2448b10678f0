/* store.h: the keys and their values, and when they expire.
 *
 *     keys      map: key -> entry           entry: key, its bytes, text or list, time to die
 *     mortal    map: key -> the same entry, of those that expire: what the sweeper of the expired walks through
 *
 * Locking: a key belongs to one of STORE_STRIPES by its hash; whoever touches an entry holds the mutex of its stripe. Several keys: all their
 * stripes, in ascending order. So each command is atomic for all its keys. An entry that is found was not expired at `now_ms`.
 */
#ifndef KVSERVER_STORE_H
#define KVSERVER_STORE_H

#include "bytes.h"
#include "list.h"

enum { STORE_STRIPES = 64 };

#define STORE_ALL_STRIPES UINT64_MAX

/* What the maps compare. `bytes` is borrowed: of a stored key from its entry, of others from a request. */
struct key {
    struct bytes bytes;
    uint64_t hash;
};

struct entry {
    struct key key;
    struct text *text; /* exactly one of the two, and the other NULL */
    struct list *list;
    int64_t expires_ms; /* 0: never */
    char key_bytes[];
};

struct store {
    struct gcrt_map *keys, *mortal;
    struct gcrt_mutex stripes[STORE_STRIPES];
};

void store_open(struct store *store);

struct key store_key(struct bytes bytes);

/* A set of stripes, one bit each. */
static inline uint64_t store_stripe(const struct key *key)
{
    return (uint64_t)1 << (key->hash >> 58);
}
void store_lock(struct store *store, uint64_t stripes);
void store_unlock(struct store *store, uint64_t stripes);

/* ---- with the key's stripe locked ---- */

/* NULL: not there, or expired, and then removed. */
struct entry *store_find(struct store *store, const struct key *key, int64_t now_ms);

/* An entry without text and list, which the caller adds at once; the key is not there. */
struct entry *store_add(struct store *store, const struct key *key);
void store_remove(struct store *store, const struct entry *entry);

void store_set_text(struct entry *entry, struct bytes bytes);
void store_set_expiry(struct store *store, struct entry *entry, int64_t expires_ms); /* 0: none */

/* With all stripes locked. */
void store_clear(struct store *store);

/* ---- with none locked ---- */

size_t store_count(struct store *store);
size_t store_mortal_count(struct store *store);

/* Removes what has expired; walks through all mortal keys. */
void store_sweep_expired(struct store *store);

int64_t store_now_ms(void);

#endif
