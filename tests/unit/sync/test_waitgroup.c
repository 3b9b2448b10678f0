/* The wait group: who waits until when, rounds, and misuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrt/memory.h>
#include <gcrt/sync.h>

#include "cases.h"

static struct gcrt_waitgroup group; /* of the case; each is a process of its own */
static _Atomic int returned;

enum { WORKERS = 10, ROUNDS = 50 };

static int64_t results[WORKERS]; /* no atomics: the group orders them */

static void work(void *arg)
{
    results[(intptr_t)arg]++;
    gcrt_yield();
    gcrt_waitgroup_done(&group);
}

static int wait_for_all(void *)
{
    gcrt_waitgroup_wait(&group); /* nothing to wait for */
    for (int round = 1; round <= ROUNDS; round++) {
        gcrt_waitgroup_add(&group, WORKERS);
        for (intptr_t i = 0; i < WORKERS; i++)
            gcrt_go(work, (void *)i);
        gcrt_waitgroup_wait(&group);
        for (int i = 0; i < WORKERS; i++)
            CHECK(results[i] == round);
        CHECK(group.state[0] == 0);
    }
    return 0;
}

static void a_wait_sees_what_was_done_and_rounds_follow(void **)
{
    passes(wait_for_all);
}

static void wait_and_return(void *)
{
    gcrt_waitgroup_wait(&group);
    atomic_fetch_add(&returned, 1);
}

static int many_waiters(void *)
{
    gcrt_waitgroup_add(&group, 3);
    for (int i = 0; i < WORKERS; i++)
        gcrt_go(wait_and_return, NULL);
    await_parked(WORKERS, WAIT_WAIT_GROUP, &group);
    gcrt_waitgroup_add(&group, 0);
    gcrt_waitgroup_add(&group, 2);
    gcrt_waitgroup_add(&group, -4);
    CHECK(count_parked(WAIT_WAIT_GROUP, &group) == WORKERS);
    gcrt_waitgroup_done(&group);
    while (atomic_load(&returned) != WORKERS)
        gcrt_yield();
    CHECK(group.state[0] == 0);
    return 0;
}

static void the_last_done_wakes_all_and_none_before(void **)
{
    passes(many_waiters);
}

/* ---- misuse ---- */

static int below_zero(void *)
{
    gcrt_waitgroup_add(&group, 1);
    gcrt_waitgroup_add(&group, -2);
    return 0;
}

static int below_zero_by_far(void *)
{
    gcrt_waitgroup_add(&group, INT64_MIN);
    return 0;
}

static int at_the_limit(void *)
{
    gcrt_waitgroup_add(&group, INT32_MAX);
    gcrt_waitgroup_add(&group, -INT32_MAX);
    gcrt_waitgroup_wait(&group);
    return 0;
}

static int above_the_limit(void *)
{
    gcrt_waitgroup_add(&group, INT32_MAX);
    gcrt_waitgroup_add(&group, 1);
    return 0;
}

static int above_by_far(void *)
{
    gcrt_waitgroup_add(&group, (int64_t)1 << 32);
    return 0;
}

/* The waiter was woken, but the only worker has not run it yet. */
static int begin_round_too_early(void *)
{
    gcrt_waitgroup_add(&group, 1);
    gcrt_go(wait_and_return, NULL);
    await_parked(1, WAIT_WAIT_GROUP, &group);
    gcrt_waitgroup_done(&group);
    gcrt_waitgroup_add(&group, 1);
    return 0;
}

static int nobody_is_done(void *)
{
    gcrt_waitgroup_add(&group, 1);
    gcrt_waitgroup_wait(&group);
    return 0;
}

static void misuse_panics(void **)
{
    panics(below_zero, "wait group: add(-2) brings the count below zero");
    panics(below_zero_by_far, "wait group: add(-9223372036854775808) goes out of range");
    child_passes(NULL, at_the_limit);
    panics(above_the_limit, "wait group: add(1) brings the count above 2^31 - 1");
    panics(above_by_far, "wait group: add(4294967296) goes out of range");
    panics(begin_round_too_early, "wait group: add(1) while a wait() of the round before has not returned");
    deadlocks(nobody_is_done, "[wait group]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_sees_what_was_done_and_rounds_follow),
        cmocka_unit_test(the_last_done_wakes_all_and_none_before),
        cmocka_unit_test(misuse_panics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
