/* parking_lot.h: goroutines that wait for something at an address, first in, first out.
 *
 * So a mutex needs no room for a queue, may lie anywhere, and costs nothing when it is gone. Addresses are spread over buckets. In a bucket
 * the first waiter of each address is in a list by `next_address`, and the others of that address hang behind it by `next`. Waiters lie in the
 * frames of their goroutines.
 *
 *     bucket -> first of A -next_address-> first of B -> NULL
 *                  | next                     | next
 *               second of A                  NULL
 *
 * (After the parking lot of WebKit: Pizlo, 'Locking in WebKit', 2016.)
 */
#ifndef RUNTIME_SYNC_PARKING_LOT_H
#define RUNTIME_SYNC_PARKING_LOT_H

#include <stdbool.h>

#include "platform/lock.h"
#include "sched/goroutine.h"

struct lot_waiter {
    const void *address;
    struct goroutine *goroutine;
    struct lot_waiter *next;
    struct lot_waiter *last;         /* of this address; valid in the first */
    struct lot_waiter *next_address; /* valid in the first */
};

enum { LOT_BUCKET_BITS = 8, LOT_LINE_BYTES = 64 };

struct lot_bucket {
    _Alignas(LOT_LINE_BYTES) struct lock lock;
    struct lot_waiter *first;
};
extern struct lot_bucket lot_buckets[1 << LOT_BUCKET_BITS]; /* for the layout table */

/* Locks the bucket of the address. */
struct lot_bucket *lot_lock(const void *address);
void lot_unlock(struct lot_bucket *bucket);

/* Parks the current goroutine at the address, at the end or, with precedence, at the beginning of its queue; unlocks the bucket once it is parked. */
void lot_park(struct lot_bucket *bucket, struct lot_waiter *waiter, const void *address, bool has_precedence,
              enum wait_reason reason);

/* The waiter that is next at the address, or NULL. Under the bucket's lock. */
struct lot_waiter *lot_first(const struct lot_bucket *bucket, const void *address);

/* Takes lot_first() out; the caller makes its goroutine ready, best after unlocking. */
struct lot_waiter *lot_take_first(struct lot_bucket *bucket, const void *address);

/* Whether a word is one of the lists' heads, which point to stacks without being anybody's pointers. */
bool lot_owns(const void *address);

#endif
