/* The ring of runnable goroutines: against a model on one thread, then with thieves on real ones: nobody is lost, nobody runs twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "sched/goroutine.h"
#include "sched/run_queue.h"

/* The queue never looks into what it holds: numbers from 1 stand for goroutines. */
static struct goroutine *of_number(uintptr_t number)
{
    return (struct goroutine *)number;
}

static uintptr_t number_of(const struct goroutine *goroutine)
{
    return (uintptr_t)goroutine;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* ---- one thread ---- */

enum { MODEL_SLOTS = 1 << 20, MODEL_STEPS = 300000 };

/* What is in the queue, oldest first. */
struct model {
    uintptr_t numbers[MODEL_SLOTS];
    unsigned first, last;
};

static void take_from_model(struct model *model, struct goroutine *taken)
{
    if (model->first == model->last) {
        assert_null(taken);
        return;
    }
    assert_int_equal(number_of(taken), model->numbers[model->first++]);
}

static void steal_with_model(struct model *model, struct run_queue *queue)
{
    static struct run_queue thief; /* goes on where it was: its counters wrap, too */
    unsigned length = model->last - model->first, half = length - length / 2;
    struct goroutine *oldest = run_queue_steal(&thief, queue);
    take_from_model(model, oldest);
    assert_int_equal(run_queue_length(&thief), half > 0 ? half - 1 : 0);
    for (unsigned i = 1; i < half; i++)
        take_from_model(model, run_queue_pop(&thief));
    assert_null(run_queue_pop(&thief));
}

static void half_with_model(struct model *model, struct run_queue *queue)
{
    struct goroutine *batch[RUN_QUEUE_SLOTS / 2];
    unsigned length = model->last - model->first;
    unsigned count = run_queue_take_half(queue, batch);
    assert_int_equal(count, length - length / 2);
    for (unsigned i = 0; i < count; i++)
        take_from_model(model, batch[i]);
}

static void step(struct model *model, struct run_queue *queue, uint64_t random, uintptr_t number)
{
    /* Phases in which it fills and in which it empties, so that both ends of the range are reached. */
    bool fills = number / 3000 % 2 == 0;
    if (random % 16 < (fills ? 11 : 5)) {
        bool has_room = model->last - model->first < RUN_QUEUE_SLOTS;
        assert_int_equal(run_queue_push(queue, of_number(number)), has_room);
        if (has_room)
            model->numbers[model->last++] = number;
    } else if (random % 1024 == 15) {
        steal_with_model(model, queue);
    } else if (random % 1024 == 31) {
        half_with_model(model, queue);
    } else {
        take_from_model(model, run_queue_pop(queue));
    }
    assert_int_equal(run_queue_length(queue), model->last - model->first);
}

static void it_is_a_queue_of_256(void **)
{
    static struct model model;
    static struct run_queue queue;
    uint64_t state = 1;
    atomic_store(&queue.head, UINT32_MAX - 1000); /* the counters wrap early */
    atomic_store(&queue.tail, UINT32_MAX - 1000);
    for (uintptr_t number = 1; number <= MODEL_STEPS; number++)
        step(&model, &queue, next_random(&state), number);
    assert_true(model.first > MODEL_STEPS / 4);
}

/* ---- thieves ---- */

enum { THIEVES = 3, NUMBERS = 400000 };

static struct run_queue shared;
static _Atomic uint8_t seen[NUMBERS + 1];
static _Atomic bool has_ended;

static void see(const struct goroutine *goroutine)
{
    assert_true(number_of(goroutine) >= 1 && number_of(goroutine) <= NUMBERS);
    atomic_fetch_add(&seen[number_of(goroutine)], 1);
}

static void *steal_until_the_end(void *arg)
{
    struct run_queue *own = arg;
    uint64_t count = 0;
    while (!has_ended || run_queue_length(&shared) != 0) {
        struct goroutine *stolen = run_queue_steal(own, &shared);
        for (; stolen != NULL; stolen = run_queue_pop(own), count++)
            see(stolen);
    }
    return (void *)count;
}

/* A thief of thieves: the queues that are stolen into are stolen from at once. */
static void *steal_from_thieves(void *arg)
{
    struct run_queue *queues = arg;
    struct run_queue *own = &queues[THIEVES];
    uint64_t count = 0;
    while (!has_ended) {
        for (int i = 0; i < THIEVES; i++) {
            struct goroutine *stolen = run_queue_steal(own, &queues[i]);
            for (; stolen != NULL; stolen = run_queue_pop(own), count++)
                see(stolen);
        }
    }
    return (void *)count;
}

static void fill(void)
{
    uint64_t state = 7;
    for (uintptr_t number = 1; number <= NUMBERS;) {
        struct goroutine *batch[RUN_QUEUE_SLOTS / 2];
        if (run_queue_push(&shared, of_number(number))) {
            number++;
        } else {
            unsigned count = run_queue_take_half(&shared, batch);
            for (unsigned i = 0; i < count; i++)
                see(batch[i]);
        }
        if (next_random(&state) % 4 == 0) {
            struct goroutine *popped = run_queue_pop(&shared);
            if (popped != NULL)
                see(popped);
        }
    }
}

static void thieves_take_each_once(void **)
{
    static struct run_queue queues[THIEVES + 1];
    pthread_t threads[THIEVES + 1];
    void *count;
    uint64_t stolen = 0;
    for (int i = 0; i < THIEVES; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, steal_until_the_end, &queues[i]), 0);
    assert_int_equal(pthread_create(&threads[THIEVES], NULL, steal_from_thieves, queues), 0);
    fill();
    has_ended = true;
    for (int i = 0; i <= THIEVES; i++) {
        assert_int_equal(pthread_join(threads[i], &count), 0);
        stolen += (uint64_t)count;
    }
    for (int i = 0; i <= THIEVES; i++)
        for (struct goroutine *left; (left = run_queue_pop(&queues[i])) != NULL;)
            see(left);
    for (uintptr_t number = 1; number <= NUMBERS; number++)
        if (seen[number] != 1)
            fail_msg("%lu was taken %u times", (unsigned long)number, seen[number]);
    assert_true(stolen > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_queue_of_256),
        cmocka_unit_test(thieves_take_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
