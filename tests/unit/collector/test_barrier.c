/* The store block under a storm of stops, each of which turns the flag: what was stored since the last stop was recorded exactly if the flag
 * was set, however the stop met the block. A store in plain C is the control: it must be caught. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <gcrt/goroutine.h>
#include <gcrt/memory.h>
#include <gcrt/run.h>
#include <gcrt/store.h>

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "collector/barrier.h"
#include "collector/copy.h"
#include "platform/fibre.h"
#include "platform/store_block.h"
#include "sched/runtime_call.h"
#include "sched/stop.h"
#include "sched/worker.h"
#include "support/child.h"
#include "support/child_run.h"

#define NEEDS_STOPS_IN_PLACE()    \
    do {                          \
        if (FIBRE_DELAYS_SIGNALS) \
            skip();               \
    } while (0)

enum { STORERS = 2, STOPS = 1000, SLOTS = 16 };

static struct storer {
    void *slots[SLOTS];                         /* each round writes its number into all */
    _Alignas(64) _Atomic uintptr_t seen[SLOTS]; /* at the last stop */
    struct barrier_buffer *buffer;              /* the storer never leaves its worker */
    uint64_t recorded_count;
} storers[STORERS];

static _Atomic int ready, gone;
static _Atomic int is_over;
static _Atomic uint64_t stop_number, violations;

/* ---- the storers ---- */

static void store_by_block(void **slots, void *value)
{
#pragma GCC unroll 16
    for (unsigned i = 0; i < SLOTS; i++)
        gcrt_store(&slots[i], value);
}

/* What a compiler could make of it. */
static void store_in_plain_c(void **slots, void *value)
{
#pragma GCC unroll 16
    for (unsigned i = 0; i < SLOTS; i++) {
        if (__atomic_load_n(&gcrt_barrier_flag, __ATOMIC_RELAXED))
            gcrt_store(&slots[i], value);
        else
            __atomic_store_n(&slots[i], value, __ATOMIC_RELAXED);
    }
}

static void (*store_round)(void **slots, void *value);
static int handler_flags = -1; /* -1: no timer */

/* Interrupts the storer anywhere, so that stops meet a handler of the program above the block. */
static void arm_own_timer(void)
{
    if (handler_flags < 0)
        return;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM};
    event._sigev_un._tid = gettid();
    timer_t timer;
    struct itimerspec interval = {.it_interval.tv_nsec = 50000, .it_value.tv_nsec = 50000};
    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    CHECK(timer_settime(timer, 0, &interval, NULL) == 0);
}

static void handle_alarm(int)
{
    for (volatile int i = 0; i < 3000; i++)
        ;
}

/* A store that the last stop did not see was done since: with the flag as it is now, thus recorded exactly if that is set. The stop emptied
 * the buffer, as this does after each round. */
static void check_round(struct storer *storer, uintptr_t value)
{
    uint64_t number;
    unsigned new_count;
    uint32_t recorded;
    bool is_set;
    do {
        number = atomic_load(&stop_number);
        new_count = 0;
        for (unsigned i = 0; i < SLOTS; i++)
            new_count += atomic_load_explicit(&storer->seen[i], memory_order_relaxed) != value;
        is_set = __atomic_load_n(&gcrt_barrier_flag, __ATOMIC_RELAXED);
        recorded = __atomic_load_n(&storer->buffer->count, __ATOMIC_RELAXED) / 2;
    } while (atomic_load(&stop_number) != number);
    violations += recorded != (is_set ? new_count : 0);
    storer->recorded_count += recorded;
    __atomic_store_n(&storer->buffer->count, 0, __ATOMIC_RELAXED);
}

static void store_until_told(void *arg)
{
    struct storer *storer = arg;
    storer->buffer = worker_current()->barrier;
    arm_own_timer();
    atomic_fetch_add(&ready, 1);
    for (uintptr_t value = 1; !atomic_load_explicit(&is_over, memory_order_relaxed); value++) {
        store_round(storer->slots, (void *)value);
        check_round(storer, value);
    }
    atomic_fetch_add(&gone, 1);
}

/* ---- the stops ---- */

static void forget(const struct root_range *, void *)
{
}

static void turn_flag(void *)
{
    world_stop(STOP_COLLECT);
    for (unsigned i = 0; i < STORERS; i++)
        for (unsigned slot_number = 0; slot_number < SLOTS; slot_number++)
            atomic_store(&storers[i].seen[slot_number], (uintptr_t)storers[i].slots[slot_number]);
    barrier_drain(forget, NULL);
    gcrt_barrier_flag = !gcrt_barrier_flag;
    atomic_fetch_add(&stop_number, 1);
    world_start();
}

static void storm(void)
{
    for (unsigned i = 0; i < STORERS; i++)
        gcrt_go(store_until_told, &storers[i]);
    while (atomic_load(&ready) < STORERS)
        gcrt_sleep(100000);
    for (int i = 0; i < STOPS; i++) {
        runtime_enter();
        runtime_on_scheduler_stack(turn_flag, NULL);
        runtime_leave();
        nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
    }
    atomic_store(&is_over, 1);
    while (atomic_load(&gone) < STORERS)
        gcrt_sleep(100000);
    for (unsigned i = 0; i < STORERS; i++)
        CHECK(storers[i].recorded_count > STOPS);
}

static int no_store_is_split(void *)
{
    if (handler_flags >= 0) {
        struct sigaction action = {.sa_handler = handle_alarm, .sa_flags = SA_RESTART | handler_flags};
        CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    }
    storm();
    CHECK(violations == 0);
    return 0;
}

static int some_store_is_split(void *)
{
    storm();
    CHECK(violations > 0);
    return 0;
}

