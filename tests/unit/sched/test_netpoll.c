/* Waiting for file descriptors: readiness of both directions, closing, and what reuse of numbers and records must not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gcrt/goroutine.h>
#include <gcrt/run.h>

#include "sched/netpoll.h"
#include "sched/netpoll_wait.h"
#include "sched/runtime_call.h"
#include "support/child.h"
#include "support/child_run.h"

/* ---- the calls as a socket would make them ---- */

static int wait_for(struct netpoll_descriptor *descriptor, enum netpoll_direction direction)
{
    runtime_enter();
    int error = netpoll_wait(descriptor, direction, direction == NETPOLL_READ ? WAIT_IO_READ : WAIT_IO_WRITE,
                             descriptor);
    runtime_leave();
    return error;
}

static int open_fd(struct netpoll_descriptor *descriptor, int fd)
{
    runtime_enter();
    int error = netpoll_open(descriptor, fd);
    runtime_leave();
    return error;
}

static void close_descriptor(struct netpoll_descriptor *descriptor)
{
    runtime_enter();
    netpoll_close(descriptor);
    runtime_leave();
}

static ssize_t read_some(struct netpoll_descriptor *descriptor, void *buffer, size_t size)
{
    for (;;) {
        int fd;
        runtime_enter();
        int error = netpoll_use_begin(descriptor, &fd);
        if (error < 0) {
            runtime_leave();
            return error;
        }
        ssize_t count = read(fd, buffer, size);
        bool is_empty = count < 0 && errno == EAGAIN;
        netpoll_use_end(descriptor);
        runtime_leave();
        if (!is_empty)
            return count;
        error = wait_for(descriptor, NETPOLL_READ);
        if (error < 0)
            return error;
    }
}

static int write_all(struct netpoll_descriptor *descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t count = write(descriptor->fd, bytes, size);
        if (count < 0 && errno != EAGAIN)
            return -errno;
        if (count < 0 && wait_for(descriptor, NETPOLL_WRITE) < 0)
            return -ECANCELED;
        bytes += count > 0 ? count : 0;
        size -= count > 0 ? (size_t)count : 0;
    }
    return 0;
}

