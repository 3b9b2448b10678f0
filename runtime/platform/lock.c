#include "platform/lock.h"

#include <errno.h>

#include "platform/futex.h"

enum { LOCK_SPINS = 100 };

void lock_wait(struct lock *lock)
{
    for (int spin = 0; spin < LOCK_SPINS; spin++) {
        __builtin_ia32_pause();
        if (atomic_load_explicit(&lock->word, memory_order_relaxed) == 0 && lock_try_take(lock))
            return;
    }
    int saved_errno = errno;
    /* Acquire: pairs with the release in lock_release(). From here on the word says 2 until we have it, so its holder wakes somebody. */
    while (atomic_exchange_explicit(&lock->word, 2, memory_order_acquire) != 0)
        futex_wait(&lock->word, 2);
    errno = saved_errno;
}

void lock_wake(struct lock *lock)
{
    int saved_errno = errno;
    futex_wake_one(&lock->word);
    errno = saved_errno;
}
