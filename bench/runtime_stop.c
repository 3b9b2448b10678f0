/* How long it takes until everybody stands: from asking for a stop to the last thread, beside threads that do various things.
 *
 * Usage: runtime_stop [STOPS]     prints a line a case: microseconds at the median, the 99th percentile and the longest, of STOPS (1000) stops, and how
 *                         many of the threads were stopped by a signal
 */
#include <gcrt/gcrt.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/clock.h"
#include "sched/runtime_call.h"
#include "sched/stop.h"

enum { STOPS_MAX = 100000, THREADS_MAX = 8, LARGE_BYTES = 64 << 20 };

struct small {
    uint64_t words[2];
};
GCRT_TYPE_LEAF(small_type, struct small);

static _Atomic int running, is_over;
static FILE *file;
static char *large;

static void loop(void)
{
    for (volatile int i = 0; i < 1000; i++)
        ;
}

static void use_malloc(void)
{
    free(malloc(100));
}

static void use_printf(void)
{
    fprintf(file, "%d %s\n", 5, "and text");
}

static void set_memory(void)
{
    memset(large, 1, LARGE_BYTES);
}

static void allocate(void)
{
    *(volatile uint64_t *)gcrt_new(&small_type) = 1;
}

static void yield(void)
{
    gcrt_yield();
}

static const struct {
    const char *name;
    int threads;
    void (*step)(void);
} cases[] = {
    {"2 in loops", 2, loop},
    {"8 in loops", 8, loop},
    {"2 in malloc and free", 2, use_malloc},
    {"2 in fprintf", 2, use_printf},
    {"1 in a 64 MiB memset", 1, set_memory},
    {"2 in gcrt_new", 2, allocate},
    {"2 in gcrt_yield", 2, yield},
};

static void repeat(void *step)
{
    void (*const function)(void) = *(void (*const *)(void))step;
    atomic_fetch_add(&running, 1);
    while (!atomic_load_explicit(&is_over, memory_order_relaxed))
        function();
    atomic_fetch_sub(&running, 1);
}

static void time_stop(void *ret_us)
{
    int64_t begin_ns = clock_monotonic_ns();
    world_stop(STOP_COLLECT);
    *(double *)ret_us = (double)(clock_monotonic_ns() - begin_ns) / 1000;
    world_start();
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static uint64_t signal_count(void)
{
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    return stats.stop_signal_count;
}

static void measure(unsigned number, int stops)
{
    static double times_us[STOPS_MAX];
    void (*step)(void) = cases[number].step;
    atomic_store(&is_over, 0);
    for (int i = 0; i < cases[number].threads; i++)
        gcrt_go(repeat, &step);
    while (atomic_load(&running) < cases[number].threads)
        gcrt_sleep(1000000);
    uint64_t before = signal_count();
    for (int i = 0; i < stops; i++) {
        runtime_enter();
        runtime_on_scheduler_stack(time_stop, &times_us[i]);
        runtime_leave();
        gcrt_sleep(200000);
    }
    uint64_t by_signal = signal_count() - before;
    atomic_store(&is_over, 1);
    while (atomic_load(&running) > 0)
        gcrt_sleep(1000000);
    qsort(times_us, (size_t)stops, sizeof *times_us, compare);
    printf("%-22s p50 %7.1f us   p99 %7.1f us   longest %7.1f us   %3.0f %% by signal\n", cases[number].name,
           times_us[stops / 2], times_us[stops * 99 / 100], times_us[stops - 1],
           100.0 * (double)by_signal / stops / cases[number].threads);
}

static int run(void *arg)
{
    file = fopen("/dev/null", "w");
    large = malloc(LARGE_BYTES);
    if (file == NULL || large == NULL)
        return 1;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
        measure(i, *(const int *)arg);
    return 0;
}

int main(int argc, char **argv)
{
    int stops = argc > 1 ? atoi(argv[1]) : 1000;
    if (stops < 1 || stops > STOPS_MAX) {
        fprintf(stderr, "usage: runtime_stop [STOPS], 1 to %d\n", STOPS_MAX);
        return 3;
    }
    struct gcrt_options options = {.procs = THREADS_MAX + 1};
    return gcrt_run(&options, run, &stops);
}
