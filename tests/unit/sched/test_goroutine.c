/* Goroutines as their program sees them: identity, ends, turns, sleeps, and what is a goroutine's own wherever it runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xmmintrin.h>

#include <gcrt/goroutine.h>
#include <gcrt/run.h>

#include "sched/goroutine.h"
#include "support/child.h"
#include "support/child_run.h"

static const char *const environments[] = {"GCRT_PROCS=1", "GCRT_PROCS=4", "GCRT_PROCS=4 GCRT_STRESS=migrate",
                                           "GCRT_PROCS=2 GCRT_STRESS=migrate,collect=7"};

static void passes_everywhere(int (*entry)(void *arg))
{
    for (size_t i = 0; i < sizeof environments / sizeof environments[0]; i++)
        child_passes(environments[i], entry);
}

static _Atomic unsigned done;

static void wait_for(unsigned count)
{
    while (done < count)
        gcrt_yield();
}

/* ---- identity ---- */

enum { MANY = 20000 };

static _Atomic uint8_t seen_ids[MANY * 3];

static void note_id(void *creator)
{
    uint64_t id = gcrt_self();
    CHECK(id > 1 && id < MANY * 3);
    CHECK(atomic_fetch_add(&seen_ids[id], 1) == 0);
    CHECK(goroutine_current()->creator == (uint64_t)(uintptr_t)creator);
    done++;
}

/* Records are used again, numbers never. */
static int numbers_are_used_once(void *)
{
    CHECK(gcrt_self() == 1);
    for (int i = 0; i < MANY; i++)
        gcrt_go(note_id, (void *)1);
    wait_for(MANY);
    CHECK(gcrt_self() == 1);
    return 0;
}

static char site_seen[200];

static void look_at_itself(void *)
{
    const struct goroutine *self = goroutine_current();
    CHECK(strcmp(self->name, "look_at_itself") == 0);
    snprintf(site_seen, sizeof site_seen, "%s", self->site);
    done++;
}

static void look_at_options(void *arg)
{
    const struct goroutine *self = goroutine_current();
    CHECK(strcmp(self->name, "named") == 0 && strcmp(self->site, "place") == 0);
    CHECK(arg == &done);
    done++;
}

static int names_and_sites(void *)
{
    char expected[200];
    CHECK(strcmp(goroutine_current()->name, "main") == 0);
    snprintf(expected, sizeof expected, "%s:%d", __FILE__, __LINE__ + 1);
    gcrt_go(look_at_itself, NULL);
    wait_for(1);
    CHECK(strcmp(site_seen, expected) == 0);
    {
        struct gcrt_go_options options = {.name = "named"};
        gcrt_go_with(&options, look_at_options, &done, "place");
    } /* the options were copied */
    wait_for(2);
    return 0;
}

static void a_goroutine_knows_who_it_is(void **)
{
    passes_everywhere(numbers_are_used_once);
    passes_everywhere(names_and_sites);
}

/* ---- ends ---- */

__attribute__((noinline)) static void exit_deep(int depth)
{
    char filling[500];
    memset(filling, depth, sizeof filling);
    if (depth > 0) {
        exit_deep(depth - 1);
    } else if (depth == 0) {
        done++;
        gcrt_goexit();
    }
    __asm__ volatile("" : : "r"(filling) : "memory");
    done += 1000000;
}

static void exit_from_depth(void *)
{
    exit_deep(30);
}

static int goexit_ends_the_goroutine_alone(void *)
{
    for (int i = 0; i < 1000; i++)
        gcrt_go(exit_from_depth, NULL);
    wait_for(1000);
    for (int i = 0; i < 100; i++)
        gcrt_yield();
    CHECK(done == 1000);
    return 0;
}

static void exit_last(void *)
{
    gcrt_sleep(1000000);
    gcrt_exit(21);
}

static int main_leaves_first(void *)
{
    gcrt_go(exit_last, NULL);
    gcrt_goexit();
}

static void goexit_ends_from_any_depth(void **)
{
    passes_everywhere(goexit_ends_the_goroutine_alone);
    assert_int_equal(child_goroutine(NULL, main_leaves_first, NULL)->status, 21);
}

