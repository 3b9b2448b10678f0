#include "sync/parking_lot.h"

#include <stddef.h>
#include <stdint.h>

#include "platform/lock.h"

struct lot_bucket lot_buckets[1 << LOT_BUCKET_BITS];

struct lot_bucket *lot_lock(const void *address)
{
    /* Fibonacci hashing: the upper bits of a product with 2^64 divided by the golden ratio. */
    struct lot_bucket *bucket = &lot_buckets[(uintptr_t)address * 0x9e3779b97f4a7c15 >> (64 - LOT_BUCKET_BITS)];
    lock_take(&bucket->lock);
    return bucket;
}

bool lot_owns(const void *address)
{
    return (uintptr_t)address - (uintptr_t)lot_buckets < sizeof lot_buckets;
}

void lot_unlock(struct lot_bucket *bucket)
{
    lock_release(&bucket->lock);
}

/* What points to the first waiter of the address, or to the list's end. */
static struct lot_waiter **find(struct lot_bucket *bucket, const void *address)
{
    struct lot_waiter **place = &bucket->first;
    while (*place != NULL && (*place)->address != address)
        place = &(*place)->next_address;
    return place;
}

static void add(struct lot_waiter **place, struct lot_waiter *waiter, bool has_precedence)
{
    struct lot_waiter *first = *place;
    if (first != NULL && !has_precedence) {
        waiter->next = NULL;
        first->last->next = waiter;
        first->last = waiter;
        return;
    }
    waiter->next = first;
    waiter->last = first != NULL ? first->last : waiter;
    waiter->next_address = first != NULL ? first->next_address : NULL;
    *place = waiter;
}

static bool commit_unlock(struct goroutine *, void *arg)
{
    lot_unlock(arg);
    return true;
}

void lot_park(struct lot_bucket *bucket, struct lot_waiter *waiter, const void *address, bool has_precedence,
              enum wait_reason reason)
{
    waiter->address = address;
    waiter->goroutine = goroutine_current();
    add(find(bucket, address), waiter, has_precedence);
    goroutine_park(reason, address, commit_unlock, bucket);
}

struct lot_waiter *lot_first(const struct lot_bucket *bucket, const void *address)
{
    struct lot_waiter *waiter = bucket->first;
    while (waiter != NULL && waiter->address != address)
        waiter = waiter->next_address;
    return waiter;
}

struct lot_waiter *lot_take_first(struct lot_bucket *bucket, const void *address)
{
    struct lot_waiter **place = find(bucket, address), *first = *place;
    if (first == NULL)
        return NULL;
    if (first->next == NULL) {
        *place = first->next_address;
        return first;
    }
    first->next->last = first->last;
    first->next->next_address = first->next_address;
    *place = first->next;
    return first;
}
