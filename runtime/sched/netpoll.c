#include "sched/netpoll.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "platform/clock.h"
#include "platform/lock.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "sched/goroutine.h"
#include "sched/netpoll_wait.h"

/* What epoll's cookie points to, so never unmapped: who waits for one direction.
 *
 *     NOBODY --event--> READY --wait--> NOBODY          the event came first
 *     NOBODY --park--> a goroutine --event--> READY     its waker makes it runnable; it takes READY away when it runs
 *                                  --close--> READY
 *
 * Events of a former user of the record can come late: then READY is wrong, and its taker gets EAGAIN once more.
 *
 * Modelled in tests/model/netpoll.pml. */
enum { NOBODY = 0, READY = 1 };

struct netpoll_record {
    _Atomic uintptr_t waiters[2]; /* by enum netpoll_direction */
    struct netpoll_record *pool_next;
};

/* descriptor->use: users, plus USE_CLOSED once closed; being open is a use. The last one gone closes the fd. */
static const uint32_t USE_CLOSED = 1u << 31;

enum { EVENTS_MAX = 128, SLAB_BYTES = 16 * PAGE_BYTES };

static struct {
    int epoll_fd, event_fd;
    _Atomic uint32_t waiter_count;  /* goroutines parked here */
    _Atomic bool has_unseen_events; /* netpoll_sleep() ended because of some, nobody has collected them */
    struct lock lock;
    struct netpoll_record *pool; /* of closed descriptors, under `lock` */
} netpoll;

void netpoll_start(void)
{
    netpoll.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    netpoll.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (netpoll.epoll_fd < 0 || netpoll.event_fd < 0)
        fatal_exit("cannot wait for I/O: no file descriptors for epoll (limit: ulimit -n)");
}

/* ---- the pool ---- */

static bool fill_pool(void)
{
    struct netpoll_record *slab = pages_map(SLAB_BYTES);
    if (slab == NULL)
        return false;
    for (size_t i = 0; i < SLAB_BYTES / sizeof *slab; i++) {
        slab[i].pool_next = netpoll.pool;
        netpoll.pool = &slab[i];
    }
    return true;
}

static struct netpoll_record *pool_take(void)
{
    lock_take(&netpoll.lock);
    struct netpoll_record *record = NULL;
    if (netpoll.pool != NULL || fill_pool()) {
        record = netpoll.pool;
        netpoll.pool = record->pool_next;
    }
    lock_release(&netpoll.lock);
    return record;
}

static void pool_give(struct netpoll_record *record)
{
    lock_take(&netpoll.lock);
    record->pool_next = netpoll.pool;
    netpoll.pool = record;
    lock_release(&netpoll.lock);
}

/* ---- descriptors ---- */

int netpoll_open(struct netpoll_descriptor *ret_descriptor, int fd)
{
    struct netpoll_record *record = pool_take();
    if (record == NULL)
        return -ENOMEM;
    /* Relaxed: nobody waits yet, and a late event of the former user is as good before as behind. */
    atomic_store_explicit(&record->waiters[NETPOLL_READ], NOBODY, memory_order_relaxed);
    atomic_store_explicit(&record->waiters[NETPOLL_WRITE], NOBODY, memory_order_relaxed);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = record};
    if (epoll_ctl(netpoll.epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        int error = -errno;
        pool_give(record);
        return error;
    }
    ret_descriptor->fd = fd;
    ret_descriptor->record = record;
    /* Release: pairs with the acquire in netpoll_use_begin(). */
    atomic_store_explicit(&ret_descriptor->use, 1, memory_order_release);
    return 0;
}

int netpoll_use_begin(struct netpoll_descriptor *descriptor, int *ret_fd)
{
    uint32_t use = atomic_load_explicit(&descriptor->use, memory_order_relaxed);
    do {
        if (use & USE_CLOSED || use == 0)
            return -ECANCELED;
        /* Acquire: pairs with the release in netpoll_open(). */
    } while (!atomic_compare_exchange_weak_explicit(&descriptor->use, &use, use + 1, memory_order_acquire,
                                                    memory_order_relaxed));
    *ret_fd = descriptor->fd;
    return 0;
}

void netpoll_use_end(struct netpoll_descriptor *descriptor)
{
    /* Release and acquire: all uses come before the close. */
    if (atomic_fetch_sub_explicit(&descriptor->use, 1, memory_order_acq_rel) - 1 != USE_CLOSED)
        return;
    epoll_ctl(netpoll.epoll_fd, EPOLL_CTL_DEL, descriptor->fd, NULL);
    close(descriptor->fd);
    pool_give(descriptor->record);
}

/* Marks the direction as ready, and wakes who waits there. */
static bool wake_waiter(struct netpoll_record *record, enum netpoll_direction direction)
{
    /* Acquire: pairs with commit_wait(). Release: pairs with take_ready(): what came before, a close or an event, is seen. */
    uintptr_t former = atomic_exchange_explicit(&record->waiters[direction], READY, memory_order_acq_rel);
    if (former == NOBODY || former == READY)
        return false;
    /* Relaxed: a number for deadlock_check(), which the idle lock orders. */
    atomic_fetch_sub_explicit(&netpoll.waiter_count, 1, memory_order_relaxed);
    goroutine_ready((struct goroutine *)former);
    return true;
}

