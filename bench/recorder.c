/* recorder: what recording adds to an allocation with its call stack, to a death, and to a switch of goroutines. bench/recorder_cost runs it with and
 * without 'gctool trace' in turns and prints the differences.
 *
 *     recorder ROUNDS DEPTH    prints, a line each: births, deaths, switches: ns each, medians of short pieces
 */
#include <gcrt/gcrt.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A piece is shorter than a time slice, so that most pieces are not interrupted on a busy machine. */
enum { PIECE = 500, PIECES = 400, OBJECTS = PIECE * PIECES, ROUNDS_MAX = 100 };

struct object {
    struct object *next;
    int64_t payload[3];
};
GCRT_TYPE(object_type, struct object, next);

static struct object *sink;

struct series {
    size_t count;
    double ns[PIECES * ROUNDS_MAX];
};
static struct series births, deaths, switches;

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void add(struct series *series, double ns)
{
    series->ns[series->count++] = ns;
}

static int compare(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double median(struct series *series)
{
    qsort(series->ns, series->count, sizeof series->ns[0], compare);
    return series->ns[series->count / 2];
}

/* At two places in turns, so that the recorder's memory of the last stack does not always fit. */
__attribute__((noinline)) static void allocate(void)
{
    for (int piece = 0; piece < PIECES; piece++) {
        double begin = now_ns();
        for (int i = 0; i < PIECE / 2; i++) {
            sink = gcrt_new(&object_type);
            sink = gcrt_new(&object_type);
        }
        add(&births, (now_ns() - begin) / PIECE);
    }
    sink = NULL;
}

__attribute__((noinline)) static void descend(int depth)
{
    if (depth > 1)
        descend(depth - 1);
    else
        allocate();
    __asm__ volatile(""); /* a frame stays a frame */
}

static void collect(void)
{
    double begin = now_ns();
    gcrt_collect();
    add(&deaths, (now_ns() - begin) / OBJECTS);
}

static bool is_over;

static void yield_until_over(void *)
{
    while (!is_over)
        gcrt_yield();
}

/* Two goroutines that yield to each other: a piece is PIECE switches. */
static void switch_often(void)
{
    is_over = false;
    gcrt_go(yield_until_over, NULL);
    for (int piece = 0; piece < PIECES; piece++) {
        double begin = now_ns();
        for (int i = 0; i < PIECE / 2; i++)
            gcrt_yield();
        add(&switches, (now_ns() - begin) / PIECE);
    }
    is_over = true;
    gcrt_yield();
}

static int run(void *arg)
{
    char **argv = arg;
    int depth = atoi(argv[2]);
    int rounds = atoi(argv[1]);
    for (int round = 0; round < rounds && round < ROUNDS_MAX; round++) {
        descend(depth - 2); /* and allocate(), and run() */
        collect();
        switch_often();
    }
    printf("births %.2f\ndeaths %.2f\nswitches %.2f\n", median(&births), median(&deaths), median(&switches));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: recorder ROUNDS DEPTH\n", stderr);
        return 2;
    }
    return gcrt_run(NULL, run, argv);
}
