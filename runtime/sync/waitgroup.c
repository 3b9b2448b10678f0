/* The wait group: two counts in one word, and the parking lot for who waits.
 *
 * state[0]   63            32 31             0
 *           +----------------+----------------+
 *           | things to do   | waiters        |      a waiter counts until its wait() returns
 *           +----------------+----------------+
 *
 * A waiter is counted and put into the lot under the lot's lock, and only while there is something to do. So whoever brings the upper count to zero
 * and sees waiters finds all of them there, and until it has made them ready the group's memory is alive. state[1] is not used.
 */
#include <gcrt/sync.h>

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <gcrt/goroutine.h>
#include <gcrt/run.h>

#include "sync/caller.h"
#include "sync/parking_lot.h"

enum { COUNT_SHIFT = 32 };

static inline _Atomic uint64_t *word_of(struct gcrt_waitgroup *group)
{
    return (_Atomic uint64_t *)&group->state[0];
}

static void wake_all(const struct gcrt_waitgroup *group)
{
    caller_enter("gcrt_waitgroup_add");
    struct lot_waiter *all = NULL, **end = &all;
    struct lot_bucket *bucket = lot_lock(group);
    while ((*end = lot_take_first(bucket, group)) != NULL)
        end = &(*end)->next;
    lot_unlock(bucket);
    for (struct lot_waiter *waiter = all, *next; waiter != NULL; waiter = next) {
        next = waiter->next; /* before the frame it lies in goes on */
        goroutine_ready(waiter->goroutine);
    }
    runtime_leave();
}

void gcrt_waitgroup_add(struct gcrt_waitgroup *group, int64_t delta)
{
    if (delta > INT32_MAX || delta < -INT32_MAX)
        gcrt_panic("wait group: add(%lld) goes out of range", (long long)delta);
    /* Release: what was done before done() is seen after wait(). Acquire: the last done() passes on what it saw of the others. */
    uint64_t before = atomic_fetch_add_explicit(word_of(group), (uint64_t)delta << COUNT_SHIFT, memory_order_acq_rel);
    int64_t count = (int64_t)(before >> COUNT_SHIFT) + delta;
    bool has_waiters = (uint32_t)before != 0;
    if (count < 0)
        gcrt_panic("wait group: add(%lld) brings the count below zero", (long long)delta);
    if (count > INT32_MAX)
        gcrt_panic("wait group: add(%lld) brings the count above 2^31 - 1", (long long)delta);
    if (has_waiters && delta > 0 && count == delta)
        gcrt_panic("wait group: add(%lld) while a wait() of the round before has not returned", (long long)delta);
    if (has_waiters && delta < 0 && count == 0)
        wake_all(group);
}

void gcrt_waitgroup_done(struct gcrt_waitgroup *group)
{
    gcrt_waitgroup_add(group, -1);
}

/* Counts the caller as a waiter, unless there is nothing to wait for. Under the lot's lock. */
static bool count_waiter(_Atomic uint64_t *word)
{
    uint64_t state = atomic_load_explicit(word, memory_order_acquire); /* acquire: pairs with add's release */
    while (state >> COUNT_SHIFT != 0)
        if (atomic_compare_exchange_weak_explicit(word, &state, state + 1, memory_order_acquire, memory_order_acquire))
            return true;
    return false;
}

void gcrt_waitgroup_wait(struct gcrt_waitgroup *group)
{
    caller_enter(__func__);
    struct lot_bucket *bucket = lot_lock(group);
    if (count_waiter(word_of(group))) {
        struct lot_waiter waiter;
        lot_park(bucket, &waiter, group, false, WAIT_WAIT_GROUP);
        /* Relaxed: a count; what the waiter is to see was ordered by goroutine_ready(). */
        atomic_fetch_sub_explicit(word_of(group), 1, memory_order_relaxed);
    } else {
        lot_unlock(bucket);
    }
    runtime_leave();
}
