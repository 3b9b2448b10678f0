/* heartbeat: goroutines that wait, and a dump of them at the end (GCRT_HEAPDUMP); for the transcripts of heap path and goroutines --why.
 *
 *     forgotten   sends on a channel that it alone holds: leaked
 *     dispatch    receives from the channel of a dispatcher which a heartbeat holds, and never uses: alive
 *     beat        holds the dispatcher, and sleeps
 *     config      a global: a list of three, in arrays and nested members
 */
#include <gcrt/gcrt.h>

#include <stddef.h>

enum { MOMENT_NS = 50 * 1000 * 1000 };
static const int64_t FOR_LONG_NS = INT64_C(3600) * 1000 * 1000 * 1000;

struct dispatcher {
    int64_t beats;
    struct {
        struct gcrt_chan *jobs;
    } queue;
};
static GCRT_TYPE(dispatcher_type, struct dispatcher, queue.jobs);

struct item {
    struct item *next;
    struct dispatcher *parts[2];
};
static GCRT_TYPE(item_type, struct item, next, parts);

static struct {
    int64_t version;
    struct item *items[4];
} config;

static void forgotten(void *)
{
    struct gcrt_chan *results = gcrt_chan_new(&gcrt_type_int64, 0);
    int64_t result = 1;
    gcrt_chan_send(results, &result);
    config.version++;
}

static void dispatch(void *jobs)
{
    int64_t job;
    gcrt_chan_receive(jobs, &job);
    config.version++;
}

static void beat(void *arg)
{
    struct dispatcher *volatile dispatcher = arg;
    gcrt_sleep(FOR_LONG_NS);
    dispatcher->beats++;
}

__attribute__((noinline)) static void start_dispatcher(void)
{
    struct dispatcher *dispatcher = gcrt_new(&dispatcher_type);
    gcrt_store(&dispatcher->queue.jobs, gcrt_chan_new(&gcrt_type_int64, 0));
    gcrt_go(dispatch, dispatcher->queue.jobs);
    gcrt_go(beat, dispatcher);
}

__attribute__((noinline)) static void fill_config(void)
{
    for (int at = 0; at < 3; at++) {
        struct item *item = gcrt_new(&item_type);
        gcrt_store(&item->next, config.items[2]);
        gcrt_store(&config.items[2], item);
        if (at == 0)
            gcrt_store(&item->parts[1], gcrt_new(&dispatcher_type));
    }
}

static int program(void *)
{
    gcrt_go(forgotten, NULL);
    start_dispatcher();
    fill_config();
    gcrt_sleep(MOMENT_NS);
    return 0;
}

int main(void)
{
    return gcrt_run(NULL, program, NULL);
}