static void make_pair(struct netpoll_descriptor pair[2])
{
    int fds[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(open_fd(&pair[i], fds[i]) == 0);
}

/* Until the poller or a worker has nothing more to tell; a waiter parks before. */
static void let_others_wait(void)
{
    for (int i = 0; i < 5; i++)
        gcrt_yield();
}

/* ---- readiness ---- */

static struct netpoll_descriptor pair[2];
static _Atomic int waiting, result, done;

static void wait_to_read(void *)
{
    char byte = 0;
    waiting++;
    CHECK(read_some(&pair[0], &byte, 1) == 1);
    result = byte;
    done++;
}

static int a_reader_wakes(void *)
{
    make_pair(pair);
    gcrt_go(wait_to_read, NULL);
    while (waiting == 0)
        gcrt_yield();
    let_others_wait();
    CHECK(done == 0);
    CHECK(write(pair[1].fd, "x", 1) == 1);
    while (done == 0)
        gcrt_sleep(100000);
    CHECK(result == 'x');
    CHECK(netpoll_waiter_count() == 0);
    return 0;
}

static int an_event_before_the_wait_counts(void *)
{
    char byte;
    make_pair(pair);
    CHECK(read(pair[0].fd, &byte, 1) < 0 && errno == EAGAIN);
    CHECK(write(pair[1].fd, "x", 1) == 1);
    gcrt_sleep(2000000);
    CHECK(wait_for(&pair[0], NETPOLL_READ) == 0);
    CHECK(read_some(&pair[0], &byte, 1) == 1);
    return 0;
}

static int an_end_wakes_a_reader(void *)
{
    char byte;
    make_pair(pair);
    gcrt_go(wait_to_read, NULL);
    while (waiting == 0)
        gcrt_yield();
    CHECK(write(pair[1].fd, "y", 1) == 1);
    while (done == 0)
        gcrt_sleep(100000);
    close_descriptor(&pair[1]);
    CHECK(read_some(&pair[0], &byte, 1) == 0);
    return 0;
}

enum { MANY_BYTES = 4 << 20 };

static void write_many(void *)
{
    static char bytes[MANY_BYTES];
    for (size_t i = 0; i < MANY_BYTES; i++)
        bytes[i] = (char)(i * 7 >> 4);
    CHECK(write_all(&pair[1], bytes, MANY_BYTES) == 0);
    done++;
}

static int a_writer_waits_for_room(void *)
{
    static char bytes[3000];
    make_pair(pair);
    gcrt_go(write_many, NULL);
    for (size_t at = 0; at < MANY_BYTES;) {
        ssize_t count = read_some(&pair[0], bytes, sizeof bytes);
        CHECK(count > 0);
        for (size_t i = 0; i < (size_t)count; i++)
            CHECK(bytes[i] == (char)((at + i) * 7 >> 4));
        at += (size_t)count;
    }
    while (done == 0)
        gcrt_yield();
    return 0;
}

static void compute(void *)
{
    while (done == 0)
        gcrt_yield();
}

/* The queue never runs dry, so only the look now and then finds the event. */
static int a_busy_worker_looks_now_and_then(void *)
{
    make_pair(pair);
    for (int i = 0; i < 3; i++)
        gcrt_go(compute, NULL);
    gcrt_go(wait_to_read, NULL);
    while (waiting == 0)
        gcrt_yield();
    let_others_wait();
    CHECK(write(pair[1].fd, "z", 1) == 1);
    while (done == 0)
        gcrt_yield();
    return 0;
}

static void readiness_wakes_the_waiter(void **)
{
    static const char *const environments[] = {"GCRT_PROCS=1", "GCRT_PROCS=2", "GCRT_PROCS=2 GCRT_STRESS=migrate"};
    for (int i = 0; i < 3; i++) {
        child_passes(environments[i], a_reader_wakes);
        child_passes(environments[i], an_event_before_the_wait_counts);
        child_passes(environments[i], an_end_wakes_a_reader);
        child_passes(environments[i], a_writer_waits_for_room);
        child_passes(environments[i], a_busy_worker_looks_now_and_then);
    }
}

/* ---- closing ---- */

static void wait_until_closed(void *direction)
{
    waiting++;
    int error;
    do
        error = wait_for(&pair[0], (enum netpoll_direction)(intptr_t)direction);
    while (error == 0); /* too often rather than not */
    CHECK(error == -ECANCELED);
    done++;
}

static int close_wakes_both(void *)
{
    static char filling[4096];
    make_pair(pair);
    while (write(pair[0].fd, filling, sizeof filling) > 0)
        ;
    gcrt_go(wait_until_closed, (void *)(intptr_t)NETPOLL_READ);
    gcrt_go(wait_until_closed, (void *)(intptr_t)NETPOLL_WRITE);
    while (waiting < 2)
        gcrt_yield();
    let_others_wait();
    close_descriptor(&pair[0]);
    while (done < 2)
        gcrt_yield();
    CHECK(netpoll_waiter_count() == 0);
    CHECK(fcntl(pair[0].fd, F_GETFD) < 0 && errno == EBADF);
    close_descriptor(&pair[0]); /* again: nothing */
    return 0;
}

/* The fd's number and the record go to another pair; the closed descriptor must reach neither. */
static int closed_stays_closed(void *)
{
    struct netpoll_descriptor other[2];
    int fd;
    make_pair(pair);
    struct netpoll_record *record = pair[1].record;
    int number = pair[1].fd;
    for (int i = 0; i < 2; i++)
        close_descriptor(&pair[i]);
    make_pair(other);
    CHECK(other[0].record == record); /* else this test shows nothing */
    CHECK(other[0].fd == number || other[1].fd == number);
    CHECK(wait_for(&pair[1], NETPOLL_READ) == -ECANCELED);
    runtime_enter();
    CHECK(netpoll_use_begin(&pair[1], &fd) == -ECANCELED);
    netpoll_close(&pair[1]);
    runtime_leave();
    CHECK(fcntl(number, F_GETFD) >= 0);
    struct netpoll_descriptor never = {0};
    CHECK(wait_for(&never, NETPOLL_READ) == -ECANCELED);
    close_descriptor(&never);
    return 0;
}

static int a_use_keeps_the_number(void *)
{
    int fd;
    make_pair(pair);
    runtime_enter();
    CHECK(netpoll_use_begin(&pair[0], &fd) == 0);
    netpoll_close(&pair[0]);
    CHECK(fcntl(fd, F_GETFD) >= 0);
    netpoll_use_end(&pair[0]);
    CHECK(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
    runtime_leave();
    return 0;
}

static int a_second_waiter_is_refused(void *)
{
    make_pair(pair);
    gcrt_go(wait_until_closed, (void *)(intptr_t)NETPOLL_READ);
    while (netpoll_waiter_count() == 0)
        gcrt_yield();
    CHECK(wait_for(&pair[0], NETPOLL_READ) == -EBUSY);
    CHECK(netpoll_waiter_count() == 1);
    close_descriptor(&pair[0]);
    while (done == 0)
        gcrt_yield();
    return 0;
}

static void closing_is_for_ever(void **)
{
    child_passes("GCRT_PROCS=1", close_wakes_both);
    child_passes("GCRT_PROCS=2 GCRT_STRESS=migrate", close_wakes_both);
    child_passes("GCRT_PROCS=1", closed_stays_closed);
    child_passes("GCRT_PROCS=1", a_use_keeps_the_number);
    child_passes("GCRT_PROCS=1", a_second_waiter_is_refused);
}

/* ---- reuse, raced ---- */

enum { RACERS = 8, RACES = 300 };

struct race {
    struct netpoll_descriptor pair[2];
    _Atomic int closed;
};

static _Atomic int finished;

static void close_soon(void *arg)
{
    struct race *race = arg;
    close_descriptor(&race->pair[0]);
    race->closed = 1;
}

/* Echoes a byte over a new pair, then closes one end under a reader: events of all of them arrive late at records used anew. */
static void open_and_close(void *arg)
{
    struct race *race = arg;
    char byte;
    for (int i = 0; i < RACES; i++) {
        make_pair(race->pair);
        race->closed = 0;
        CHECK(write_all(&race->pair[1], "a", 1) == 0);
        CHECK(read_some(&race->pair[0], &byte, 1) == 1 && byte == 'a');
        gcrt_go(close_soon, race);
        ssize_t count = read_some(&race->pair[0], &byte, 1);
        CHECK(count == -ECANCELED);
        while (race->closed == 0)
            gcrt_yield();
        close_descriptor(&race->pair[1]);
    }
    finished++;
}

static int race_for_records(void *)
{
    static struct race races[RACERS];
    for (int i = 0; i < RACERS; i++)
        gcrt_go(open_and_close, &races[i]);
    while (finished < RACERS)
        gcrt_sleep(1000000);
    CHECK(netpoll_waiter_count() == 0);
    return 0;
}

static void late_events_reach_nobody_else(void **)
{
    child_passes("GCRT_PROCS=2", race_for_records);
    child_passes("GCRT_PROCS=4 GCRT_STRESS=migrate", race_for_records);
}

/* ---- refusals ---- */

static int a_regular_file_is_refused(void *)
{
    char name[] = "/tmp/test_netpoll.XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0 && unlink(name) == 0);
    CHECK(open_fd(&pair[0], fd) == -EPERM);
    CHECK(close(fd) == 0);
    CHECK(open_fd(&pair[0], -1) == -EBADF);
    return 0;
}

static int return_0(void *)
{
    return 0;
}

static int run_without_descriptors(void *)
{
    struct rlimit limit = {4, 4};
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 1;
    while (dup(STDERR_FILENO) >= 0)
        ;
    return gcrt_run(NULL, return_0, NULL);
}

static void what_cannot_be_polled_is_refused(void **)
{
    static struct child child;
    child_passes(NULL, a_regular_file_is_refused);
    child_run(&child, NULL, run_without_descriptors, NULL);
    assert_int_equal(child.status, 2);
    assert_true(child_says(&child, "gcrt: cannot wait for I/O: no file descriptors for epoll"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readiness_wakes_the_waiter),
        cmocka_unit_test(closing_is_for_ever),
        cmocka_unit_test(late_events_reach_nobody_else),
        cmocka_unit_test(what_cannot_be_polled_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
