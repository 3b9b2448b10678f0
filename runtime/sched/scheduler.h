/* scheduler.h: the loop that every thread runs on its own stack: stand for a stop, find a goroutine, switch to it, do what it asked for.
 *
 * The thread that calls scheduler_run() does not run goroutines: it becomes the monitor and waits for the end of the run.
 */
#ifndef RUNTIME_SCHED_SCHEDULER_H
#define RUNTIME_SCHED_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gcrt/run.h>

#include "sched/thread.h"

struct scheduler_options {
    unsigned worker_count;   /* 0: the processors of this process */
    size_t main_stack_bytes; /* 0: the default */
    bool stress_migrate;     /* every goroutine that becomes runnable goes through the global queue */
};

/* Makes the workers. Before scheduler_run(), so that heap and collector can hang their parts on them. */
void scheduler_start(const struct scheduler_options *options);

/* Runs entry(arg) as goroutine 1 until it returns or gcrt_exit() is called; in the latter case does not return. */
int scheduler_run(int (*entry)(void *arg), void *arg);

/* Set before scheduler_run(): called once, when the run is over, on a scheduler's stack, with the world stopped for STOP_END and the main
 * goroutine dead. True: it did a last full collection and sweep. */
extern bool (*scheduler_run_end_hook)(void);

/* Leaves the current goroutine's stack for the scheduler's, which serves `request`; returns when the goroutine runs again, maybe on
 * another thread. Caller: a goroutine at depth 1, the request's fields set. errno is kept. */
void scheduler_switch(enum thread_request request);

/* Queues a RUNNABLE goroutine on `worker`, which the caller holds, and wakes another worker when it pays. Woken by a goroutine it runs next, since
 * that is likely to park soon; woken by the scheduler (timers, I/O) it waits its turn, so that several run in the order of their events. */
void scheduler_make_runnable(struct worker *worker, struct goroutine *goroutine);

/* What a new thread runs, for ever, on its own stack, at depth 1, away and without a worker. */
GCRT_NORETURN void scheduler_loop(struct thread *thread);

/* Hands the end of the run to the thread of gcrt_run, which returns `status` or, `exits`, ends the process with it. Once. */
void scheduler_finish(int status, bool exits);

/* The stack of gcrt_run's caller, from where it waits (registers included) upwards: a root. */
struct caller_stack {
    const void *low, *high;
};
extern struct caller_stack scheduler_caller; /* for the layout table */

void scheduler_caller_stack(const void **ret_low, const void **ret_high);

#endif
