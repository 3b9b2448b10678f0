/* The mutex: exclusion, misuse, and that a waiter is not outrun for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrt/memory.h>
#include <gcrt/sync.h>

#include "cases.h"

static struct gcrt_mutex mutex; /* of the case; each is a process of its own */
static struct gcrt_waitgroup group;
static _Atomic int done;

_Static_assert(sizeof(struct gcrt_mutex) == 16 && sizeof(struct gcrt_waitgroup) == 16, "fixed by sync.h");

enum { WORKERS = 8, ROUNDS = 2000 };

static int64_t guarded; /* no atomic: the mutex orders it */

static void add_guarded(void *arg)
{
    struct gcrt_mutex *its = arg;
    for (int round = 0; round < ROUNDS; round++) {
        gcrt_mutex_lock(its);
        int64_t seen = guarded;
        if (round % 16 == 0)
            gcrt_yield();
        guarded = seen + 1;
        gcrt_mutex_unlock(its);
    }
    gcrt_waitgroup_done(&group);
}

static void check_exclusion(struct gcrt_mutex *its)
{
    guarded = 0;
    gcrt_waitgroup_add(&group, WORKERS);
    for (int i = 0; i < WORKERS; i++)
        gcrt_go(add_guarded, its);
    gcrt_waitgroup_wait(&group);
    CHECK(guarded == WORKERS * ROUNDS);
    CHECK(gcrt_mutex_try_lock(its));
}

struct holder {
    int64_t before;
    struct gcrt_mutex mutex;
};
GCRT_TYPE_LEAF(holder_type, struct holder);

static int exclude(void *)
{
    struct gcrt_mutex local = {0};
    struct holder *holder = gcrt_new(&holder_type);
    check_exclusion(&mutex);
    check_exclusion(&local);
    check_exclusion(&holder->mutex);
    return 0;
}

static void one_at_a_time_wherever_the_mutex_lies(void **)
{
    passes(exclude);
}

static void unlock_it(void *)
{
    gcrt_mutex_unlock(&mutex);
    atomic_store(&done, 1);
}

static int try_and_unlock(void *)
{
    CHECK(gcrt_mutex_try_lock(&mutex));
    CHECK(!gcrt_mutex_try_lock(&mutex));
    gcrt_go(unlock_it, NULL); /* by another goroutine */
    gcrt_mutex_lock(&mutex);
    gcrt_mutex_unlock(&mutex);
    CHECK(mutex.state[0] == 0);
    return 0;
}

static void a_lock_can_be_tried_and_anybody_may_unlock(void **)
{
    passes(try_and_unlock);
}

static int unlock_unlocked(void *)
{
    gcrt_mutex_lock(&mutex);
    gcrt_mutex_unlock(&mutex);
    gcrt_mutex_unlock(&mutex);
    return 0;
}

static int lock_twice(void *)
{
    gcrt_mutex_lock(&mutex);
    gcrt_mutex_lock(&mutex);
    return 0;
}

static void misuse_is_noticed(void **)
{
    panics(unlock_unlocked, "panic: unlock of a mutex that is not locked");
    deadlocks(lock_twice, "[mutex]");
}

/* ---- who is next ---- */

static void lock_once(void *)
{
    gcrt_mutex_lock(&mutex);
    atomic_store(&done, 1);
    gcrt_mutex_unlock(&mutex);
}

/* The only worker's goroutine lets others run only while it holds the mutex: whoever waits is outrun each time, unless it is handed over. */
static int hog(void *)
{
    gcrt_go(lock_once, NULL);
    while (!atomic_load(&done)) {
        gcrt_mutex_lock(&mutex);
        gcrt_yield();
        gcrt_mutex_unlock(&mutex);
    }
    return 0;
}

static void nobody_is_outrun_for_ever(void **)
{
    child_passes("GCRT_PROCS=1", hog);
    child_passes("GCRT_PROCS=2", hog);
    child_passes("GCRT_PROCS=2 GCRT_STRESS=migrate", hog);
}

static int order[WORKERS];
static int order_count;

static void lock_in_order(void *arg)
{
    gcrt_mutex_lock(&mutex);
    order[order_count++] = (int)(intptr_t)arg;
    gcrt_mutex_unlock(&mutex);
    atomic_fetch_add(&done, 1);
}

/* All have waited for more than a millisecond: each gets it from the one before, and a newcomer gets nothing in between. */
static int queue_up(void *)
{
    gcrt_mutex_lock(&mutex);
    for (intptr_t i = 0; i < WORKERS; i++) {
        gcrt_go(lock_in_order, (void *)i);
        await_parked((int)i + 1, WAIT_MUTEX, &mutex);
    }
    gcrt_sleep(3000000);
    gcrt_mutex_unlock(&mutex);
    while (atomic_load(&done) != WORKERS)
        gcrt_yield();
    for (int i = 0; i < WORKERS; i++)
        CHECK(order[i] == i);
    CHECK(mutex.state[0] == 0);
    return 0;
}

static int outrun_is_refused(void *)
{
    gcrt_mutex_lock(&mutex);
    gcrt_go(lock_once, NULL);
    await_parked(1, WAIT_MUTEX, &mutex);
    gcrt_sleep(3000000);
    gcrt_mutex_unlock(&mutex);
    CHECK(!gcrt_mutex_try_lock(&mutex)); /* the only worker's: the new owner has not run yet */
    gcrt_mutex_lock(&mutex);
    CHECK(atomic_load(&done) == 1);
    return 0;
}

static void who_has_waited_long_goes_first(void **)
{
    passes(queue_up);
    child_passes("GCRT_PROCS=1", outrun_is_refused);
}

/* ---- the parking lot ---- */

enum { MUTEXES = 300, EACH = 3 };

static struct gcrt_mutex many[MUTEXES];
static int64_t served[MUTEXES];

static void lock_of_many(void *arg)
{
    int64_t number = (intptr_t)arg, at = number % MUTEXES;
    gcrt_mutex_lock(&many[at]);
    served[at] = served[at] * 10 + number / MUTEXES + 1;
    gcrt_mutex_unlock(&many[at]);
    atomic_fetch_add(&done, 1);
}

/* More addresses than buckets, so that they share; they become free from both ends to the middle. */
static int share_buckets(void *)
{
    for (int i = 0; i < MUTEXES; i++)
        gcrt_mutex_lock(&many[i]);
    for (intptr_t i = 0; i < MUTEXES * EACH; i += MUTEXES) {
        for (intptr_t at = 0; at < MUTEXES; at++)
            gcrt_go(lock_of_many, (void *)(i + at));
        await_parked((int)i + MUTEXES, WAIT_MUTEX, NULL);
    }
    gcrt_sleep(3000000);
    for (int i = 0; i < MUTEXES / 2; i++) {
        gcrt_mutex_unlock(&many[i]);
        gcrt_mutex_unlock(&many[MUTEXES - 1 - i]);
    }
    while (atomic_load(&done) != MUTEXES * EACH)
        gcrt_yield();
    for (int i = 0; i < MUTEXES; i++) {
        CHECK(served[i] == 123);
        CHECK(many[i].state[0] == 0);
    }
    return 0;
}

static void many_mutexes_share_the_parking_lot(void **)
{
    passes(share_buckets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time_wherever_the_mutex_lies),
        cmocka_unit_test(a_lock_can_be_tried_and_anybody_may_unlock),
        cmocka_unit_test(misuse_is_noticed),
        cmocka_unit_test(nobody_is_outrun_for_ever),
        cmocka_unit_test(who_has_waited_long_goes_first),
        cmocka_unit_test(many_mutexes_share_the_parking_lot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
