/* netpoll.h: file descriptors that goroutines wait for, one epoll instance, edge-triggered.
 *
 * Idle workers wait in epoll; busy ones look now and then. Closing wakes who waits.
 *
 * The descriptor lies in its owner's memory (a connection on the heap) and stays closed for ever once it is; what epoll knows is
 * a pooled record behind it. So neither a late call on a closed descriptor nor a late event can reach the next user of the fd's number.
 */
#ifndef RUNTIME_SCHED_NETPOLL_H
#define RUNTIME_SCHED_NETPOLL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sched/wait_reason.h"

struct netpoll_record;

/* All zeroes: not open, which is as good as closed. */
struct netpoll_descriptor {
    _Atomic uint32_t use;
    int fd;
    struct netpoll_record *record;
};

enum netpoll_direction { NETPOLL_READ, NETPOLL_WRITE };

/* Takes a non-blocking fd; it is the descriptor's from here on. 0 or -Exxx, then the fd is still the caller's: -EPERM for a regular
 * file, -ENOSPC or -ENOMEM for want of the kernel's memory or ours. */
[[nodiscard]] int netpoll_open(struct netpoll_descriptor *ret_descriptor, int fd);

/* Parks until ready: 0; -ECANCELED when the descriptor was closed before or meanwhile; -EBUSY when another goroutine waits for this direction.
 * Call only after the operation gave EAGAIN, and try again after 0: it is said too often rather than not. */
[[nodiscard]] int netpoll_wait(struct netpoll_descriptor *descriptor, enum netpoll_direction direction,
                               enum wait_reason reason, const void *object);

/* Wakes waiters with -ECANCELED, removes and closes the fd once no call uses it. Again: nothing. */
void netpoll_close(struct netpoll_descriptor *descriptor);

/* Brackets a use of the fd, so that close cannot recycle its number under a system call. -ECANCELED once closed. */
[[nodiscard]] int netpoll_use_begin(struct netpoll_descriptor *descriptor, int *ret_fd);
void netpoll_use_end(struct netpoll_descriptor *descriptor);

#endif
