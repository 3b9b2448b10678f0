/* stop.h: stopping the world, and looking at every stack while it stands.
 *
 * Epochs, not a boolean: the stop word is odd while a stop is wanted, each stop has its own number, so that a slow waker cannot sleep
 * through the next one. A thread stands when it polled, parked in its scheduler, is in a blocking call, or was stopped in place by the
 * signal: then its context stays on its thread, its registers are in its signal frame, and nothing else runs on it.
 */
#ifndef RUNTIME_SCHED_STOP_H
#define RUNTIME_SCHED_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "sched/root_range.h"

/*  X(NAME, text) */
#define GCRT_STOP_REASONS(X) \
    X(COLLECT, "collect")    \
    X(DUMP, "heap dump")     \
    X(END, "end of the run")

enum stop_reason {
#define X(name, text) STOP_##name,
    GCRT_STOP_REASONS(X)
#undef X
        STOP_REASON_COUNT
};

/* Returns when every other thread stands. Caller: on its scheduler's stack (runtime_on_scheduler_stack). One stopper at a time: a second
 * waits, standing itself, until the first has started the world again. */
void world_stop(enum stop_reason reason);
void world_start(void);

/* The same from the thread of gcrt_run, which is none of those that are stopped. False: the run is over. */
[[nodiscard]] bool world_stop_from_outside(enum stop_reason reason);

/* After a fatal signal: the others stop for ever, as far as they come to stand within about `timeout_ns`. Any thread, in its handler. */
void world_freeze(int64_t timeout_ns);

/* Instead of world_start(), when the run is over: threads stopped by the signal go on, so that they can give back the C library's locks,
 * but stand for ever at their next poll; so do all others. */
void world_end(void);

/* Called by the scheduler's loop, on its own stack, holding a worker, when runtime_stop_wanted(): stands until the world starts. */
void scheduler_stand(void);
void stop_stand(void *unused); /* the same, as a function for runtime_on_scheduler_stack() */

/* A thread goes where it does nothing of the runtime (idle, or in a blocking call) and counts as standing until stop_away_end(), which
 * waits while a stop is on. thread->stop_state 0 is away: so a new thread begins. On a goroutine's stack the caller has saved stack pointer and
 * registers before. */
void stop_away_begin(void);
void stop_away_end(void);

/* While the world is stopped: calls `range` for every word range that may hold pointers on the side of the scheduler: goroutine stacks from
 * their saved stack pointer (threads stopped by signal: from below the red zone, plus general and vector registers), the stack of
 * gcrt_run's caller, arguments of goroutines not yet started, timers' arguments. */
void stacks_visit(root_range_visit *range, void *context);

/* Total and longest stop so far, for gcrt_stats. Any thread, any time. */
struct stop_account {
    uint64_t count, total_ns, longest_ns, by_signal_count;
};
void stop_account_read(struct stop_account *ret_account);

#endif
