/* kill_victim: allocates and starts goroutines without end, and counts in memory shared with its test after each call that returned. What
 * is counted was acknowledged: it must be found in the recording, whenever the program is killed (tests/e2e/kill.sh).
 *
 *     kill_victim FILE [CALLS]     FILE holds the counters; after so many calls of each goroutine it ends properly and prints "done"
 */
#include <gcrt/gcrt.h>

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALLOCATORS = 3 };

/* As the test reads it: 64-bit words. */
struct counters {
    _Atomic uint64_t pid;
    _Atomic uint64_t births[ALLOCATORS];
    _Atomic uint64_t creations;
};

struct first {
    int64_t words[2];
};
struct second {
    struct second *next;
    int64_t words[5];
};
struct third {
    int64_t words[25];
};
GCRT_TYPE_LEAF(first_type, struct first);
GCRT_TYPE(second_type, struct second, next);
GCRT_TYPE_LEAF(third_type, struct third);
static const struct gcrt_type *const types[ALLOCATORS] = {&first_type, &second_type, &third_type};

static struct counters *counters;
static uint64_t call_limit;
static struct gcrt_chan *done;

/* Release: the test reads after our death; it only must not be early. */
static void count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_release);
}

static void allocate(void *arg)
{
    intptr_t which = (intptr_t)arg;
    for (uint64_t calls = 0; call_limit == 0 || calls < call_limit; calls++) {
        gcrt_new(types[which]);
        count(&counters->births[which]);
        if (calls % 100 == 0)
            gcrt_yield();
    }
    gcrt_chan_send(done, &(char){0});
}

static void end_at_once(void *)
{
}

static void create(void *)
{
    for (uint64_t calls = 0; call_limit == 0 || calls < call_limit / 10; calls++) {
        gcrt_go(end_at_once, NULL);
        count(&counters->creations);
        gcrt_yield();
    }
    gcrt_chan_send(done, &(char){0});
}

static int run(void *)
{
    gcrt_store(&done, gcrt_chan_new(&gcrt_type_unit, 0));
    for (intptr_t which = 0; which < ALLOCATORS; which++)
        gcrt_go(allocate, (void *)which);
    gcrt_go(create, NULL);
    atomic_store(&counters->pid, (uint64_t)getpid());
    for (int i = 0; i < ALLOCATORS + 1; i++)
        gcrt_chan_receive(done, NULL);
    puts("done");
    return 0;
}

int main(int argc, char **argv)
{
    int fd = argc >= 2 ? open(argv[1], O_RDWR | O_CREAT, 0666) : -1;
    if (fd < 0 || ftruncate(fd, sizeof *counters) < 0)
        return 2;
    counters = mmap(NULL, sizeof *counters, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    call_limit = argc >= 3 ? strtoull(argv[2], NULL, 10) : 0;
    return counters == MAP_FAILED ? 2 : gcrt_run(NULL, run, NULL);
}
