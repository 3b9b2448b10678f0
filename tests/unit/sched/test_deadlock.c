/* The report of a global deadlock: what it says, and when it is not made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gcrt/goroutine.h>
#include <gcrt/run.h>

#include "sched/goroutine.h"
#include "sched/netpoll.h"
#include "sched/netpoll_wait.h"
#include "sched/runtime_call.h"
#include "sched/timer.h"
#include "support/child.h"
#include "support/child_run.h"

static bool commit_always(struct goroutine *, void *)
{
    return true;
}

static void park(enum wait_reason reason)
{
    runtime_enter();
    goroutine_park(reason, NULL, commit_always, NULL);
    runtime_leave();
}

static _Atomic int parked;

static void park_on_mutex(void *)
{
    parked++;
    park(WAIT_MUTEX);
}

/* ---- the text ---- */

enum { DEPTH = 10 };

__attribute__((noinline)) static void park_deep(int depth)
{
    if (depth > 0)
        park_deep(depth - 1);
    else
        park(WAIT_CHANNEL_RECEIVE);
    __asm__ volatile(""); /* no tail call */
}

static void receive_deep(void *)
{
    parked++;
    park_deep(DEPTH);
}

static int three_wait(void *)
{
    gcrt_go_with(&(struct gcrt_go_options){.name = "locker"}, park_on_mutex, NULL, "there.c:7");
    gcrt_go_with(NULL, receive_deep, NULL, NULL);
    while (parked < 2)
        gcrt_yield();
    park(WAIT_EMPTY_SELECT);
    return 0;
}

static int count_lines_from(const char *from, const char *until)
{
    int count = 0;
    for (const char *at = from; (at = strchr(at, '\n')) != NULL && (until == NULL || at < until); at++)
        count++;
    return count;
}

static void the_report_names_all_that_wait(void **)
{
    static const char *const environments[] = {"GCRT_PROCS=1", "GCRT_PROCS=2", "GCRT_PROCS=3 GCRT_STRESS=migrate"};
    for (int i = 0; i < 3; i++) {
        const struct child *child = child_goroutine(environments[i], three_wait, NULL);
        static const char head[] =
            "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [empty select] main\n";
        assert_int_equal(child->status, 2);
        assert_true(child_says(child, head));
        assert_memory_equal(child->text, head, sizeof head - 1); /* nothing before, and the main goroutine first */
        assert_true(child_says(child, "\ngoroutine 2 [mutex] locker, started at there.c:7\n"));
        assert_true(child_says(child, "\ngoroutine 3 [channel receive]\n"));
        assert_true(child_says(child, "    unit_sched_deadlock+0x"));
    }
}

static void the_report_shows_each_frame(void **)
{
    const struct child *child = child_goroutine("GCRT_PROCS=1", three_wait, NULL);
    const char *deep = strstr(child->text, "goroutine 3 ");
    assert_non_null(deep);
    int lines = count_lines_from(deep, strstr(deep, "\n\n"));
    assert_in_range(lines, 1 + DEPTH + 1, 1 + DEPTH + 8); /* its own line, the recursion, the runtime above and below */
}

static int many_wait(void *)
{
    for (int i = 0; i < 250; i++)
        gcrt_go(park_on_mutex, NULL);
    park(WAIT_CHANNEL_SEND);
    return 0;
}

static void a_long_report_is_cut(void **)
{
    const struct child *child = child_goroutine(NULL, many_wait, NULL);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "goroutine 1 [channel send] main"));
    assert_true(child_says(child, "\n... and 150 more\n"));
}

static int main_leaves(void *)
{
    gcrt_goexit();
}

static int main_leaves_others(void *)
{
    gcrt_go(park_on_mutex, NULL);
    gcrt_goexit();
}

static void the_main_goroutine_may_have_left(void **)
{
    const struct child *child = child_goroutine(NULL, main_leaves, NULL);
    assert_int_equal(child->status, 2);
    assert_string_equal(child->text, "fatal error: no goroutines are left, since the main one called gcrt_goexit\n");
    child = child_goroutine(NULL, main_leaves_others, NULL);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "asleep - deadlock!\n\ngoroutine 2 [mutex] park_on_mutex, started at "));
}

static void be_slow(void)
{
    usleep(50000);
}

/* The poller wakes for nothing after the report, while exit handlers run. */
static int wait_after_interruptions(void *)
{
    atexit(be_slow);
    netpoll_interrupt();
    park(WAIT_MUTEX);
    return 0;
}

static void there_is_one_report(void **)
{
    const struct child *child = child_goroutine("GCRT_PROCS=1", wait_after_interruptions, NULL);
    assert_int_equal(child->status, 2);
    const char *first = strstr(child->text, "fatal error");
    assert_non_null(first);
    assert_null(strstr(first + 1, "fatal error"));
}

/* ---- when it is not made ---- */

static int ends[2];

static void write_later(void)
{
    if (fork() == 0) {
        usleep(60000);
        _exit(write(ends[1], "w", 1) == 1 ? 0 : 1);
    }
}

static int sleep_alone(void *)
{
    gcrt_sleep(60000000);
    return 0;
}

static int read_alone(void *)
{
    char byte;
    struct netpoll_descriptor descriptor = {0};
    CHECK(pipe2(ends, O_NONBLOCK) == 0);
    write_later();
    runtime_enter();
    CHECK(netpoll_open(&descriptor, ends[0]) == 0);
    while (read(ends[0], &byte, 1) < 0)
        CHECK(netpoll_wait(&descriptor, NETPOLL_READ, WAIT_IO_READ, NULL) == 0);
    runtime_leave();
    return 0;
}

static int block_alone(void *)
{
    char byte;
    CHECK(pipe(ends) == 0);
    write_later();
    gcrt_block_enter();
    CHECK(read(ends[0], &byte, 1) == 1);
    gcrt_block_leave();
    return 0;
}

static _Atomic bool has_ended;

static void block_beside(void *)
{
    block_alone(NULL);
    has_ended = true;
}

/* Goes through the moments in which the worker of a blocking call is idle and its goroutine in no list. */
static int wait_for_blocked(void *)
{
    for (int i = 0; i < 10; i++) {
        has_ended = false;
        gcrt_go(block_beside, NULL);
        while (!has_ended)
            gcrt_sleep(20000000);
    }
    return 0;
}

static void there_is_none_while_something_can_happen(void **)
{
    static const char *const environments[] = {"GCRT_PROCS=1", "GCRT_PROCS=2"};
    for (int i = 0; i < 2; i++) {
        child_passes(environments[i], sleep_alone);
        child_passes(environments[i], read_alone);
        child_passes(environments[i], block_alone);
        child_passes(environments[i], wait_for_blocked);
    }
}

static int deadlock_after_all(void *)
{
    sleep_alone(NULL);
    read_alone(NULL);
    block_alone(NULL);
    park(WAIT_WAIT_GROUP);
    return 0;
}

static void it_is_made_once_nothing_can(void **)
{
    const struct child *child = child_goroutine("GCRT_PROCS=2", deadlock_after_all, NULL);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "goroutine 1 [wait group] main"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_report_names_all_that_wait),
        cmocka_unit_test(the_report_shows_each_frame),
        cmocka_unit_test(a_long_report_is_cut),
        cmocka_unit_test(the_main_goroutine_may_have_left),
        cmocka_unit_test(there_is_one_report),
        cmocka_unit_test(there_is_none_while_something_can_happen),
        cmocka_unit_test(it_is_made_once_nothing_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