static void a_stop_never_splits_a_store(void **)
{
    NEEDS_STOPS_IN_PLACE();
    store_round = store_by_block;
    child_passes("GCRT_PROCS=4", no_store_is_split);
}

static void a_stop_splits_a_store_in_plain_c(void **)
{
    NEEDS_STOPS_IN_PLACE();
    store_round = store_in_plain_c;
    child_passes("GCRT_PROCS=4", some_store_is_split);
}

static void a_stop_in_a_handler_of_the_program_never_splits_a_store(void **)
{
    NEEDS_STOPS_IN_PLACE();
    store_round = store_by_block;
    handler_flags = 0;
    child_passes("GCRT_PROCS=4", no_store_is_split);
    handler_flags = SA_ONSTACK;
    child_passes("GCRT_PROCS=4", no_store_is_split);
    handler_flags = -1;
}

/* ---- what is recorded ---- */

struct pair {
    struct pair *a;
    uint64_t number;
    struct pair *b[2];
};
GCRT_TYPE(pair_type, struct pair, a, b);

static struct pair pairs[4];
static struct pair *slot;

static const struct barrier_buffer *own_buffer(void)
{
    return worker_current()->barrier;
}

static void empty_buffers(void)
{
    barrier_drain(forget, NULL);
}

static bool recorded(size_t count, const struct pair *const *values)
{
    bool same = own_buffer()->count == count;
    for (size_t i = 0; same && i < count; i++)
        same = own_buffer()->values[i] == (uintptr_t)values[i];
    empty_buffers();
    return same;
}
#define RECORDED(...) \
    recorded(sizeof((const struct pair *[]){__VA_ARGS__}) / sizeof(void *), (const struct pair *const[]){__VA_ARGS__})

/* One worker, nobody else: no stop comes. */
static int each_call_records_old_and_new(void *)
{
    struct pair *const one = &pairs[0], *const two = &pairs[1], *const three = &pairs[2];
    empty_buffers();
    gcrt_store(&slot, one);
    CHECK(RECORDED(NULL, one) && slot == one);
    CHECK(gcrt_exchange(&slot, two) == one);
    CHECK(RECORDED(one, two) && slot == two);
    struct pair *expected = one;
    CHECK(!gcrt_compare_exchange(&slot, &expected, three) && expected == two);
    CHECK(own_buffer()->count == 0);
    CHECK(gcrt_compare_exchange(&slot, &expected, three));
    CHECK(RECORDED(two, three) && slot == three);
    pairs[0] = (struct pair){.a = one, .b = {two, three}};
    pairs[1] = (struct pair){.a = three, .b = {two, one}};
    gcrt_copy(&pairs[0], &pairs[1], &pair_type, 1);
    CHECK(RECORDED(one, two, three, three, two, one) && pairs[0].b[1] == one);
    copy_zeroes(&pairs[0], &pair_type, 1);
    CHECK(RECORDED(three, two, one) && pairs[0].a == NULL);
    gcrt_barrier_flag = 0;
    gcrt_store(&slot, one);
    gcrt_exchange(&slot, two);
    gcrt_copy(&pairs[0], &pairs[1], &pair_type, 1);
    CHECK(own_buffer()->count == 0);
    return 0;
}

static void each_call_records_the_old_and_the_new_value(void **)
{
    child_passes("GCRT_PROCS=1 GCRT_STRESS=barrier", each_call_records_old_and_new);
}

static int fill_buffer(void *)
{
    empty_buffers();
    for (uintptr_t i = 1; i <= 3 * BARRIER_VALUES_MAX; i++) {
        gcrt_store(&slot, &pairs[i % 4]);
        CHECK(own_buffer()->count % 2 == 0 && own_buffer()->count <= BARRIER_VALUES_MAX);
        CHECK(own_buffer()->values[own_buffer()->count - 1] == (uintptr_t)&pairs[i % 4]);
    }

    gcrt_collect();
    CHECK(own_buffer()->count == 0);
    return 0;
}

static void a_full_buffer_begins_anew_and_a_marking_empties_it(void **)
{
    child_passes("GCRT_PROCS=1 GCRT_STRESS=barrier", fill_buffer);
}

/* A value that only a buffer holds is handed to the marking. */
static __attribute__((noinline)) void store_and_overwrite(struct pair **place)
{
    gcrt_store(place, gcrt_new(&pair_type));
    (*place)->number = 7;
    gcrt_store(place, NULL);
}

/* All registers but flags survive the slow path. */
static int keeps_registers(void *)
{
    uint64_t sum = 0;
    double real = 1.5;
    for (int i = 0; i < 1000; i++) {
        uint64_t a = (uint64_t)i * 3, b = (uint64_t)i * 5, c = (uint64_t)i * 7, d = (uint64_t)i * 11,
                 e = (uint64_t)i * 13;
        gcrt_store(&slot, &pairs[i % 4]);
        sum += a + b + c + d + e - (uint64_t)i * 39;
        real = real * 1.0000001 + (double)(i % 4) - (double)(slot - pairs);
    }
    CHECK(sum == 0 && real > 1.5 && real < 1.51);
    store_and_overwrite(&slot);
    CHECK(((const struct pair *)own_buffer()->values[own_buffer()->count - 2])->number == 7);
    return 0;
}

static void the_slow_path_keeps_registers(void **)
{
    child_passes("GCRT_PROCS=1 GCRT_STRESS=barrier", keeps_registers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_never_splits_a_store),
        cmocka_unit_test(a_stop_splits_a_store_in_plain_c),
        cmocka_unit_test(a_stop_in_a_handler_of_the_program_never_splits_a_store),
        cmocka_unit_test(each_call_records_the_old_and_the_new_value),
        cmocka_unit_test(a_full_buffer_begins_anew_and_a_marking_empties_it),
        cmocka_unit_test(the_slow_path_keeps_registers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
