/* How a goroutine dies loudly: panic, running over its stack, and a transition that invariant G2 does not know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gcrt/goroutine.h>
#include <gcrt/run.h>

#include "sched/goroutine.h"
#include "sched/runtime_call.h"
#include "support/child.h"
#include "support/child_run.h"

/* ---- panic ---- */

__attribute__((noinline)) static void panic_deep(int depth)
{
    if (depth > 0)
        panic_deep(depth - 1);
    else if (depth == 0)
        gcrt_panic("%s is %d", "the answer", 42);
    __asm__ volatile(""); /* no tail call */
}

static void panic_soon(void *)
{
    panic_deep(5);
}

static int wait_for_panic(void *function)
{
    gcrt_go_with(&(struct gcrt_go_options){.name = "doubter"}, (void (*)(void *))(uintptr_t)function, NULL, "here.c:3");
    gcrt_sleep(INT64_MAX);
    return 0;
}

static void a_panic_says_its_message(void **)
{
    const struct child *child = child_goroutine(NULL, wait_for_panic, (void *)(uintptr_t)panic_soon);
    assert_int_equal(child->signal, SIGABRT);
    assert_string_equal(child->text,
                        "panic: the answer is 42\n"); /* the report, by what is linked in: tests/e2e/crash.sh */
}

static void panic_long(void *)
{
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    gcrt_panic("%s", text);
}

static void a_long_panic_is_cut(void **)
{
    const struct child *child = child_goroutine(NULL, wait_for_panic, (void *)(uintptr_t)panic_long);
    assert_int_equal(child->signal, SIGABRT);
    assert_in_range(strspn(child->text + strlen("panic: "), "x"), 500, 1000);
}

/* ---- running over the stack ---- */

__attribute__((noinline)) static int recurse(volatile char *outer)
{
    volatile char page[2048];
    page[0] = outer != NULL ? outer[0] : 1;
    return page[0] != 0 ? recurse(page) + page[0] : 0;
}

static void overflow(void *)
{
    recurse(NULL);
}

static int wait_for_overflow(void *stack_bytes)
{
    struct gcrt_go_options options = {.name = "digger", .stack_bytes = (size_t)(uintptr_t)stack_bytes};
    gcrt_go_with(&options, overflow, NULL, "hole.c:9");
    gcrt_sleep(INT64_MAX);
    return 0;
}

static int overflow_main(void *)
{
    return recurse(NULL);
}

static void an_overflow_is_reported_by_name(void **)
{
    const struct child *child = child_goroutine(NULL, wait_for_overflow, NULL);
    assert_int_equal(child->signal, SIGSEGV);
    assert_true(child_says(child, "fatal error: stack overflow in goroutine 2 digger (hole.c:9): its stack has 1"));
    child = child_goroutine(NULL, wait_for_overflow, (void *)(uintptr_t)(3 << 20));
    assert_int_equal(child->signal, SIGSEGV);
    assert_true(child_says(child, "fatal error: stack overflow in goroutine 2 digger (hole.c:9): its stack has "));
    child = child_goroutine("GCRT_PROCS=1", overflow_main, NULL);
    assert_int_equal(child->signal, SIGSEGV);
    assert_true(child_says(child, "fatal error: stack overflow in goroutine 1 main (main): its stack has "));
}

static void say_own(int)
{
    static const char text[] = "the program's own handler\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) > 0)
        _exit(17);
}

static int fault_elsewhere(void *)
{
    static volatile int *volatile nowhere = (volatile int *)64;
    *nowhere = 1;
    return 0;
}

static int raise_fault(void *)
{
    raise(SIGSEGV);
    return 0;
}

static int run_with_own_handler(void *entry)
{
    signal(SIGSEGV, say_own);
    return gcrt_run(NULL, (int (*)(void *))(uintptr_t)entry, NULL);
}

/* Whoever handled SIGSEGV before gets all others, also one that was sent. */
__attribute__((no_sanitize("undefined"))) static void other_faults_go_where_they_went(void **)
{
    static struct child child;
    child_run(&child, NULL, run_with_own_handler, (void *)(uintptr_t)fault_elsewhere);
    assert_int_equal(child.status, 17);
    assert_string_equal(child.text, "the program's own handler\n");
    child_run(&child, NULL, run_with_own_handler, (void *)(uintptr_t)raise_fault);
    assert_int_equal(child.status, 17);
}

/* ---- invariant G2 ---- */

struct transition {
    enum goroutine_status from, to;
};

static int try_transition(void *arg)
{
    const struct transition *transition = arg;
    static struct goroutine goroutine = {.id = 77, .site = "status.c:1"};
    atomic_store(&goroutine.status, transition->from);
    goroutine_set_status(&goroutine, transition->to);
    return atomic_load(&goroutine.status) == transition->to ? 0 : 1;
}

static void g2_knows_ten_arrows(void **)
{
    static const struct transition arrows[] = {
        {GOROUTINE_IDLE, GOROUTINE_RUNNABLE},    {GOROUTINE_RUNNABLE, GOROUTINE_RUNNING},
        {GOROUTINE_RUNNING, GOROUTINE_RUNNABLE}, {GOROUTINE_RUNNING, GOROUTINE_WAITING},
        {GOROUTINE_RUNNING, GOROUTINE_SYSCALL},  {GOROUTINE_RUNNING, GOROUTINE_DEAD},
        {GOROUTINE_WAITING, GOROUTINE_RUNNABLE}, {GOROUTINE_SYSCALL, GOROUTINE_RUNNING},
        {GOROUTINE_SYSCALL, GOROUTINE_RUNNABLE}, {GOROUTINE_DEAD, GOROUTINE_IDLE},
    };
    static struct child child;
    for (enum goroutine_status from = GOROUTINE_IDLE; from <= GOROUTINE_DEAD; from++) {
        for (enum goroutine_status to = GOROUTINE_IDLE; to <= GOROUTINE_DEAD; to++) {
            struct transition transition = {from, to};
            bool is_arrow = false;
            for (size_t i = 0; i < sizeof arrows / sizeof arrows[0]; i++)
                is_arrow |= arrows[i].from == from && arrows[i].to == to;
            child_run(&child, NULL, try_transition, &transition);
            assert_int_equal(child.status, is_arrow ? 0 : -1);
            if (is_arrow)
                continue;
            char text[200];
            snprintf(
                text, sizeof text,
                "gcrt: fatal error: invariant G2 (legal transitions): goroutine 77 (status.c:1) went from %s to %s\n",
                goroutine_status_name(from), goroutine_status_name(to));
            assert_string_equal(child.text, text);
            assert_int_equal(child.signal, SIGABRT);
        }
    }
}

static int wake_the_running(void *)
{
    runtime_enter();
    goroutine_ready(goroutine_current());
    return 0;
}

static void waking_who_does_not_wait_is_refused(void **)
{
    const struct child *child = child_goroutine(NULL, wake_the_running, NULL);
    assert_int_equal(child->signal, SIGABRT);
    assert_true(child_says(
        child, "invariant G2 (legal transitions): goroutine 1 (unknown place) went from running to runnable"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_panic_says_its_message),
        cmocka_unit_test(a_long_panic_is_cut),
        cmocka_unit_test(an_overflow_is_reported_by_name),
        cmocka_unit_test(other_faults_go_where_they_went),
        cmocka_unit_test(g2_knows_ten_arrows),
        cmocka_unit_test(waking_who_does_not_wait_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
