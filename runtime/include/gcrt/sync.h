/* sync.h: a mutex and a wait group for goroutines.
 *
 * Plain values: all zeroes is a ready one, anywhere (a global, a stack, inside a heap object), with no destructor. Their contents are the
 * runtime's; a copy made while somebody uses one is an error nobody detects. Callers are goroutines; a wait parks the goroutine, not the
 * thread. Neither holds the memory it lies in: the caller keeps that alive while it waits, which its stack usually does.
 */
#ifndef GCRT_SYNC_H
#define GCRT_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Mutual exclusion, not recursive. A goroutine that has waited for over a millisecond gets the mutex handed over before any newcomer,
 * so nobody starves. What was written before an unlock is seen after the lock that follows it. */
struct gcrt_mutex {
    uint64_t state[2];
};
void gcrt_mutex_lock(struct gcrt_mutex *mutex);
bool gcrt_mutex_try_lock(struct gcrt_mutex *mutex); /* false: somebody holds it, or waits with precedence */
void gcrt_mutex_unlock(struct gcrt_mutex *mutex);   /* by any goroutine; panics when it is not locked */

/* A count of things not yet done. add() with a positive delta happens before the wait() that is to see it; done() is add(-1). wait() parks
 * until the count is zero. A group may be used again once all waits of the round before have returned.
 * Panics: a count below zero or above 2^31 - 1; an add() that begins a round while waiters of the last one have not yet returned. */
struct gcrt_waitgroup {
    uint64_t state[2];
};
void gcrt_waitgroup_add(struct gcrt_waitgroup *group, int64_t delta);
void gcrt_waitgroup_done(struct gcrt_waitgroup *group);
void gcrt_waitgroup_wait(struct gcrt_waitgroup *group);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
