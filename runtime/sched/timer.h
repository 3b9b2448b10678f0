/* timer.h: things that happen at a monotonic time, on a worker, between goroutines.
 *
 * The record belongs to the caller (embedded in a heap object or on a parked goroutine's stack). While armed it is a root:
 * stacks_visit() shows `arg`. `fire` runs on a scheduler's stack, inside the runtime; it may ready goroutines, not park.
 */
#ifndef RUNTIME_SCHED_TIMER_H
#define RUNTIME_SCHED_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct timer {
    int64_t when_ns;
    void (*fire)(struct timer *timer, int64_t now_ns);
    void *arg;
    uint32_t heap_index; /* 0: not armed */
    uint32_t worker;     /* whose heap */
};

void timer_arm(struct timer *timer, int64_t when_ns);
bool timer_disarm(struct timer *timer); /* true: it was armed and will not fire */
int64_t clock_monotonic_ns(void);

#endif
