#include "sync/net_endpoint.h"

#include <errno.h>
#include <unistd.h>

int endpoint_open(struct endpoint *endpoint, int take_fd)
{
    int error = netpoll_open(&endpoint->descriptor, take_fd);
    if (error < 0) {
        close(take_fd);
        return error;
    }
    return netpoll_use_begin(&endpoint->descriptor, &endpoint->fd); /* nobody else has it: no error */
}

int endpoint_begin(struct endpoint *endpoint, enum endpoint_state side)
{
    uint32_t state = atomic_load_explicit(&endpoint->state, memory_order_relaxed);
    do {
        if (state & ENDPOINT_CLOSED)
            return -ECANCELED;
        if (state & side)
            return -EBUSY;
        /* Acquire: pairs with the release in endpoint_end(), of the goroutine before. */
    } while (!atomic_compare_exchange_weak_explicit(&endpoint->state, &state, state | side, memory_order_acquire,
                                                    memory_order_relaxed));
    return 0;
}

ssize_t endpoint_end(struct endpoint *endpoint, enum endpoint_state side, ssize_t result)
{
    /* Release and acquire: all uses come before the close. */
    uint32_t before = atomic_fetch_and_explicit(&endpoint->state, ~(uint32_t)side, memory_order_acq_rel);
    if (before == (ENDPOINT_CLOSED | (uint32_t)side))
        netpoll_use_end(&endpoint->descriptor);
    return result < 0 && (before & ENDPOINT_CLOSED) != 0 ? -ECANCELED : result;
}

int endpoint_wait(struct endpoint *endpoint, enum endpoint_state side, enum wait_reason reason)
{
    enum netpoll_direction direction = side == ENDPOINT_READING ? NETPOLL_READ : NETPOLL_WRITE;
    return netpoll_wait(&endpoint->descriptor, direction, reason, endpoint);
}

bool endpoint_is_closed(const struct endpoint *endpoint)
{
    /* Acquire: pairs with endpoint_close(): who has seen what followed the close, as the peer's answer, sees it closed. */
    return (atomic_load_explicit(&endpoint->state, memory_order_acquire) & ENDPOINT_CLOSED) != 0;
}

bool endpoint_close(struct endpoint *endpoint)
{
    /* Release and acquire: as in endpoint_end(). */
    uint32_t before = atomic_fetch_or_explicit(&endpoint->state, ENDPOINT_CLOSED, memory_order_acq_rel);
    if (before & ENDPOINT_CLOSED)
        return false;
    netpoll_close(&endpoint->descriptor);
    if (before == 0)
        netpoll_use_end(&endpoint->descriptor);
    return true;
}
