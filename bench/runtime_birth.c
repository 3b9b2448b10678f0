/* What the runtime's side of a birth costs an observed program: the same allocations with no observer and with one that does nothing, alternated.
 *
 * Usage: runtime_birth [ROUNDS]     prints ns an allocation of both and their difference; medians of ROUNDS (15)
 */
#include <gcrt/gcrt.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "observe/observe.h"

enum { OBJECTS = 2000000, ROUNDS_MAX = 99 };

struct node {
    struct node *next;
    uint64_t value;
};
GCRT_TYPE(node_type, struct node, next);

static uint64_t births;

static void see_type(unsigned, uint32_t, uint64_t, uint32_t, const char *)
{
}
static void see_span(unsigned, const struct observe_span *)
{
}
static void see_acquired(unsigned)
{
}
static void see_release(unsigned, uint32_t, uint32_t)
{
}
static void see_birth(unsigned, uint32_t, uint32_t, const void *)
{
    births++;
}
static void see_deaths(unsigned, uint32_t, uint32_t, const uint64_t *, size_t)
{
}
static void see_stop(unsigned, uint8_t)
{
}
static void see_phase(unsigned, uint64_t, uint8_t)
{
}
static void see_cycle(unsigned, const struct observe_cycle *)
{
}

/* Only what an allocation and a collection call: the one goroutine never parks while it is observed. */
static const struct observer observer = {
    .type = see_type,
    .span_new = see_span,
    .span_acquired = see_acquired,
    .span_release = see_release,
    .birth = see_birth,
    .deaths = see_deaths,
    .stop_begin = see_stop,
    .stop_done = see_stop,
    .stop_end = see_stop,
    .phase = see_phase,
    .cycle = see_cycle,
};

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double time_with(const struct observer *observed)
{
    gcrt_collect();
    gcrt_observer = observed;
    double begin = now_ns();
    for (int i = 0; i < OBJECTS; i++)
        gcrt_keep_alive(gcrt_new(&node_type));
    double end = now_ns();
    gcrt_observer = NULL;
    return (end - begin) / OBJECTS;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int run(void *arg)
{
    int rounds = *(const int *)arg;
    double plain[ROUNDS_MAX], observed[ROUNDS_MAX];
    for (int round = 0; round < rounds; round++) {
        plain[round] = time_with(NULL);
        observed[round] = time_with(&observer);
    }
    qsort(plain, (size_t)rounds, sizeof *plain, compare);
    qsort(observed, (size_t)rounds, sizeof *observed, compare);
    printf("allocation   no observer %5.2f ns   one that does nothing %5.2f ns   difference %5.2f ns\n",
           plain[rounds / 2], observed[rounds / 2], observed[rounds / 2] - plain[rounds / 2]);
    return births == (uint64_t)rounds * OBJECTS ? 0 : 1;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 15;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: runtime_birth [ROUNDS], 1 to %d\n", ROUNDS_MAX);
        return 3;
    }
    struct gcrt_options options = {.procs = 1};
    return gcrt_run(&options, run, &rounds);
}
