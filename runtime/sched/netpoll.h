/* netpoll.h: file descriptors that goroutines wait for, one epoll instance, edge-triggered.
 *
 * Idle workers wait in epoll; busy ones look now and then. A descriptor has one waiter a direction. Closing wakes both.
 */
#ifndef RUNTIME_SCHED_NETPOLL_H
#define RUNTIME_SCHED_NETPOLL_H

#include <stdbool.h>
#include <stdint.h>

#include "sched/wait_reason.h"

struct netpoll_descriptor; /* pooled, not garbage collected: stable memory for epoll's cookie */

enum netpoll_direction { NETPOLL_READ, NETPOLL_WRITE };

/* Takes a non-blocking fd. 0 or -Exxx. */
int netpoll_open(int fd, struct netpoll_descriptor **ret_descriptor);
/* Parks until ready: 0, or -ECANCELED when the descriptor was closed meanwhile. Call only after the operation gave EAGAIN. */
int netpoll_wait(struct netpoll_descriptor *descriptor, enum netpoll_direction direction, enum wait_reason reason,
                 const void *object);
/* Wakes waiters with -ECANCELED, removes and closes the fd once no call uses it. */
void netpoll_close(struct netpoll_descriptor *descriptor);
/* Brackets a use of the fd, so that close cannot recycle its number under a system call. -ECANCELED once closed. */
int netpoll_use_begin(struct netpoll_descriptor *descriptor, int *ret_fd);
void netpoll_use_end(struct netpoll_descriptor *descriptor);

#endif
