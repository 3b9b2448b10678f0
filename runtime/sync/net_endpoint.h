/* net_endpoint.h: a socket with the sides that may be in use: what a connection and a listener have in common.
 *
 *     state    CLOSED | READING | WRITING       CLOSED never goes; a side is in use by one goroutine at most
 *
 * Invariant: the endpoint holds one use of its netpoll descriptor until it is CLOSED and no side is in use, so the number of the fd cannot
 * become another's while a call works with it. Whoever brings that state about gives the use back.
 */
#ifndef RUNTIME_SYNC_NET_ENDPOINT_H
#define RUNTIME_SYNC_NET_ENDPOINT_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "sched/netpoll.h"

enum endpoint_state {
    ENDPOINT_CLOSED = 1,
    ENDPOINT_READING = 2, /* or accepting */
    ENDPOINT_WRITING = 4,
};

struct endpoint {
    struct netpoll_descriptor descriptor;
    int fd;
    _Atomic uint32_t state;
};

/* Takes a non-blocking socket. An error closes it. */
int endpoint_open(struct endpoint *endpoint, int take_fd);

/* 0; -ECANCELED: closed; -EBUSY: another goroutine is at this side. */
int endpoint_begin(struct endpoint *endpoint, enum endpoint_state side);
/* Gives back `result`; but when the endpoint was closed meanwhile -ECANCELED for any error: the peer's answer to the close may have come first. */
ssize_t endpoint_end(struct endpoint *endpoint, enum endpoint_state side, ssize_t result);

/* Parks: between begin and end of that side, after EAGAIN. 0, or -ECANCELED. */
int endpoint_wait(struct endpoint *endpoint, enum endpoint_state side, enum wait_reason reason);

/* Whether endpoint_close() has been called. */
bool endpoint_is_closed(const struct endpoint *endpoint);

/* Whether it was open: wakes who waits. */
bool endpoint_close(struct endpoint *endpoint);

#endif
