/* The mutex: a word that is taken by one exchange, and the parking lot for who must wait.
 *
 * state[0]   LOCKED    somebody holds it
 *            WAITERS   goroutines are parked at it; changes under the lot's lock
 *            WOKEN     one of them was woken to try its luck, so an unlock need not wake another
 *
 * An unlock makes the mutex free and wakes the first waiter, which newcomers may outrun: that is fast, since they are running already. A
 * waiter that was outrun parks again at the front, and one that has waited for HAND_OVER_NS gets the mutex from the unlock itself: LOCKED
 * never falls, so nobody outruns it. (After Go's two modes of sync.Mutex, without a second mode.) state[1] is not used.
 */
#include <gcrt/sync.h>

#include <stdatomic.h>
#include <stddef.h>

#include <gcrt/goroutine.h>
#include <gcrt/run.h>

#include "platform/clock.h"
#include "sync/caller.h"
#include "sync/parking_lot.h"

enum { LOCKED = 1, WAITERS = 2, WOKEN = 4 };

static const int64_t HAND_OVER_NS = 1000000;

struct mutex_waiter {
    struct lot_waiter lot; /* first, so that a waiter of the lot is one of ours */
    int64_t since_ns;
    bool is_owner; /* it was handed over */
};

static inline _Atomic uint64_t *word_of(struct gcrt_mutex *mutex)
{
    return (_Atomic uint64_t *)&mutex->state[0];
}

/* Acquire: pairs with the release in unlocking. */
static inline bool change_acquire(_Atomic uint64_t *word, uint64_t *expected, uint64_t to)
{
    return atomic_compare_exchange_strong_explicit(word, expected, to, memory_order_acquire, memory_order_relaxed);
}

static inline bool change_release(_Atomic uint64_t *word, uint64_t *expected, uint64_t to)
{
    return atomic_compare_exchange_strong_explicit(word, expected, to, memory_order_release, memory_order_relaxed);
}

/* Takes the mutex unless it is locked. `was_woken`: on behalf of the waiter for whom WOKEN was set. */
static bool take_if_free(_Atomic uint64_t *word, bool was_woken)
{
    uint64_t state = atomic_load_explicit(word, memory_order_relaxed);
    while (!(state & LOCKED))
        if (change_acquire(word, &state, (state & ~(uint64_t)(was_woken ? WOKEN : 0)) | LOCKED))
            return true;
    return false;
}

/* Under the lot's lock: says that somebody waits; false: it has become free. */
static bool announce_waiter(_Atomic uint64_t *word, bool was_woken)
{
    uint64_t state = atomic_load_explicit(word, memory_order_relaxed);
    while (state & LOCKED)
        if (change_acquire(word, &state, (state & ~(uint64_t)(was_woken ? WOKEN : 0)) | WAITERS))
            return true;
    return false;
}

static __attribute__((noinline)) void lock_slowly(struct gcrt_mutex *mutex)
{
    caller_enter("gcrt_mutex_lock");
    struct mutex_waiter waiter = {.since_ns = clock_monotonic_ns()};
    bool was_woken = false;
    while (!take_if_free(word_of(mutex), was_woken)) {
        struct lot_bucket *bucket = lot_lock(mutex);
        if (!announce_waiter(word_of(mutex), was_woken)) {
            lot_unlock(bucket);
            continue;
        }
        lot_park(bucket, &waiter.lot, mutex, was_woken, WAIT_MUTEX);
        if (waiter.is_owner)
            break;
        was_woken = true;
    }
    runtime_leave();
}

void gcrt_mutex_lock(struct gcrt_mutex *mutex)
{
    uint64_t expected = 0;
    if (__builtin_expect(change_acquire(word_of(mutex), &expected, LOCKED), 1))
        gcrt_poll();
    else
        lock_slowly(mutex);
}

bool gcrt_mutex_try_lock(struct gcrt_mutex *mutex)
{
    return take_if_free(word_of(mutex), false);
}

/* Hands the mutex to the first waiter, or frees it and wakes that one. Under the lot's lock, which nobody leaves parked without WAITERS. While LOCKED
 * is set and nobody changes WAITERS, the word is ours. */
static struct goroutine *pass_on(struct gcrt_mutex *mutex, struct lot_bucket *bucket)
{
    struct mutex_waiter *first = (struct mutex_waiter *)lot_take_first(bucket, mutex);
    uint64_t others = lot_first(bucket, mutex) != NULL ? WAITERS : 0;
    first->is_owner = clock_monotonic_ns() - first->since_ns >= HAND_OVER_NS;
    /* Release: pairs with change_acquire(); who is handed the mutex is ordered by goroutine_ready(). */
    atomic_store_explicit(word_of(mutex), others | (first->is_owner ? LOCKED : WOKEN), memory_order_release);
    return first->lot.goroutine;
}

static __attribute__((noinline)) void unlock_slowly(struct gcrt_mutex *mutex)
{
    caller_enter("gcrt_mutex_unlock");
    struct goroutine *woken = NULL;
    struct lot_bucket *bucket = lot_lock(mutex);
    uint64_t state = atomic_load_explicit(word_of(mutex), memory_order_relaxed);
    do {
        if (!(state & LOCKED))
            gcrt_panic("unlock of a mutex that is not locked");
        if ((state & (WAITERS | WOKEN)) == WAITERS) {
            woken = pass_on(mutex, bucket);
            break;
        }
    } while (!change_release(word_of(mutex), &state, state & ~(uint64_t)LOCKED));
    lot_unlock(bucket);
    if (woken != NULL)
        goroutine_ready(woken);
    runtime_leave();
}

void gcrt_mutex_unlock(struct gcrt_mutex *mutex)
{
    uint64_t expected = LOCKED;
    if (__builtin_expect(!change_release(word_of(mutex), &expected, 0), 0))
        unlock_slowly(mutex);
}
