/* runtime_call.h: the bracket of every public call that is more than a leaf.
 *
 * Invariant: thread->depth > 0 exactly while the runtime runs on the thread. A stop's signal that meets depth > 0 only leaves its mark;
 * runtime_leave() that reaches 0 polls the stop word, so it ends the deferral and is the cooperative poll at once. Parks happen at
 * depth exactly 1; the scheduler runs at depth 1; a new goroutine starts user code at depth 0. The depth is the thread's, but since every
 * switch happens at depth 1 a goroutine may leave on another thread than it entered on.
 */
#ifndef RUNTIME_SCHED_RUNTIME_CALL_H
#define RUNTIME_SCHED_RUNTIME_CALL_H

#include <stdbool.h>

/* Code of leaf fast paths; a pc in here defers a stop without a depth. Such a function ends by polling runtime_stop_wanted(). */
#define GCRT_REGION_TEXT __attribute__((section("gcrt_text"), noinline))

void runtime_enter(void);
void runtime_leave(void);

/* A stop is wanted; the caller, outside any bracket, calls runtime_stop_point() soon. */
bool runtime_stop_wanted(void);
void runtime_stop_point(void);

/* Runs function(arg) on this thread's scheduler stack while the current goroutine's registers are saved, as in a park; depth 1. */
void runtime_on_scheduler_stack(void (*function)(void *arg), void *arg);

#endif
