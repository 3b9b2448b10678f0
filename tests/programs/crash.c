/* crash.c: dies in the way that is asked for, beside parked goroutines.
 *
 *     crash HOW [PARKED]       HOW: see below; 'thread-HOW': on a thread that is no goroutine's. PARKED goroutines wait on a channel
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gcrt/gcrt.h>

struct leaf {
    uint64_t number[4];
};
GCRT_TYPE_LEAF(leaf_type, struct leaf);

struct holder {
    uint64_t label;
    struct leaf *leaf;
    struct holder *next;
};
GCRT_TYPE(holder_type, struct holder, leaf, next);

static struct holder *kept;

#define NOT_INLINE __attribute__((noinline, no_sanitize("undefined")))

NOT_INLINE static void null_write(void)
{
    static volatile int *volatile nowhere;
    *nowhere = 1;
}

NOT_INLINE static void wild_jump(void)
{
    static void (*volatile wild)(void) = (void (*)(void))0x1234;
    wild();
    __asm__ volatile("");
}

NOT_INLINE static void divide(void)
{
    static volatile int zero;
    zero = 7 / zero; /* of 1 the compiler makes a comparison */
}

NOT_INLINE static void illegal(void)
{
    __asm__ volatile("ud2");
}

/* A block whose size is overwritten: free() aborts, holding the lock of its arena. */
NOT_INLINE static void abort_in_malloc(void)
{
    volatile size_t *volatile block = malloc(40);
    block[-1] = 3;
    free((void *)(uintptr_t)block);
    __asm__ volatile("");
}

NOT_INLINE static int recurse(volatile char *outer)
{
    volatile char page[2048];
    page[0] = outer != NULL ? outer[0] : 1;
    return page[0] != 0 ? recurse(page) + page[0] : 0;
}

NOT_INLINE static void overflow(void)
{
    recurse(NULL);
}

NOT_INLINE static void panic(void)
{
    gcrt_panic("the answer is %d", 42);
}

NOT_INLINE static void sent(void)
{
    kill(getpid(), SIGSEGV);
    for (;;)
        pause();
}

/* Two collections over a list of holders with their leaves: GCRT_FAULT shows at the end of one of them. */
NOT_INLINE static void collect(void)
{
    for (int i = 0; i < 100; i++) {
        struct holder *holder = gcrt_new(&holder_type);
        holder->label = 0x1abe1;
        gcrt_store(&holder->leaf, gcrt_new(&leaf_type));
        gcrt_store(&holder->next, kept);
        kept = holder;
    }
    gcrt_collect();
    gcrt_collect();
    puts("nothing was found");
    exit(0);
}

static const struct {
    const char *name;
    void (*function)(void);
} ways[] = {
    {"null-write", null_write},
    {"wild-jump", wild_jump},
    {"divide", divide},
    {"illegal", illegal},
    {"abort-in-malloc", abort_in_malloc},
    {"overflow", overflow},
    {"panic", panic},
    {"sent", sent},
    {"collect", collect},
};

static void die(const char *how)
{
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (strcmp(ways[i].name, how) == 0)
            ways[i].function();
}

static struct gcrt_chan *never;

static void park(void *)
{
    struct leaf value;
    gcrt_chan_receive(never, &value);
}

static void *die_on_thread(void *how)
{
    die(how);
    return NULL;
}

static void die_as_goroutine(void *how)
{
    die(how);
}

static int run(void *arg)
{
    char **arguments = arg;
    never = gcrt_chan_new(&leaf_type, 0);
    for (int i = arguments[2] != NULL ? atoi(arguments[2]) : 3; i > 0; i--)
        gcrt_go_with(&(struct gcrt_go_options){.name = "parked"}, park, NULL, "crash.c:1");
    gcrt_sleep(1000 * 1000);
    pthread_t thread;
    if (strncmp(arguments[1], "thread-", 7) == 0)
        pthread_create(&thread, NULL, die_on_thread, arguments[1] + 7);
    else
        gcrt_go_with(&(struct gcrt_go_options){.name = "doomed"}, die_as_goroutine, arguments[1], "crash.c:2");
    gcrt_sleep(INT64_MAX);
    return 0;
}

int main(int, char **arguments)
{
    return gcrt_run(NULL, run, arguments);
}
