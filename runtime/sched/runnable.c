#include "sched/runnable.h"

#include <stdatomic.h>
#include <stddef.h>

#include "platform/lock.h"
#include "sched/goroutine.h"
#include "sched/worker.h"

/* After so many runs of `next` in a row the ring gets its turn: two goroutines that wake each other would starve it. */
enum { NEXT_STREAK_MAX = 64 };

static struct {
    struct lock lock;
    struct goroutine *first, *last; /* linked by queue_next; under `lock` */
    _Atomic uint32_t count;         /* written under `lock`, read by anybody */
} global;

void runnable_add_global(struct goroutine *goroutine)
{
    goroutine->queue_next = NULL;
    lock_take(&global.lock);
    if (global.first == NULL)
        global.first = goroutine;
    else
        global.last->queue_next = goroutine;
    global.last = goroutine;
    /* Relaxed: a hint for those who look without the lock; idle_wait() looks under a lock that the waker takes later. */
    atomic_fetch_add_explicit(&global.count, 1, memory_order_relaxed);
    lock_release(&global.lock);
}

bool runnable_global_exists(void)
{
    return atomic_load_explicit(&global.count, memory_order_relaxed) != 0;
}

/* The ring is full: its older half and the newcomer go to everybody. */
static void overflow(struct worker *worker, struct goroutine *goroutine)
{
    struct goroutine *batch[RUN_QUEUE_SLOTS / 2];
    unsigned count = run_queue_take_half(&worker->queue, batch);
    for (unsigned i = 0; i < count; i++)
        runnable_add_global(batch[i]);
    runnable_add_global(goroutine);
}

void runnable_add_last(struct worker *worker, struct goroutine *goroutine)
{
    if (!run_queue_push(&worker->queue, goroutine))
        overflow(worker, goroutine);
}

void runnable_add_next(struct worker *worker, struct goroutine *goroutine)
{
    /* Release: a thief that takes `next` sees the record. Acquire: the one taken out may have been put there by an earlier holder. */
    struct goroutine *former = atomic_exchange_explicit(&worker->next, goroutine, memory_order_acq_rel);
    if (former != NULL)
        runnable_add_last(worker, former);
}

static struct goroutine *take_next(struct worker *worker)
{
    /* Relaxed: only the holder writes a goroutine there; a thief at most takes it away, which the exchange notices. */
    if (atomic_load_explicit(&worker->next, memory_order_relaxed) == NULL)
        return NULL;
    /* Acquire: pairs with the release in runnable_add_next(). */
    return atomic_exchange_explicit(&worker->next, NULL, memory_order_acquire);
}

struct goroutine *runnable_take_local(struct worker *worker)
{
    if (worker->next_streak < NEXT_STREAK_MAX) {
        struct goroutine *next = take_next(worker);
        if (next != NULL) {
            worker->next_streak++;
            return next;
        }
    }
    worker->next_streak = 0;
    struct goroutine *oldest = run_queue_pop(&worker->queue);
    return oldest != NULL ? oldest : take_next(worker);
}

static struct goroutine *global_pop(void)
{
    struct goroutine *goroutine = global.first;
    if (goroutine == NULL)
        return NULL;
    global.first = goroutine->queue_next;
    goroutine->queue_next = NULL;
    atomic_fetch_sub_explicit(&global.count, 1, memory_order_relaxed); /* relaxed: see runnable_add_global() */
    return goroutine;
}

struct goroutine *runnable_take_global(struct worker *worker, uint32_t count_max)
{
    if (!runnable_global_exists())
        return NULL;
    lock_take(&global.lock);
    uint32_t share = atomic_load_explicit(&global.count, memory_order_relaxed) / worker_count() + 1;
    if (share > count_max)
        share = count_max;
    struct goroutine *first = global_pop();
    while (--share > 0 && run_queue_length(&worker->queue) < RUN_QUEUE_SLOTS / 2) {
        struct goroutine *more = global_pop();
        if (more == NULL)
            break;
        runnable_add_last(worker, more); /* there is room, so it does not come back here */
    }
    lock_release(&global.lock);
    return first;
}

struct goroutine *runnable_steal(struct worker *thief, uint64_t random, bool desperate)
{
    unsigned count = worker_count();
    for (unsigned i = 0; i < count; i++) {
        struct worker *victim = worker_at((unsigned)((random + i) % count));
        if (victim == thief)
            continue;
        struct goroutine *stolen = run_queue_steal(&thief->queue, &victim->queue);
        if (stolen == NULL && desperate && worker_is_long_busy(victim))
            stolen = take_next(victim);
        if (stolen != NULL)
            return stolen;
    }
    return NULL;
}

bool runnable_exists(void)
{
    if (runnable_global_exists())
        return true;
    for (unsigned i = 0; i < worker_count(); i++)
        if (run_queue_length(&worker_at(i)->queue) != 0)
            return true;
    return false;
}
