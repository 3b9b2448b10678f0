/* timer.h: things that happen at a monotonic time, on a worker, between goroutines.
 *
 * The record belongs to the caller (embedded in a heap object or on a parked goroutine's stack). While armed it is a root:
 * stacks_visit() shows `arg`. `fire` runs on a scheduler's stack, inside the runtime; it may ready goroutines and arm timers, not park.
 *
 * Who arms and disarms one timer serialises these calls; firing is serialised against them here. A timer_disarm() that returns false
 * because the timer is due does not wait: `fire` may still be running on another worker, so the record must outlive it.
 */
#ifndef RUNTIME_SCHED_TIMER_H
#define RUNTIME_SCHED_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/clock.h"
#include "sched/root_range.h"

struct worker;

struct timer {
    int64_t when_ns;
    void (*fire)(struct timer *timer, int64_t now_ns);
    void *arg;
    uint32_t heap_index; /* 0: not armed */
    uint32_t worker;     /* whose heap */
};

void timer_arm(struct timer *timer, int64_t when_ns);
bool timer_disarm(struct timer *timer); /* true: it was armed and will not fire */

/* While the world is stopped: calls `range` for the word `arg` of every armed timer. */
void timers_visit(root_range_visit *range, void *context);

/* Of the scheduler: fires what is due in the worker's heap; whether anything fired. Any thread that holds a worker, without locks. */
bool timers_run(struct worker *worker, int64_t now_ns);

/* The earliest `when_ns` of all workers; INT64_MAX: none armed. Any thread. */
int64_t timers_next_ns(void);

#endif
