/* waits: goroutines that wait for ever, and goroutines that only seem to: a case each (tests/e2e/leaks.sh knows the verdicts).
 *
 *     waits CASE [SECONDS]       prepares the case, prints "ready", goes on for so long, and returns
 *
 * All is prepared by a goroutine that ends, so that no stack that is left holds what its waiters wait for by accident.
 */
#include <gcrt/gcrt.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MILLISECOND_NS = 1000 * 1000, PARKED_NS = 100 * MILLISECOND_NS, NODES = 1000, NODE_WORDS = 7 };

struct node {
    struct node *next;
    int64_t words[NODE_WORDS];
};
GCRT_TYPE(node_type, struct node, next);

struct task {
    struct gcrt_chan *in, *out;
    struct gcrt_waitgroup *group;
    struct gcrt_mutex *mutex;
};
GCRT_TYPE(task_type, struct task, in, out, group, mutex);

static _Atomic int begun;                      /* goroutines that are about to wait */
static void *global;                           /* a root */
static _Thread_local void *volatile of_thread; /* none */
static void *_Atomic to_keep_in_thread;        /* address of a channel, complemented, so that this is no root of it */

static struct gcrt_chan *channel_new(void)
{
    return gcrt_chan_new(&gcrt_type_int64, 0);
}

static struct task *task_new(struct gcrt_chan *in, struct gcrt_chan *out)
{
    struct task *task = gcrt_new(&task_type);
    task->in = in;
    task->out = out;
    return task;
}

static struct node *list_new(int count)
{
    struct node *first = NULL;
    for (int i = 0; i < count; i++) {
        struct node *node = gcrt_new(&node_type);
        node->next = first;
        first = node;
    }
    return first;
}

/* ---- what goroutines do ---- */

static void range_over(void *arg)
{
    struct gcrt_chan *jobs = arg;
    struct node *done = list_new(NODES);
    begun++;
    int64_t job;
    while (gcrt_chan_receive(jobs, &job))
        done->words[0] += job;
}

static void send_to(void *arg)
{
    begun++;
    gcrt_chan_send(arg, &(int64_t){1});
}

/* Receives, and then sends to the next of the chain. */
static void pass_on(void *arg)
{
    struct task *task = arg;
    int64_t value;
    begun++;
    gcrt_chan_receive(task->in, &value);
    gcrt_chan_send(task->out, &value);
}

static void sleep_and_send(void *arg)
{
    begun++;
    gcrt_sleep(3600LL * 1000 * MILLISECOND_NS);
    gcrt_chan_send(arg, &(int64_t){1});
}

static void beat(void *)
{
    begun++;
    for (;;) {
        struct task *dispatcher = global;
        gcrt_chan_try_send(dispatcher->out, &(int64_t){1});
        gcrt_sleep(10 * MILLISECOND_NS);
    }
}

static void wait_for_nothing(void *)
{
    begun++;
    gcrt_chan_receive(NULL, NULL);
}

static void select_nothing(void *)
{
    begun++;
    gcrt_select(NULL, 0);
}

static void select_two(void *)
{
    struct gcrt_case cases[] = {{channel_new(), GCRT_CASE_RECEIVE, NULL, false},
                                {channel_new(), GCRT_CASE_RECEIVE, NULL, false}};
    begun++;
    gcrt_select(cases, 2);
}

static void lock(void *arg)
{
    begun++;
    gcrt_mutex_lock(arg);
}

/* Waits for ever for what nobody has, with a mutex on its stack that somebody else waits for. */
static void hold_mutex(void *)
{
    struct gcrt_mutex mutex = {0};
    gcrt_mutex_lock(&mutex);
    gcrt_go(lock, &mutex);
    begun++;
    gcrt_chan_receive(channel_new(), NULL);
}

static void wait_for_group(void *arg)
{
    begun++;
    gcrt_waitgroup_wait(arg);
}

static void sleep_and_be_done(void *arg)
{
    begun++;
    gcrt_sleep(3600LL * 1000 * MILLISECOND_NS);
    gcrt_waitgroup_done(arg);
}

static void be_stuck_and_done(void *arg)
{
    begun++;
    gcrt_chan_receive(channel_new(), NULL);
    gcrt_waitgroup_done(arg);
}

static void work_on_task(void *arg)
{
    struct task *task = arg;
    sleep_and_be_done(task->group);
}

/* The usual way to wait for others: the group lies on the stack of who waits. */
static void wait_for_workers(void *arg)
{
    void (*worker)(void *) = *(void (**)(void *))arg;
    struct gcrt_waitgroup group = {0};
    gcrt_waitgroup_add(&group, 1);
    gcrt_go_with(&(struct gcrt_go_options){.name = "worker"}, worker, &group, GCRT_SITE);
    begun++;
    gcrt_waitgroup_wait(&group);
}

