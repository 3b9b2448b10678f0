/* Where runnable goroutines wait: `next` before the ring, the ring's turn after a streak, overflow to the global queue, shares, stealing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>

#include "sched/goroutine.h"
#include "sched/runnable.h"
#include "sched/worker.h"

enum { WORKERS = 4, RECORDS = 2000 };

static struct goroutine records[RECORDS];

static int make_workers(void **)
{
    workers_make(WORKERS);
    for (unsigned i = 0; i < RECORDS; i++)
        records[i].id = i;
    return 0;
}

static int empty_queues(void **)
{
    for (unsigned i = 0; i < WORKERS; i++) {
        while (runnable_take_global(worker_at(i), 1) != NULL || runnable_take_local(worker_at(i)) != NULL)
            ;
        worker_at(i)->next_streak = 0;
        atomic_store(&worker_at(i)->tick, 1);
        atomic_store(&worker_at(i)->monitor_tick, 0);
    }
    return 0;
}

static void assert_takes(struct worker *worker, unsigned id)
{
    const struct goroutine *goroutine = runnable_take_local(worker);
    assert_non_null(goroutine);
    assert_int_equal(goroutine->id, id);
}

static void the_next_goes_before_the_ring(void **)
{
    struct worker *worker = worker_at(0);
    runnable_add_last(worker, &records[1]);
    runnable_add_next(worker, &records[2]);
    runnable_add_next(worker, &records[3]); /* 2 goes to the ring's end */
    assert_takes(worker, 3);
    assert_takes(worker, 1);
    assert_takes(worker, 2);
    assert_null(runnable_take_local(worker));
}

/* Two that wake each other for ever leave the third its turn. */
static void a_streak_of_next_does_not_starve_the_ring(void **)
{
    struct worker *worker = worker_at(0);
    unsigned runs = 0;
    runnable_add_last(worker, &records[9]);
    for (;; runs++) {
        runnable_add_next(worker, &records[runs % 2]);
        if (runnable_take_local(worker) == &records[9])
            break;
        assert_true(runs < 1000);
    }
    assert_int_equal(runs, 64);
}

static void a_full_ring_overflows_in_order(void **)
{
    struct worker *worker = worker_at(0);
    for (unsigned i = 0; i < RUN_QUEUE_SLOTS; i++)
        runnable_add_last(worker, &records[i]);
    assert_false(runnable_global_exists());
    runnable_add_last(worker, &records[RUN_QUEUE_SLOTS]);
    assert_int_equal(run_queue_length(&worker->queue), RUN_QUEUE_SLOTS / 2);
    for (unsigned i = 0; i < RUN_QUEUE_SLOTS / 2; i++)
        assert_ptr_equal(runnable_take_global(worker_at(1), 1), &records[i]);
    assert_ptr_equal(runnable_take_global(worker_at(1), 1), &records[RUN_QUEUE_SLOTS]);
    assert_null(runnable_take_global(worker_at(1), 1));
    for (unsigned i = RUN_QUEUE_SLOTS / 2; i < RUN_QUEUE_SLOTS; i++)
        assert_takes(worker, i);
}

static void the_global_queue_is_shared_out(void **)
{
    struct worker *worker = worker_at(2);
    for (unsigned i = 0; i < 80; i++)
        runnable_add_global(&records[i]);
    assert_ptr_equal(runnable_take_global(worker, 1000), &records[0]); /* 80 / 4 workers + 1 */
    assert_int_equal(run_queue_length(&worker->queue), 20);
    for (unsigned i = 1; i <= 20; i++)
        assert_takes(worker, i);
    assert_ptr_equal(runnable_take_global(worker, 1), &records[21]);
    assert_int_equal(run_queue_length(&worker->queue), 0);
}

/* A share may be more than the ring has room for. */
static void a_share_leaves_half_the_ring(void **)
{
    struct worker *worker = worker_at(2);
    for (unsigned i = 0; i < RECORDS; i++)
        runnable_add_global(&records[i]);
    assert_ptr_equal(runnable_take_global(worker, UINT32_MAX), &records[0]);
    assert_int_equal(run_queue_length(&worker->queue), RUN_QUEUE_SLOTS / 2);
}

static void a_thief_gets_the_older_half(void **)
{
    for (uint64_t random = 0; random < 8; random++) {
        empty_queues(NULL);
        for (unsigned i = 0; i < 7; i++)
            runnable_add_last(worker_at(3), &records[i]);
        assert_ptr_equal(runnable_steal(worker_at(0), random, false), &records[0]); /* wherever it begins to look */
        for (unsigned i = 1; i < 4; i++)
            assert_takes(worker_at(0), i);
        assert_null(runnable_take_local(worker_at(0)));
        assert_int_equal(run_queue_length(&worker_at(3)->queue), 3);
    }
}

static void the_next_is_stolen_only_from_the_long_busy(void **)
{
    struct worker *busy = worker_at(1);
    runnable_add_next(busy, &records[5]);
    assert_null(runnable_steal(worker_at(0), 0, false));
    assert_null(runnable_steal(worker_at(0), 0, true)); /* it has begun a goroutine since the monitor looked */
    atomic_store(&busy->monitor_tick, atomic_load(&busy->tick));
    assert_null(runnable_steal(worker_at(0), 0, false));
    assert_ptr_equal(runnable_steal(worker_at(0), 0, true), &records[5]);
    assert_null(runnable_take_local(busy));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_next_goes_before_the_ring, empty_queues),
        cmocka_unit_test_teardown(a_streak_of_next_does_not_starve_the_ring, empty_queues),
        cmocka_unit_test_teardown(a_full_ring_overflows_in_order, empty_queues),
        cmocka_unit_test_teardown(the_global_queue_is_shared_out, empty_queues),
        cmocka_unit_test_teardown(a_share_leaves_half_the_ring, empty_queues),
        cmocka_unit_test_teardown(a_thief_gets_the_older_half, empty_queues),
        cmocka_unit_test_teardown(the_next_is_stolen_only_from_the_long_busy, empty_queues),
    };
    return cmocka_run_group_tests(tests, make_workers, NULL);
}
