/* What goroutines cost: starting one and waiting for its end, giving one's turn away, and many that are parked.
 *
 * Usage: goroutines spawn|yield|parked     prints ns an operation; of `parked`: ns from first start to last end, and resident bytes, both for each
 *                                          goroutine, page tables included
 * bench/goroutines_beside_go runs it beside bench/peers/go/goroutines.go, which does the same work.
 */
#include <gcrt/gcrt.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SPAWNS = 2000000, YIELDERS = 16, YIELDS = 400000, PARKED = 100000 };

static struct gcrt_waitgroup group, gate;

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void end(void *)
{
    gcrt_waitgroup_done(&group);
}

static double spawn(void)
{
    double begun_ns = now_ns();
    for (int i = 0; i < SPAWNS; i++) {
        gcrt_waitgroup_add(&group, 1);
        gcrt_go(end, NULL);
        gcrt_waitgroup_wait(&group);
    }
    return (now_ns() - begun_ns) / SPAWNS;
}

static void yield_often(void *)
{
    for (int i = 0; i < YIELDS; i++)
        gcrt_yield();
    gcrt_waitgroup_done(&group);
}

static double yield(void)
{
    double begun_ns = now_ns();
    gcrt_waitgroup_add(&group, YIELDERS);
    for (int i = 0; i < YIELDERS; i++)
        gcrt_go(yield_often, NULL);
    gcrt_waitgroup_wait(&group);
    return (now_ns() - begun_ns) / ((double)YIELDERS * YIELDS);
}

static void park(void *)
{
    gcrt_waitgroup_wait(&gate);
    gcrt_waitgroup_done(&group);
}

/* Kilobytes of a line of /proc/self/status. */
static double status_kilobytes(const char *name)
{
    char line[200];
    unsigned long kilobytes = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            sscanf(line + strlen(name), ": %lu", &kilobytes);
    if (file != NULL)
        fclose(file);
    return (double)kilobytes;
}

static double parked(double *ret_bytes)
{
    double before = status_kilobytes("VmRSS") + status_kilobytes("VmPTE"), begun_ns = now_ns();
    gcrt_waitgroup_add(&group, PARKED);
    gcrt_waitgroup_add(&gate, 1);
    for (int i = 0; i < PARKED; i++)
        gcrt_go(park, NULL);
    gcrt_yield();
    double started_ns = now_ns();
    *ret_bytes = (status_kilobytes("VmRSS") + status_kilobytes("VmPTE") - before) * 1024 / PARKED;
    double resumed_ns = now_ns();
    gcrt_waitgroup_done(&gate);
    gcrt_waitgroup_wait(&group);
    return (now_ns() - resumed_ns + started_ns - begun_ns) / PARKED;
}

static int run(void *arg)
{
    const char *name = arg;
    double bytes;
    if (strcmp(name, "spawn") == 0)
        printf("%.1f\n", spawn());
    else if (strcmp(name, "yield") == 0)
        printf("%.1f\n", yield());
    else if (strcmp(name, "parked") == 0)
        printf("%.1f", parked(&bytes)), printf(" %.0f\n", bytes);
    else
        return fprintf(stderr, "goroutines: no such case: %s\n", name), 3;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: goroutines spawn|yield|parked\n");
        return 3;
    }
    return gcrt_run(NULL, run, argv[1]);
}