/* The same, and the worker knows the group through an object alone. */
static void wait_for_task(void *)
{
    struct gcrt_waitgroup group = {0};
    struct task *task = task_new(NULL, NULL);
    task->group = &group;
    gcrt_waitgroup_add(&group, 1);
    gcrt_go(work_on_task, task);
    begun++;
    gcrt_waitgroup_wait(&group);
}

static void sleep_and_send_result(void *arg)
{
    struct task *task = arg;
    begun++;
    gcrt_sleep(3600LL * 1000 * MILLISECOND_NS);
    gcrt_chan_send(task->out, &(int64_t){1});
}

/* The channel is an object, but its address is on the stack of who waits alone, and the worker knows where. */
static void wait_for_result(void *)
{
    struct task task = {.out = channel_new()};
    gcrt_go(sleep_and_send_result, &task);
    begun++;
    gcrt_chan_receive(task.out, NULL);
}

/* A thread of the system, whose thread-locals the collector does not look at. */
static void *keep_in_thread(void *)
{
    of_thread = (void *)~(uintptr_t)atomic_load(&to_keep_in_thread);
    atomic_store(&to_keep_in_thread, NULL);
    pause();
    return NULL;
}

/* ---- the cases ---- */

static int range_case(void)
{
    gcrt_go(range_over, channel_new());
    return 1;
}

static int chain_case(void)
{
    struct gcrt_chan *first = channel_new(), *second = channel_new();
    gcrt_go(pass_on, task_new(first, channel_new()));
    gcrt_go(pass_on, task_new(second, first));
    gcrt_go(sleep_and_send, second);
    return 3;
}

static int heartbeat_case(void)
{
    global = task_new(channel_new(), channel_new());
    gcrt_go(beat, NULL);
    gcrt_go(send_to, ((struct task *)global)->in);
    return 2;
}

static int malloc_case(void)
{
    struct gcrt_chan *volatile *kept = malloc(sizeof *kept);
    *kept = channel_new();
    gcrt_go(range_over, *kept);
    return 1;
}

static int thread_local_case(void)
{
    struct gcrt_chan *channel = channel_new();
    pthread_t thread;
    gcrt_go(range_over, channel);
    atomic_store(&to_keep_in_thread, (void *)~(uintptr_t)channel);
    pthread_create(&thread, NULL, keep_in_thread, NULL);
    while (atomic_load(&to_keep_in_thread) != NULL)
        gcrt_yield();
    return 1;
}

static int nil_case(void)
{
    gcrt_go(wait_for_nothing, NULL);
    return 1;
}

static int empty_select_case(void)
{
    gcrt_go(select_nothing, NULL);
    return 1;
}

static int select_case(void)
{
    gcrt_go(select_two, NULL);
    return 1;
}

static int mutex_case(void)
{
    gcrt_go(hold_mutex, NULL);
    return 2;
}

static int group_case(void)
{
    struct gcrt_waitgroup *group = gcrt_new_bytes(sizeof *group);
    gcrt_waitgroup_add(group, 1);
    gcrt_go(wait_for_group, group);
    return 1;
}

static int workers_case(void)
{
    static void (*worker)(void *) = sleep_and_be_done;
    gcrt_go(wait_for_workers, &worker);
    return 2;
}

static int stuck_workers_case(void)
{
    static void (*worker)(void *) = be_stuck_and_done;
    gcrt_go(wait_for_workers, &worker);
    return 2;
}

static int task_case(void)
{
    gcrt_go(wait_for_task, NULL);
    return 2;
}

static int results_case(void)
{
    gcrt_go(wait_for_result, NULL);
    return 2;
}

/* A list that no recursion could follow. */
static int list_case(void)
{
    global = list_new(1000 * 1000);
    return 0;
}

static const struct {
    const char *name;
    int (*prepare)(void); /* returns how many goroutines begin */
} cases[] = {
    {"range", range_case},
    {"chain", chain_case},
    {"heartbeat", heartbeat_case},
    {"malloc", malloc_case},
    {"thread_local", thread_local_case},
    {"nil", nil_case},
    {"empty_select", empty_select_case},
    {"select", select_case},
    {"mutex", mutex_case},
    {"group", group_case},
    {"workers", workers_case},
    {"stuck_workers", stuck_workers_case},
    {"task", task_case},
    {"results", results_case},
    {"list", list_case},
};

static _Atomic int prepared; /* how many goroutines begin, plus one */

static void prepare(void *arg)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strcmp(cases[i].name, arg) == 0)
            prepared = cases[i].prepare() + 1;
}

static int run(void *arg)
{
    char **argv = arg;
    gcrt_go(prepare, argv[1]);
    while (prepared == 0 || begun < prepared - 1)
        gcrt_sleep(MILLISECOND_NS);
    gcrt_sleep(PARKED_NS);
    puts("ready");
    fflush(stdout);
    if (argv[2] != NULL)
        gcrt_sleep(atoll(argv[2]) * 1000 * MILLISECOND_NS);
    return 0;
}

int main(int argc, char **argv)
{
    return argc < 2 ? 2 : gcrt_run(NULL, run, argv);
}
