/* What goroutines and channels cost, ns an operation, on the workers that GCRT_PROCS says: one line a case, "CASE NS".
 * bench/channels_beside_go runs it beside the same work in Go.
 *
 * Usage: channels
 */
#include <gcrt/gcrt.h>

#include <stdio.h>
#include <time.h>

enum { BUFFERED = 128, RING = 1000, SELECTED = 4, LOCKERS = 8 };

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* ---- the cases: each does `count` operations ---- */

static struct gcrt_chan *there, *back, *ring[RING + 1], *selected[SELECTED];
static struct gcrt_waitgroup group;
static struct gcrt_mutex mutex;
static volatile int64_t guarded;
static int64_t operations;

static void pong(void *)
{
    int64_t value;
    while (gcrt_chan_receive(there, &value))
        gcrt_chan_send(back, &value);
}

static void ping_pong(int64_t count)
{
    gcrt_store(&there, gcrt_chan_new(&gcrt_type_int64, 0));
    gcrt_store(&back, gcrt_chan_new(&gcrt_type_int64, 0));
    gcrt_go(pong, NULL);
    for (int64_t i = 0; i < count; i++) {
        gcrt_chan_send(there, &i);
        gcrt_chan_receive(back, NULL);
    }
    gcrt_chan_close(there);
}

static void send_all(void *)
{
    for (int64_t i = 0; i < operations; i++)
        gcrt_chan_send(there, &i);
    gcrt_chan_close(there);
}

static void buffered(int64_t count)
{
    operations = count;
    gcrt_store(&there, gcrt_chan_new(&gcrt_type_int64, BUFFERED));
    gcrt_go(send_all, NULL);
    int64_t value;
    while (gcrt_chan_receive(there, &value))
        ;
}

static void pass_on(void *arg)
{
    int64_t at = (intptr_t)arg, value;
    while (gcrt_chan_receive(ring[at], &value))
        gcrt_chan_send(ring[at + 1], &value);
    gcrt_chan_close(ring[at + 1]);
}

static void ring_hop(int64_t count)
{
    for (int i = 0; i <= RING; i++)
        gcrt_store(&ring[i], gcrt_chan_new(&gcrt_type_int64, 0));
    for (intptr_t i = 0; i < RING; i++)
        gcrt_go(pass_on, (void *)i);
    for (int64_t i = 0; i < count / RING; i++) {
        gcrt_chan_send(ring[0], &i);
        gcrt_chan_receive(ring[RING], NULL);
    }
    gcrt_chan_close(ring[0]);
    gcrt_chan_receive(ring[RING], NULL);
}

static void send_share(void *arg)
{
    for (int64_t i = 0; i < operations / SELECTED; i++)
        gcrt_chan_send(arg, &i);
}

static void select_over_4(int64_t count)
{
    operations = count;
    struct gcrt_case cases[SELECTED];
    int64_t values[SELECTED];
    for (int i = 0; i < SELECTED; i++) {
        gcrt_store(&selected[i], gcrt_chan_new(&gcrt_type_int64, 0));
        gcrt_go(send_share, selected[i]);
        cases[i] = (struct gcrt_case){.chan = selected[i], .direction = GCRT_CASE_RECEIVE, .element = &values[i]};
    }
    for (int64_t i = 0; i < count / SELECTED * SELECTED; i++)
        gcrt_select(cases, SELECTED);
}

static void lock_share(void *)
{
    for (int64_t i = 0; i < operations / LOCKERS; i++) {
        gcrt_mutex_lock(&mutex);
        guarded = guarded + 1;
        gcrt_mutex_unlock(&mutex);
    }
    gcrt_waitgroup_done(&group);
}

static void mutex_of_8(int64_t count)
{
    operations = count;
    gcrt_waitgroup_add(&group, LOCKERS);
    for (int i = 0; i < LOCKERS; i++)
        gcrt_go(lock_share, NULL);
    gcrt_waitgroup_wait(&group);
}

static void end_at_once(void *)
{
    gcrt_waitgroup_done(&group);
}

static void spawn_and_join(int64_t count)
{
    gcrt_waitgroup_add(&group, count);
    for (int64_t i = 0; i < count; i++)
        gcrt_go(end_at_once, NULL);
    gcrt_waitgroup_wait(&group);
}

static void yield_share(void *)
{
    for (int64_t i = 0; i < operations / 2; i++)
        gcrt_yield();
    gcrt_waitgroup_done(&group);
}

static void yield_of_2(int64_t count)
{
    operations = count;
    gcrt_waitgroup_add(&group, 2);
    gcrt_go(yield_share, NULL);
    gcrt_go(yield_share, NULL);
    gcrt_waitgroup_wait(&group);
}

static const struct {
    const char *name; /* as the peer's */
    void (*run)(int64_t count);
    int64_t count;
} cases[] = {
    {"ping-pong", ping_pong, 500000},    {"buffered", buffered, 3000000},  {"ring-hop", ring_hop, 1000000},
    {"select-4", select_over_4, 500000}, {"mutex-8", mutex_of_8, 4000000}, {"spawn-join", spawn_and_join, 500000},
    {"yield", yield_of_2, 2000000},
};

static int run(void *)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cases[i].run(cases[i].count / 10); /* warm */
        double begin = now_ns();
        cases[i].run(cases[i].count);
        printf("%s %.1f\n", cases[i].name, (now_ns() - begin) / (double)cases[i].count);
    }
    return 0;
}

int main(void)
{
    return gcrt_run(NULL, run, NULL);
}
