/* monitor.h: the thread that called gcrt_run, while the run lasts. It looks every few milliseconds for what no worker would see: workers stuck
 * in blocking calls, queues and timers behind a goroutine that computes, I/O that nobody waits for.
 *
 * It is the only thread that waits for the C library (to start threads), and no stop waits for it.
 */
#ifndef RUNTIME_SCHED_MONITOR_H
#define RUNTIME_SCHED_MONITOR_H

#include <stdbool.h>

/* Returns once monitor_end() was called. */
void monitor_run(void);
void monitor_end(void);

/* A worker is no longer idle: if the monitor sleeps because all were, it wakes. After that change, so that one of both sees the other. Signal-safe but for
 * errno. */
void monitor_attend(void);

#endif