void netpoll_close(struct netpoll_descriptor *descriptor)
{
    uint32_t use = atomic_load_explicit(&descriptor->use, memory_order_relaxed);
    do {
        if (use & USE_CLOSED || use == 0)
            return;
        /* Relaxed: wake_waiter() releases it. The bit comes first: who takes READY away has to see it. */
    } while (!atomic_compare_exchange_weak_explicit(&descriptor->use, &use, use | USE_CLOSED, memory_order_relaxed,
                                                    memory_order_relaxed));
    wake_waiter(descriptor->record, NETPOLL_READ);
    wake_waiter(descriptor->record, NETPOLL_WRITE);
    netpoll_use_end(descriptor);
}

/* ---- waiting ---- */

struct wait {
    struct netpoll_descriptor *descriptor;
    enum netpoll_direction direction;
    bool is_busy; /* set when another goroutine waits there */
};

static bool is_closed(struct netpoll_descriptor *descriptor)
{
    /* Relaxed: who comes here because of a close has acquired its READY, and the bit with it. */
    return (atomic_load_explicit(&descriptor->use, memory_order_relaxed) & USE_CLOSED) != 0;
}

/* A close before this has left READY, which only the waiter takes away; one behind it finds the goroutine. */
static bool commit_wait(struct goroutine *goroutine, void *arg)
{
    struct wait *wait = arg;
    _Atomic uintptr_t *waiter = &wait->descriptor->record->waiters[wait->direction];
    uintptr_t expected = NOBODY;
    atomic_fetch_add_explicit(&netpoll.waiter_count, 1, memory_order_relaxed); /* relaxed: as in wake_waiter() */
    /* Release: pairs with wake_waiter(): the goroutine's record says WAITING. From here on it may run elsewhere. */
    if (atomic_compare_exchange_strong_explicit(waiter, &expected, (uintptr_t)goroutine, memory_order_release,
                                                memory_order_relaxed))
        return true;
    wait->is_busy = expected != READY;
    atomic_fetch_sub_explicit(&netpoll.waiter_count, 1, memory_order_relaxed);
    return false;
}

/* Whether an event came; takes it away. */
static bool take_ready(struct netpoll_descriptor *descriptor, enum netpoll_direction direction)
{
    uintptr_t expected = READY;
    /* Acquire: pairs with wake_waiter(). */
    return atomic_compare_exchange_strong_explicit(&descriptor->record->waiters[direction], &expected, NOBODY,
                                                   memory_order_acquire, memory_order_relaxed);
}

int netpoll_wait(struct netpoll_descriptor *descriptor, enum netpoll_direction direction, enum wait_reason reason,
                 const void *object)
{
    int fd;
    int error = netpoll_use_begin(descriptor, &fd);
    if (error < 0)
        return error;
    struct wait wait = {descriptor, direction, false};
    if (!take_ready(descriptor, direction)) {
        goroutine_park(reason, object, commit_wait, &wait);
        if (!wait.is_busy)
            take_ready(descriptor, direction);
    }
    if (is_closed(descriptor)) {
        /* For another that comes, against the rules: we may have taken its READY. */
        wake_waiter(descriptor->record, direction);
        error = -ECANCELED;
    } else if (wait.is_busy) {
        error = -EBUSY;
    }
    netpoll_use_end(descriptor);
    return error;
}

/* ---- the scheduler's side ---- */

uint32_t netpoll_waiter_count(void)
{
    return atomic_load_explicit(&netpoll.waiter_count, memory_order_relaxed);
}

bool netpoll_collect(void)
{
    /* Relaxed: hints. Events that nobody waits for stay in the kernel, and are collected when somebody does. */
    if (netpoll_waiter_count() == 0 && !atomic_load_explicit(&netpoll.has_unseen_events, memory_order_relaxed))
        return false;
    atomic_store_explicit(&netpoll.has_unseen_events, false, memory_order_relaxed);
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(netpoll.epoll_fd, events, EVENTS_MAX, 0);
    bool has_woken = false;
    for (int i = 0; i < count; i++) {
        struct netpoll_record *record = events[i].data.ptr;
        if (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
            has_woken |= wake_waiter(record, NETPOLL_READ);
        if (events[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
            has_woken |= wake_waiter(record, NETPOLL_WRITE);
    }
    return has_woken;
}

void netpoll_sleep(int64_t until_ns)
{
    struct pollfd polled[2] = {{.fd = netpoll.epoll_fd, .events = POLLIN}, {.fd = netpoll.event_fd, .events = POLLIN}};
    struct timespec timeout = {0};
    if (until_ns != INT64_MAX) {
        int64_t left_ns = until_ns - clock_monotonic_ns();
        if (left_ns <= 0)
            return;
        timeout.tv_sec = left_ns / 1000000000;
        timeout.tv_nsec = left_ns % 1000000000;
    }
    if (ppoll(polled, 2, until_ns != INT64_MAX ? &timeout : NULL, NULL) <= 0)
        return;
    if (polled[0].revents != 0)
        atomic_store_explicit(&netpoll.has_unseen_events, true,
                              memory_order_relaxed); /* relaxed: see netpoll_collect() */
    uint64_t interruptions;
    if (polled[1].revents != 0 && read(netpoll.event_fd, &interruptions, sizeof interruptions) < 0)
        return; /* somebody else has read it */
}

void netpoll_interrupt(void)
{
    uint64_t one = 1;
    /* It fails only when the counter is full of interruptions nobody has seen yet, which interrupt as well. */
    if (write(netpoll.event_fd, &one, sizeof one) < 0)
        return;
}
