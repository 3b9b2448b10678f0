/* states: a program that stands still with goroutines in every state, known objects and leaks, for the test that compares what is seen of it by
 * dump, control page, ptrace and core. Says "ready" when all are where they stay; its main goroutine then waits in a blocking call for
 * the end of standard input.
 *
 *     struct node     500 in a chain from a global; 100 more in a chain that only a leaked goroutine's stack holds; one with a tail of 7
 *     node array      64 pointers from the global's first node
 *     goroutines      3 leaked in a receive, 1 in a send, 1 in a select over two channels, 1 in an empty select; 1 waits for a
 *                     global's mutex; 1 sleeps; 1 computes for ever (argument 'spin') or makes
 *                     garbage for ever ('churn'); main is in a blocking call
 */
#include <gcrt/gcrt.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CHAIN = 500, HELD = 100, LEAKED = 3, TAIL = 7, LINKS = 64, SLEEP_S = 1000 };

struct node {
    struct node *next;
    int64_t value;
    struct node **links;
};
GCRT_TYPE(node_type, struct node, next, links);

struct tailed {
    int64_t count;
    struct node *items[];
};
GCRT_TYPE_TAIL(tailed_type, struct tailed, items);

static struct node *chain;
static struct tailed *tailed;
static struct gcrt_mutex mutex;
static _Atomic int arrived;
static volatile uint64_t spun;

__attribute__((noinline)) static struct node *make_chain(int length)
{
    struct node *first = NULL;
    for (int i = 0; i < length; i++) {
        struct node *node = gcrt_new(&node_type);
        node->value = i;
        gcrt_store(&node->next, first);
        first = node;
    }
    return first;
}

static void receives(void *arg)
{
    arrived++;
    gcrt_chan_receive(arg, NULL);
}

static void sends(void *arg)
{
    arrived++;
    gcrt_chan_send(arg, &(int64_t){1});
}

static void selects(void *arg)
{
    struct node *held = make_chain(HELD);
    struct gcrt_chan *other = gcrt_chan_new(&gcrt_type_int64, 0);
    struct gcrt_case cases[] = {{.chan = arg, .direction = GCRT_CASE_RECEIVE},
                                {.chan = other, .direction = GCRT_CASE_RECEIVE}};
    arrived++;
    gcrt_select(cases, 2);
    printf("%lld\n", (long long)held->value);
}

static void locks(void *)
{
    arrived++;
    gcrt_mutex_lock(&mutex);
}

static void selects_nothing(void *)
{
    arrived++;
    gcrt_select(NULL, 0);
}

static void sleeps(void *)
{
    arrived++;
    gcrt_sleep((int64_t)SLEEP_S * 1000000000);
}

static void spins(void *)
{
    arrived++;
    for (;;)
        spun++;
}

/* Makes and drops chains. */
static void churns(void *)
{
    arrived++;
    for (;;)
        make_chain(HELD);
}

static void start(void)
{
    for (int i = 0; i < LEAKED; i++)
        gcrt_go(receives, gcrt_chan_new(&gcrt_type_int64, 0));
    gcrt_go(sends, gcrt_chan_new(&gcrt_type_int64, 0));
    gcrt_go(selects, gcrt_chan_new(&gcrt_type_int64, 0));
    gcrt_go(locks, NULL);
    gcrt_go(selects_nothing, NULL);
    gcrt_go(sleeps, NULL);
}

static int run(void *arg)
{
    int expected = LEAKED + 5;
    gcrt_store(&chain, make_chain(CHAIN));
    gcrt_store(&chain->links, gcrt_new_array(&gcrt_type_pointer, LINKS));
    gcrt_store(&chain->links[LINKS - 1], chain->next);
    gcrt_store(&tailed, gcrt_new_tail(&tailed_type, TAIL));
    gcrt_store(&tailed->items[TAIL - 1], chain);
    gcrt_mutex_lock(&mutex);
    start();
    if (arg != NULL) {
        gcrt_go(strcmp(arg, "spin") == 0 ? spins : churns, NULL);
        expected++;
    }
    while (arrived < expected)
        gcrt_sleep(1000000);
    gcrt_sleep(50 * 1000000); /* so long from there to where they wait */
    for (int i = 0; i < 1000; i++)
        gcrt_new(&node_type); /* dead */
    gcrt_collect();
    make_chain(HELD);     /* dead; the cache holds the rest of a run */
    gcrt_new_bytes(HELD); /* when GCRT_STRESS collects here, nobody has swept the spans of that chain */
    puts("ready");
    fflush(stdout);
    char byte;
    gcrt_block_enter();
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    gcrt_block_leave();
    return 0;
}

int main(int, char **arguments)
{
    return gcrt_run(NULL, run, arguments[1]);
}
