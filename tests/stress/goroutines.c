/* Trees of goroutines that yield, sleep, block and end at any depth, on few workers and through forced migration: every one runs once, and its
 * frame, its errno and its objects are its own wherever it wakes.
 *
 * Runs itself under each setting, since a run is once a process.
 */
#include <gcrt/gcrt.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 6, DEPTH = 4, CHILDREN = 4, BLOCKERS = 8 };

struct node {
    struct node *parent;
    _Atomic uint32_t children_left;
    uint32_t depth;
    uint64_t number;
};
GCRT_TYPE(node_type, struct node, parent);

static _Atomic uint64_t started, ended, next_number, roots_left, blocked;
static int ends[2];

static void fail(const char *what, uint64_t number)
{
    fprintf(stderr, "goroutine of node %llu: %s\n", (unsigned long long)number, what);
    abort();
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Gives its turn away in one of all ways, with a frame full of things to check afterwards. */
static void wander(uint64_t *state, uint64_t number)
{
    volatile uint64_t frame[16];
    for (int i = 0; i < 16; i++)
        frame[i] = number * 31 + (uint64_t)i;
    errno = (int)(number % 1000) + 1;
    switch (next_random(state) % 8) {
    case 0:
        gcrt_sleep((int64_t)(next_random(state) % 200000));
        break;
    case 1:
        gcrt_block_enter();
        usleep((useconds_t)(next_random(state) % 50));
        errno = (int)(number % 1000) + 1; /* usleep may end early */
        gcrt_block_leave();
        break;
    case 2:
        gcrt_poll();
        break;
    default:
        gcrt_yield();
    }
    if (errno != (int)(number % 1000) + 1)
        fail("its errno is another's", number);
    for (int i = 0; i < 16; i++)
        if (frame[i] != number * 31 + (uint64_t)i)
            fail("its frame is another's", number);
}

static void grow(void *arg);

static void start_child(struct node *parent)
{
    struct node *node = gcrt_new(&node_type);
    gcrt_store(&node->parent, parent);
    node->depth = parent != NULL ? parent->depth + 1 : 0;
    node->number = atomic_fetch_add(&next_number, 1) + 1;
    atomic_fetch_add(&started, 1);
    if (node->number % 5 == 0)
        gcrt_go_with(&(struct gcrt_go_options){.name = "large", .stack_bytes = 300000}, grow, node, NULL);
    else
        gcrt_go(grow, node);
}

static void grow(void *arg)
{
    struct node *node = arg;
    uint64_t number = node->number, state = number;
    if (number == 0 || number > atomic_load(&next_number))
        fail("its node was freed", number);
    wander(&state, number);
    if (node->depth < DEPTH) {
        atomic_store(&node->children_left, CHILDREN);
        for (int i = 0; i < CHILDREN; i++)
            start_child(node);
        while (atomic_load(&node->children_left) > 0)
            wander(&state, number);
    }
    if (node->number != number)
        fail("its node is another's", number);
    atomic_fetch_add(&ended, 1);
    if (node->parent != NULL)
        atomic_fetch_sub(&node->parent->children_left, 1);
    else
        atomic_fetch_sub(&roots_left, 1);
    if (number % 3 == 0)
        gcrt_goexit();
}

static void block(void *)
{
    char byte;
    gcrt_block_enter();
    ssize_t count = read(ends[0], &byte, 1);
    gcrt_block_leave();
    if (count == 1)
        atomic_fetch_add(&blocked, 1);
}

static int run(void *)
{
    uint64_t each = 0, level = 1;
    for (int depth = 0; depth <= DEPTH; depth++, level *= CHILDREN)
        each += level;
    if (pipe(ends) < 0)
        return 1;
    for (int i = 0; i < BLOCKERS; i++)
        gcrt_go(block, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        atomic_store(&roots_left, 2);
        for (int i = 0; i < 2; i++)
            start_child(NULL);
        while (atomic_load(&roots_left) > 0)
            gcrt_sleep(300000);
    }
    for (int i = 0; i < BLOCKERS; i++)
        if (write(ends[1], "x", 1) != 1)
            return 1;
    while (atomic_load(&blocked) < BLOCKERS)
        gcrt_sleep(100000);
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    printf("%llu goroutines, %llu collections\n", (unsigned long long)ended, (unsigned long long)stats.cycle_count);
    return started == ended && ended == ROUNDS * 2 * each ? 0 : 1;
}

int main(void)
{
    static const char *const settings[][2] = {
        {"1", ""}, {"2", ""}, {"4", "migrate"}, {"2", "collect=5"}, {"4", "migrate,collect=3"}};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        printf("GCRT_PROCS=%s GCRT_STRESS=%s: ", settings[i][0], settings[i][1]);
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            setenv("GCRT_PROCS", settings[i][0], 1);
            setenv("GCRT_STRESS", settings[i][1], 1);
            exit(gcrt_run(NULL, run, NULL));
        }
        int status = 0;
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
            printf("failed: wait status %#x\n", (unsigned)status);
            return 1;
        }
    }
    return 0;
}