/* ---- turns ---- */

enum { TURNERS = 10, TURNS = 200 };

static unsigned turns[TURNERS * TURNS];
static unsigned turn_count;

static void take_turns(void *index)
{
    for (int i = 0; i < TURNS; i++) {
        turns[turn_count++] = (unsigned)(uintptr_t)index;
        gcrt_yield();
    }
    done++;
}

/* On one worker: in each round everybody has one turn, in the same order. */
static int yields_go_round(void *)
{
    for (uintptr_t i = 0; i < TURNERS; i++)
        gcrt_go(take_turns, (void *)i);
    wait_for(TURNERS);
    for (unsigned i = TURNERS; i < TURNERS * TURNS; i++)
        CHECK(turns[i] == turns[i - TURNERS]);
    unsigned sum = 0;
    for (unsigned i = 0; i < TURNERS; i++)
        sum += 1u << turns[i];
    CHECK(sum == (1u << TURNERS) - 1);
    return 0;
}

static _Atomic int begun, begun_too_late;

static void begin(void *)
{
    begun++;
}

/* A loop that starts many lets them run while their stacks are warm: none of them waits behind more than some dozens. */
static int starting_many_runs_them_in_between(void *)
{
    for (int i = 0; i < 10000; i++) {
        gcrt_go(begin, NULL);
        begun_too_late += i + 1 - begun > 100;
    }
    CHECK(begun_too_late == 0);
    return 0;
}

static _Atomic bool may_end;

static void set_may_end(void *)
{
    may_end = true;
}

/* Both `next` and what waits in the ring, behind a goroutine that gives nothing up. */
static int another_worker_helps_out(void *)
{
    for (int i = 0; i < 20; i++) {
        may_end = false;
        gcrt_go(set_may_end, NULL);
        while (!may_end)
            gcrt_poll();
    }
    done = 0;
    for (int i = 0; i < 30; i++)
        gcrt_go(begin, NULL);
    while (begun < 30)
        gcrt_poll();
    return 0;
}

static void sleep_and_set(void *)
{
    gcrt_sleep(2000000);
    may_end = true;
}

static int another_worker_keeps_the_time(void *)
{
    gcrt_go(sleep_and_set, NULL);
    gcrt_yield();
    while (!may_end)
        gcrt_poll();
    return 0;
}

static void everybody_has_a_turn(void **)
{
    child_passes("GCRT_PROCS=1", yields_go_round);
    child_passes("GCRT_PROCS=1", starting_many_runs_them_in_between);
    child_passes("GCRT_PROCS=2", another_worker_helps_out);
    child_passes("GCRT_PROCS=2", another_worker_keeps_the_time);
}

/* ---- sleeps ---- */

enum { SLEEPERS = 50 };

static unsigned woken[SLEEPERS];
static int64_t begun_ns;
static bool is_slow; /* somebody lay down when the first was to wake already: the order says nothing */

static void sleep_long(void *index)
{
    int64_t duration_ns = (int64_t)(uintptr_t)index * 1000000 + 10000000;
    is_slow |= clock_monotonic_ns() >= begun_ns + 9000000;
    gcrt_sleep(begun_ns + duration_ns - clock_monotonic_ns());
    CHECK(clock_monotonic_ns() >= begun_ns + duration_ns);
    woken[done++] = (unsigned)(uintptr_t)index;
}

/* On one worker, so that who is woken first also runs first. */
static int sleepers_wake_in_order(void *)
{
    do {
        done = 0;
        is_slow = false;
        begun_ns = clock_monotonic_ns();
        for (uintptr_t i = 0; i < SLEEPERS; i++)
            gcrt_go(sleep_long, (void *)(i * 7 % SLEEPERS));
        while (done < SLEEPERS)
            gcrt_sleep(1000000);
    } while (is_slow);
    for (unsigned i = 0; i < SLEEPERS; i++)
        CHECK(woken[i] == i);
    return 0;
}

static int no_sleep_yields(void *)
{
    gcrt_go(begin, NULL);
    for (int i = 0; i < 10; i++)
        gcrt_sleep(i % 2 == 0 ? 0 : INT64_MIN);
    CHECK(begun == 1);
    return 0;
}

