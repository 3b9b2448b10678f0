/* The life of a run: gcrt_run's value, gcrt_exit from everywhere, what ends with the main goroutine, and being once a process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <gcrt/goroutine.h>
#include <gcrt/run.h>

#include <pthread.h>
#include <signal.h>

#include "support/child.h"
#include "support/child_run.h"

static int return_arg(void *arg)
{
    return (int)(intptr_t)arg;
}

static void gcrt_run_returns_the_value_of_entry(void **)
{
    assert_int_equal(child_goroutine(NULL, return_arg, (void *)0)->status, 0);
    assert_int_equal(child_goroutine(NULL, return_arg, (void *)42)->status, 42);
    assert_int_equal(child_goroutine("GCRT_PROCS=1", return_arg, (void *)7)->status, 7);
}

static void never_ends(void *)
{
    for (;;)
        gcrt_sleep(1000000);
}

static void never_yields(void *)
{
    for (volatile uint64_t count = 0;; count++)
        gcrt_poll();
}

static int leave_others_behind(void *)
{
    for (int i = 0; i < 100; i++)
        gcrt_go(never_ends, NULL);
    gcrt_go(never_yields, NULL);
    gcrt_sleep(2000000);
    return 5;
}

static void the_others_end_with_the_main_goroutine(void **)
{
    assert_int_equal(child_goroutine("GCRT_PROCS=2", leave_others_behind, NULL)->status, 5);
}

static void exits(void *arg)
{
    gcrt_exit((int)(intptr_t)arg);
}

static int waits_for_exit(void *)
{
    gcrt_go(exits, (void *)(intptr_t)9);
    gcrt_sleep(INT64_MAX);
    return 0;
}

static void gcrt_exit_of_a_goroutine_ends_the_process(void **)
{
    assert_int_equal(child_goroutine(NULL, waits_for_exit, NULL)->status, 9);
    assert_int_equal(child_goroutine("GCRT_PROCS=1", waits_for_exit, NULL)->status, 9);
}

static void *thread_exits(void *)
{
    gcrt_exit(11);
}

static int exit_on_plain_thread(void *)
{
    pthread_t thread;
    pthread_create(&thread, NULL, thread_exits, NULL);
    gcrt_sleep(INT64_MAX);
    return 0;
}

static int exit_before_run(void *)
{
    gcrt_exit(12);
}

static void gcrt_exit_of_a_plain_thread_ends_the_process(void **)
{
    static struct child child;
    assert_int_equal(child_goroutine(NULL, exit_on_plain_thread, NULL)->status, 11);
    child_run(&child, NULL, exit_before_run, NULL);
    assert_int_equal(child.status, 12);
}

static void say_goodbye(void)
{
    static const char text[] = "exit handler\n";
    if (write(STDOUT_FILENO, text, sizeof text - 1) < 0)
        _exit(1);
}

static int exit_with_handler(void *)
{
    atexit(say_goodbye);
    gcrt_exit(13);
}

static void gcrt_exit_runs_exit_handlers_once(void **)
{
    const struct child *child = child_goroutine(NULL, exit_with_handler, NULL);
    assert_int_equal(child->status, 13);
    assert_string_equal(child->text, "exit handler\n");
}

static int run_twice(void *)
{
    gcrt_run(NULL, return_arg, NULL);
    return gcrt_run(NULL, return_arg, NULL);
}

static int run_inside(void *)
{
    return gcrt_run(NULL, return_arg, NULL);
}

static void a_second_gcrt_run_panics(void **)
{
    static struct child child;
    child_run(&child, NULL, run_twice, NULL);
    assert_int_equal(child.signal, SIGABRT);
    assert_true(child_says(&child, "panic: gcrt_run called twice"));
    const struct child *inner = child_goroutine(NULL, run_inside, NULL);
    assert_int_equal(inner->signal, SIGABRT);
    assert_true(child_says(inner, "panic: gcrt_run called twice"));
}

static int go_outside(void *)
{
    gcrt_go(never_ends, NULL);
    return 0;
}

static int sleep_outside(void *)
{
    gcrt_sleep(1);
    return 0;
}

static int yield_outside(void *)
{
    gcrt_yield();
    return 0;
}

static int block_outside(void *)
{
    gcrt_block_enter();
    return 0;
}

static int self_outside(void *)
{
    gcrt_poll();
    return (int)gcrt_self();
}

static void goroutine_calls_of_plain_threads_panic_by_name(void **)
{
    static const struct {
        int (*body)(void *arg);
        const char *text;
    } cases[] = {
        {go_outside, "panic: gcrt_go called outside of goroutines"},
        {sleep_outside, "panic: gcrt_sleep called outside of goroutines"},
        {yield_outside, "panic: gcrt_yield called outside of goroutines"},
        {block_outside, "panic: gcrt_block_enter called outside of goroutines"},
    };
    static struct child child;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        child_run(&child, NULL, cases[i].body, NULL);
        assert_int_equal(child.signal, SIGABRT);
        assert_true(child_says(&child, cases[i].text));
    }
    child_run(&child, NULL, self_outside, NULL);
    assert_int_equal(child.status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gcrt_run_returns_the_value_of_entry),
        cmocka_unit_test(the_others_end_with_the_main_goroutine),
        cmocka_unit_test(gcrt_exit_of_a_goroutine_ends_the_process),
        cmocka_unit_test(gcrt_exit_of_a_plain_thread_ends_the_process),
        cmocka_unit_test(gcrt_exit_runs_exit_handlers_once),
        cmocka_unit_test(a_second_gcrt_run_panics),
        cmocka_unit_test(goroutine_calls_of_plain_threads_panic_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
