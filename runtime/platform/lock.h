/* lock.h: a lock of one word for the runtime's own short sections. All zeroes is free.
 *
 * Held only inside the runtime (depth > 0), so that no stop by signal meets a holder. Not recursive, not fair.
 *
 *     0 free      1 held      2 held, and somebody may sleep
 */
#ifndef RUNTIME_PLATFORM_LOCK_H
#define RUNTIME_PLATFORM_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct lock {
    _Atomic uint32_t word;
};

void lock_wait(struct lock *lock);
void lock_wake(struct lock *lock);

static inline bool lock_try_take(struct lock *lock)
{
    uint32_t expected = 0;
    /* Acquire: pairs with the release in lock_release(). */
    return atomic_compare_exchange_strong_explicit(&lock->word, &expected, 1, memory_order_acquire,
                                                   memory_order_relaxed);
}

static inline void lock_take(struct lock *lock)
{
    if (!lock_try_take(lock))
        lock_wait(lock);
}

static inline void lock_release(struct lock *lock)
{
    /* Release: what was done under the lock is seen by the next lock_take(). */
    if (atomic_exchange_explicit(&lock->word, 0, memory_order_release) == 2)
        lock_wake(lock);
}

#endif
