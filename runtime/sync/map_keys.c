/* The key classes of <gcrt/map.h>: strings, hashed under a random key of the process, and identities. */
#include <gcrt/map.h>

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "platform/lock.h"
#include "platform/log.h"
#include "sync/siphash.h"

static struct {
    struct lock lock;
    _Atomic bool is_made;
    struct siphash_key key;
} process_key;

static void make_process_key(void)
{
    lock_take(&process_key.lock);
    while (!atomic_load_explicit(&process_key.is_made, memory_order_relaxed)) { /* relaxed: we hold the lock */
        ssize_t got = getrandom(&process_key.key, sizeof process_key.key, 0);
        if (got < 0 && errno != EINTR)
            fatal_exit("cannot hash strings: the system gives no random bytes");
        if (got == (ssize_t)sizeof process_key.key) /* release: pairs with the acquire in hash_string() */
            atomic_store_explicit(&process_key.is_made, true, memory_order_release);
    }
    lock_release(&process_key.lock);
}

static uint64_t hash_string(const void *key)
{
    if (!atomic_load_explicit(&process_key.is_made, memory_order_acquire)) /* pairs with make_process_key() */
        make_process_key();
    return siphash_1_3(&process_key.key, key, strlen(key));
}

static bool equal_strings(const void *a, const void *b)
{
    return strcmp(a, b) == 0;
}

static uint64_t hash_identity(const void *key)
{
    return (uintptr_t)key;
}

static bool equal_identities(const void *a, const void *b)
{
    return a == b;
}

const struct gcrt_map_class gcrt_map_strings = {hash_string, equal_strings};
const struct gcrt_map_class gcrt_map_identity = {hash_identity, equal_identities};
