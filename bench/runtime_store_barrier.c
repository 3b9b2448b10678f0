/* What gcrt_store() costs beside a plain store, with the flag clear and set; for comparison a test in plain C, which a stop may split.
 *
 * Usage: runtime_store_barrier [ROUNDS]     prints a line a case: ns of a plain store, and the ratios of the other forms to it; medians of ROUNDS (15)
 *                                   rounds, in each of which all forms run one after the other
 */
#include <gcrt/gcrt.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "platform/store_block.h"
#include "sched/runtime_call.h"
#include "sched/stop.h"

enum { SLOTS = 1024, BARE_PASSES = 2000, NODES = 100000, REVERSALS = 20, NEW_OBJECTS = 500000, ROUNDS_MAX = 99 };

struct node {
    struct node *next;
    uint64_t value[5];
};
GCRT_TYPE(node_type, struct node, next);

struct slots {
    struct node *slots[SLOTS];
};
GCRT_TYPE(slots_type, struct slots, slots);

static struct node *list;
static struct slots *slots;

#define PLAIN_STORE(slot, value) __atomic_store_n((slot), (value), __ATOMIC_RELAXED)
#define TEST_IN_C(slot, value)                                                  \
    do {                                                                        \
        if (__builtin_expect(*(const volatile uint8_t *)&gcrt_barrier_flag, 0)) \
            gcrt_store((slot), (value));                                        \
        else                                                                    \
            PLAIN_STORE((slot), (value));                                       \
    } while (0)

/* The same loops for each form. */
#define LOOPS(form, STORE)                                         \
    static void bare_##form(void)                                  \
    {                                                              \
        struct node **to = slots->slots, *value = list;            \
        for (int pass = 0; pass < BARE_PASSES; pass++)             \
            for (int i = 0; i < SLOTS; i++)                        \
                STORE(&to[i], value);                              \
    }                                                              \
    static void reverse_##form(void)                               \
    {                                                              \
        for (int reversal = 0; reversal < REVERSALS; reversal++) { \
            struct node *done = NULL, *node = list;                \
            while (node != NULL) {                                 \
                struct node *next = node->next;                    \
                STORE(&node->next, done);                          \
                done = node;                                       \
                node = next;                                       \
            }                                                      \
            STORE(&list, done);                                    \
        }                                                          \
    }                                                              \
    static void initialise_##form(void)                            \
    {                                                              \
        for (int i = 0; i < NEW_OBJECTS; i++) {                    \
            struct node *node = gcrt_new(&node_type);              \
            STORE(&node->next, list);                              \
        }                                                          \
    }
LOOPS(plain, PLAIN_STORE)
LOOPS(block, gcrt_store)
LOOPS(test, TEST_IN_C)

static const struct {
    const char *name;
    int stores;
    void (*plain)(void), (*block)(void), (*test)(void);
} cases[] = {
    {"bare stores to 8 KiB", SLOTS *BARE_PASSES, bare_plain, bare_block, bare_test},
    {"reversing a list", NODES *REVERSALS, reverse_plain, reverse_block, reverse_test},
    {"new objects, one field", NEW_OBJECTS, initialise_plain, initialise_block, initialise_test},
};

/* ---- measuring ---- */

static void turn_flag(void *value)
{
    world_stop(STOP_COLLECT);
    gcrt_barrier_flag = *(const uint8_t *)value;
    world_start();
}

static void set_flag(uint8_t value)
{
    runtime_enter();
    runtime_on_scheduler_stack(turn_flag, &value);
    runtime_leave();
}

static double time_of(void (*function)(void), int stores)
{
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    function();
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / stores;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *numbers, int count)
{
    qsort(numbers, (size_t)count, sizeof *numbers, compare);
    return numbers[count / 2];
}

static void measure(unsigned number, int rounds)
{
    double plain[ROUNDS_MAX], ratios[4][ROUNDS_MAX];
    for (int round = 0; round < rounds; round++) {
        set_flag(0);
        cases[number].plain(); /* warms up for the one that is timed first */
        plain[round] = time_of(cases[number].plain, cases[number].stores);
        ratios[0][round] = time_of(cases[number].block, cases[number].stores) / plain[round];
        ratios[1][round] = time_of(cases[number].test, cases[number].stores) / plain[round];
        set_flag(1);
        ratios[2][round] = time_of(cases[number].block, cases[number].stores) / plain[round];
        ratios[3][round] = time_of(cases[number].test, cases[number].stores) / plain[round];
        set_flag(0);
    }
    printf("%-24s plain %5.2f ns   flag clear: block %4.2f, test in C %4.2f   flag set: block %5.2f, test in C %5.2f\n",
           cases[number].name, median(plain, rounds), median(ratios[0], rounds), median(ratios[1], rounds),
           median(ratios[2], rounds), median(ratios[3], rounds));
}

static int run(void *arg)
{
    gcrt_store(&slots, gcrt_new(&slots_type));
    for (int i = 0; i < NODES; i++) {
        struct node *node = gcrt_new(&node_type);
        gcrt_store(&node->next, list);
        gcrt_store(&list, node);
    }
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
        measure(i, *(const int *)arg);
    return 0;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 15;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: runtime_store_barrier [ROUNDS], 1 to %d\n", ROUNDS_MAX);
        return 3;
    }
    struct gcrt_options options = {.procs = 1};
    return gcrt_run(&options, run, &rounds);
}
