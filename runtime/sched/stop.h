/* stop.h: stopping the world, and looking at every stack while it stands.
 *
 * Epochs, not a boolean: the stop word is odd while a stop is wanted, each stop has its own number, so that a slow waker cannot sleep
 * through the next one. A thread stands when it polled, parked in its scheduler, is in a blocking call, or was stopped in place by the
 * signal: then its context stays on its thread, its registers are in its signal frame, and nothing else runs on it.
 */
#ifndef RUNTIME_SCHED_STOP_H
#define RUNTIME_SCHED_STOP_H

#include <stdint.h>

/*  X(NAME, text) */
#define GCRT_STOP_REASONS(X) \
    X(COLLECT, "collect")    \
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

/* While the world is stopped: calls `range` for every word range that may hold pointers on the side of the scheduler: goroutine stacks from
 * their saved stack pointer (threads stopped by signal: from below the red zone, plus general and vector registers), the stack of
 * gcrt_run's caller, arguments of goroutines not yet started, timers' arguments. */
void stacks_visit(void (*range)(const void *low, const void *high, void *context), void *context);

/* Total and longest stop so far, for gcrt_stats. */
struct stop_account {
    uint64_t count, total_ns, longest_ns, by_signal_count;
};
void stop_account_read(struct stop_account *ret_account);

#endif
