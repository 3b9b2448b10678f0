/* netpoll_wait.h: the scheduler's side of netpoll. */
#ifndef RUNTIME_SCHED_NETPOLL_WAIT_H
#define RUNTIME_SCHED_NETPOLL_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the epoll instance and the eventfd. Once. */
void netpoll_start(void);

/* Makes goroutines runnable whose descriptors are ready, on the calling thread's worker, without waiting; whether there was one. */
bool netpoll_collect(void);

/* Waits until a descriptor is ready, `until_ns` is past (INT64_MAX: never), netpoll_interrupt() was called, or for no reason. The caller
 * holds nothing. */
void netpoll_sleep(int64_t until_ns);
void netpoll_interrupt(void);

/* Goroutines in netpoll_wait(); a moment's number. */
uint32_t netpoll_waiter_count(void);

#endif
