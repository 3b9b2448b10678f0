/* cases.h: how the cases of these tests run and end, each in a child, and how they wait for each other. After <cmocka.h>. */
#ifndef TESTS_UNIT_SYNC_CASES_H
#define TESTS_UNIT_SYNC_CASES_H

#include <signal.h>

#include <gcrt/goroutine.h>
#include <gcrt/run.h>

#include "sched/goroutine.h"
#include "support/child_run.h"

/* The entry exits with 0 on one worker and on three, when every wake-up changes the queue, and with very many collections. */
static inline void passes(int (*entry)(void *arg))
{
    child_passes("GCRT_PROCS=1", entry);
    child_passes("GCRT_PROCS=3", entry);
    child_passes("GCRT_PROCS=3 GCRT_STRESS=migrate", entry);
    child_passes("GCRT_PROCS=2 GCRT_STRESS=collect=7", entry);
}

/* Everybody waits for ever, somebody of them for `reason`, and the runtime says so. */
static inline void deadlocks(int (*entry)(void *arg), const char *reason)
{
    const struct child *child = child_goroutine("GCRT_PROCS=2", entry, NULL);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "deadlock"));
    assert_true(child_says(child, reason));
}

static inline void panics(int (*entry)(void *arg), const char *text)
{
    const struct child *child = child_goroutine("GCRT_PROCS=1", entry, NULL);
    assert_int_equal(child->signal, SIGABRT);
    assert_true(child_says(child, text));
}

/* Goroutines that are parked for `reason`, at `object` unless that is NULL. */
static inline int count_parked(enum wait_reason reason, const void *object)
{
    int count = 0;
    for (struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        count += atomic_load(&it->status) == GOROUTINE_WAITING && atomic_load(&it->wait_reason) == reason &&
                 (object == NULL || atomic_load(&it->wait_object) == object);
    return count;
}

static inline void await_parked(int count, enum wait_reason reason, const void *object)
{
    while (count_parked(reason, object) != count)
        gcrt_yield();
}

#endif