static void sleep_a_little(void *)
{
    for (int i = 0; i < 20; i++)
        gcrt_sleep((int64_t)(gcrt_self() % 7) * 100000);
    done++;
}

static int many_sleep(void *)
{
    for (int i = 0; i < 300; i++)
        gcrt_go(sleep_a_little, NULL);
    while (done < 300)
        gcrt_sleep(500000);
    return 0;
}

static void a_sleep_lasts_and_ends(void **)
{
    child_passes("GCRT_PROCS=1", sleepers_wake_in_order);
    child_passes("GCRT_PROCS=1", no_sleep_yields);
    passes_everywhere(many_sleep);
}

/* ---- its own, also on another thread ---- */

static _Atomic unsigned migrations;

static void keep_errno(void *arg)
{
    int own = (int)(uintptr_t)arg;
    errno = own;
    for (int i = 0; i < 500; i++) {
        int tid = gettid();
        if (i % 50 == 7)
            gcrt_sleep(10000);
        else
            gcrt_yield();
        migrations += tid != gettid();
        CHECK(errno == own);
        CHECK(close(-1) < 0 && errno == EBADF); /* also what the C library writes */
        errno = own;
    }
    done++;
}

static int errno_moves_along(void *must_migrate)
{
    for (uintptr_t i = 0; i < 20; i++)
        gcrt_go(keep_errno, (void *)(1000 + i));
    wait_for(20);
    CHECK(must_migrate == NULL || migrations > 0);
    return 0;
}

/* Rounding modes as both units number them: bits 13 and 14 of MXCSR, bits 10 and 11 of x87's control word. */
static void set_rounding(unsigned mode)
{
    uint16_t x87_control = (uint16_t)(0x37f | mode << 10);
    __asm__ volatile("fldcw %0" : : "m"(x87_control));
    _mm_setcsr(0x1f80 | mode << 13);
}

static bool is_rounding(unsigned mode)
{
    uint16_t x87_control;
    __asm__ volatile("fnstcw %0" : "=m"(x87_control));
    return x87_control == (0x37f | mode << 10) && (_mm_getcsr() & 0xff80) == (0x1f80 | mode << 13);
}

static void keep_rounding(void *arg)
{
    unsigned mode = (unsigned)(uintptr_t)arg % 4;
    CHECK(is_rounding(0)); /* a new goroutine has the defaults */
    set_rounding(mode);
    for (int i = 0; i < 200; i++) {
        gcrt_yield();
        CHECK(is_rounding(mode));
    }
    done++;
}

static int rounding_moves_along(void *)
{
    for (uintptr_t i = 0; i < 40; i++)
        gcrt_go(keep_rounding, (void *)i);
    wait_for(40);
    return 0;
}

static void errno_and_rounding_are_its_own(void **)
{
    passes_everywhere(errno_moves_along);
    passes_everywhere(rounding_moves_along);
    assert_int_equal(child_goroutine("GCRT_PROCS=4 GCRT_STRESS=migrate", errno_moves_along, &done)->status, 0);
}

/* ---- after fork ---- */

static int call_in_fork(void *)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        gcrt_yield();
    CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    gcrt_yield(); /* we go on */
    return 0;
}

static int exec_in_fork(void *)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        execlp("true", "true", NULL);
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    return 0;
}

static void a_fork_has_no_goroutines(void **)
{
    const struct child *child = child_goroutine("GCRT_PROCS=2", call_in_fork, NULL);
    assert_int_equal(child->status, 0);
    assert_true(child_says(child, "panic: gcrt_yield called outside of goroutines"));
    child_passes("GCRT_PROCS=2", exec_in_fork);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_goroutine_knows_who_it_is),    cmocka_unit_test(goexit_ends_from_any_depth),
        cmocka_unit_test(everybody_has_a_turn),           cmocka_unit_test(a_sleep_lasts_and_ends),
        cmocka_unit_test(errno_and_rounding_are_its_own), cmocka_unit_test(a_fork_has_no_goroutines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
