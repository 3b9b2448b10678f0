/* runtime_call.h: the bracket of every public call that is more than a leaf.
 *
 * Invariant: thread->depth > 0 exactly while the runtime runs on the thread. A stop's signal that meets depth > 0 only leaves its mark;
 * runtime_leave() that reaches 0 polls the stop word, so it ends the deferral and is the cooperative poll at once. Parks happen at
 * depth exactly 1; the scheduler runs at depth 1; a new goroutine starts user code at depth 0. The depth is the thread's, but since every
 * switch happens at depth 1 a goroutine may leave on another thread than it entered on.
 */
#ifndef RUNTIME_SCHED_RUNTIME_CALL_H
#define RUNTIME_SCHED_RUNTIME_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sched/thread.h"

/* Code of leaf fast paths; a pc in here defers a stop without a depth. Such a function ends by polling runtime_stop_wanted(). */
#define GCRT_REGION_TEXT __attribute__((section("gcrt_text"), noinline))

extern _Atomic uint32_t stop_word; /* of sched/stand_signal.c; odd: a stop is wanted */

/* A stop is wanted; the caller, outside any bracket, calls runtime_stop_point() soon. */
static inline bool runtime_stop_wanted(void)
{
    return atomic_load_explicit(&stop_word, memory_order_relaxed) & 1; /* relaxed: who stands looks again */
}

void runtime_stop_point(void);

/* The fences keep the compiler from moving what is inside the bracket out of it, where this thread's signal handler would see it half done. */
static inline void runtime_enter(void)
{
    struct thread *thread = thread_current();
    thread->depth = thread->depth + 1;
    atomic_signal_fence(memory_order_seq_cst);
}

/* Polls behind the last step down: a signal from then on stops the thread by itself, one before has left its mark. */
static inline void runtime_leave(void)
{
    atomic_signal_fence(memory_order_seq_cst);
    struct thread *thread = thread_current();
    unsigned depth = thread->depth - 1;
    thread->depth = depth;
    if (__builtin_expect(runtime_stop_wanted(), 0) && depth == 0)
        runtime_stop_point();
}

/* Runs function(arg) on this thread's scheduler stack while the current goroutine's registers are saved, as in a park; depth 1. */
void runtime_on_scheduler_stack(void (*function)(void *arg), void *arg);

#endif
