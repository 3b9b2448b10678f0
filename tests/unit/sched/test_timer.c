/* The timers of a worker: against a sorted model, then armed, disarmed and fired by several threads at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "sched/thread.h"
#include "sched/timer.h"
#include "sched/worker.h"

enum { WORKERS = 3, TIMERS = 3000, STEPS = 60000 };

static struct thread threads[WORKERS];

/* Makes the calling thread one that holds the worker. */
static void hold_worker(unsigned index)
{
    threads[index].worker = worker_at(index);
    gcrt_thread = &threads[index];
}

static int make_workers(void **)
{
    workers_make(WORKERS);
    hold_worker(0);
    return 0;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* ---- against a model ---- */

static struct timer timers[TIMERS];
static int64_t model_ns[TIMERS]; /* when it fires; 0: not armed */
static int64_t last_fired_ns;
static unsigned fired_count;

static void fire(struct timer *timer, int64_t now_ns)
{
    size_t index = (size_t)(timer - timers);
    assert_int_equal(timer->when_ns, model_ns[index]);
    assert_true(timer->when_ns <= now_ns);
    assert_true(timer->when_ns >= last_fired_ns); /* the earliest first */
    assert_int_equal(timer->heap_index, 0);
    last_fired_ns = timer->when_ns;
    model_ns[index] = 0;
    fired_count++;
}

static int64_t model_next_ns(void)
{
    int64_t next_ns = INT64_MAX;
    for (size_t i = 0; i < TIMERS; i++)
        if (model_ns[i] != 0 && model_ns[i] < next_ns)
            next_ns = model_ns[i];
    return next_ns;
}

static unsigned model_count_until(int64_t now_ns)
{
    unsigned count = 0;
    for (size_t i = 0; i < TIMERS; i++)
        count += model_ns[i] != 0 && model_ns[i] <= now_ns;
    return count;
}

static void check_heap(void)
{
    const struct timer_heap *heap = &worker_at(0)->timers;
    for (uint32_t place = 0; place < heap->count; place++) {
        assert_int_equal(heap->entries[place]->heap_index, place + 1);
        if (place > 0)
            assert_true(heap->entries[(place - 1) / 4]->when_ns <= heap->entries[place]->when_ns);
    }
    assert_int_equal(heap->count, model_count_until(INT64_MAX - 1));
    assert_int_equal(timers_next_ns(), model_next_ns());
}

static void run_until(int64_t now_ns)
{
    unsigned due_count = model_count_until(now_ns), before = fired_count;
    last_fired_ns = 0;
    assert_int_equal(timers_run(worker_at(0), now_ns), due_count > 0);
    assert_int_equal(fired_count - before, due_count);
}

static void it_fires_the_due_in_order(void **)
{
    uint64_t state = 3;
    int64_t now_ns = 1;
    for (int i = 0; i < STEPS; i++) {
        uint64_t random = next_random(&state);
        size_t index = random % TIMERS;
        if (random / TIMERS % 200 == 0) {
            now_ns += (int64_t)(next_random(&state) % 400);
            run_until(now_ns);
            check_heap();
        } else if (model_ns[index] == 0) {
            timers[index].fire = fire;
            model_ns[index] = now_ns + 1 + (int64_t)(next_random(&state) % 1000);
            timer_arm(&timers[index], model_ns[index]);
        } else {
            assert_true(timer_disarm(&timers[index]));
            assert_false(timer_disarm(&timers[index]));
            model_ns[index] = 0;
        }
    }
    run_until(INT64_MAX - 1);
    assert_int_equal(timers_next_ns(), INT64_MAX);
    assert_true(fired_count > 100);
}

/* ---- from inside `fire` ---- */

static unsigned ticks;

static void fire_again(struct timer *timer, int64_t now_ns)
{
    if (++ticks < 5)
        timer_arm(timer, now_ns + 10);
}

static void a_timer_may_arm_itself(void **)
{
    struct timer ticker = {.fire = fire_again};
    timer_arm(&ticker, 100);
    for (int64_t now_ns = 100; now_ns < 200; now_ns += 10)
        timers_run(worker_at(0), now_ns);
    assert_int_equal(ticks, 5);
    assert_false(timer_disarm(&ticker));
    assert_int_equal(timers_next_ns(), INT64_MAX);
}

static unsigned visited;

static void visit(const struct root_range *range, void *context)
{
    assert_int_equal((const char *)range->high - (const char *)range->low, sizeof(void *));
    assert_int_equal(range->kind, ROOT_TIMER);
    visited += *(void *const *)range->low == context;
}

static void arguments_of_armed_timers_are_visited(void **)
{
    int object;
    struct timer armed[10];
    for (int i = 0; i < 10; i++) {
        armed[i] = (struct timer){.fire = fire, .arg = &object};
        timer_arm(&armed[i], 1000 + i);
    }
    assert_true(timer_disarm(&armed[3]));
    timers_visit(visit, &object);
    assert_int_equal(visited, 9);
    for (int i = 0; i < 10; i++)
        timer_disarm(&armed[i]);
}

/* ---- raced: each arming is ended once, by firing or by disarming ---- */

enum { RACERS = 3, RACED_TIMERS = 64, ROUNDS = 3000 };

struct raced {
    struct timer timer;
    _Atomic uint32_t armed, fired;
    uint32_t disarmed; /* of the owner */
};

static struct raced raced[RACERS][RACED_TIMERS];
static _Atomic unsigned racers_left = RACERS;

static void fire_raced(struct timer *timer, int64_t)
{
    struct raced *it = timer->arg;
    atomic_fetch_add(&it->fired, 1);
}

/* Arms and disarms its own timers, runs everybody's. */
static void *race(void *arg)
{
    unsigned self = (unsigned)(uintptr_t)arg;
    uint64_t state = self + 1;
    hold_worker(self);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < RACED_TIMERS; i++) {
            struct raced *it = &raced[self][i];
            bool is_over = it->armed == it->fired + it->disarmed;
            if (is_over) {
                it->timer.fire = fire_raced;
                it->timer.arg = it;
                it->armed++;
                timer_arm(&it->timer, 1 + (int64_t)(next_random(&state) % 100));
            } else if (next_random(&state) % 2 == 0) {
                it->disarmed += timer_disarm(&it->timer);
            }
        }
        timers_run(worker_at((unsigned)(next_random(&state) % RACERS)), (int64_t)(next_random(&state) % 120));
    }
    racers_left--;
    while (racers_left > 0)
        timers_run(worker_at(self), 50);
    timers_run(worker_at(self), 200);
    return NULL;
}

static void each_arming_ends_once(void **)
{
    pthread_t racers[RACERS];
    uint64_t fired = 0, disarmed = 0;
    for (uintptr_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_create(&racers[i], NULL, race, (void *)i), 0);
    for (int i = 0; i < RACERS; i++)
        assert_int_equal(pthread_join(racers[i], NULL), 0);
    for (int i = 0; i < RACERS; i++) {
        for (int j = 0; j < RACED_TIMERS; j++) {
            assert_int_equal(raced[i][j].armed, raced[i][j].fired + raced[i][j].disarmed);
            fired += raced[i][j].fired;
            disarmed += raced[i][j].disarmed;
        }
    }
    assert_true(fired > 0 && disarmed > 0);
    assert_int_equal(timers_next_ns(), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_fires_the_due_in_order),
        cmocka_unit_test(a_timer_may_arm_itself),
        cmocka_unit_test(arguments_of_armed_timers_are_visited),
        cmocka_unit_test(each_arming_ends_once),
    };
    return cmocka_run_group_tests(tests, make_workers, NULL);
}
