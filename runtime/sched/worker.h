/* worker.h: a processor: run queue, timers, allocation cache. GCRT_PROCS of them; a thread must hold one to run goroutines.
 *
 * One thread holds a worker at a time; what hangs on the worker needs no atomics but where thieves and stops look.
 */
#ifndef RUNTIME_SCHED_WORKER_H
#define RUNTIME_SCHED_WORKER_H

#include "sched/thread.h"
#include "sched/worker_layout.h"

enum { WORKER_COUNT_MAX = 256 };

/* For the layout table; others ask worker_at() and worker_count(). */
extern struct worker workers[WORKER_COUNT_MAX];
extern unsigned workers_made;

/* The worker of the caller's thread. NULL on a foreign thread, and in a blocking call. */
static inline __attribute__((always_inline)) struct worker *worker_current(void)
{
    struct thread *thread = thread_current();
    return thread != NULL ? thread->worker : NULL;
}

static inline unsigned worker_index(const struct worker *worker)
{
    return worker->index;
}

/* Fixed once gcrt_run has begun. */
unsigned worker_count(void);
struct worker *worker_at(unsigned index);

/* No goroutine has begun on it since the monitor looked. Any thread. */
static inline bool worker_is_long_busy(const struct worker *worker)
{
    /* Relaxed, both: a guess, and a wrong one costs no more than a look. */
    return atomic_load_explicit(&worker->tick, memory_order_relaxed) ==
           atomic_load_explicit(&worker->monitor_tick, memory_order_relaxed);
}

/* Makes the workers, all idle. Called once, by scheduler_start. */
void workers_make(unsigned count);

/* The allocator's part, hung up by heap_worker_start(). */
static inline struct heap_cache *worker_cache(const struct worker *worker)
{
    return worker->cache;
}

static inline void worker_cache_set(struct worker *worker, struct heap_cache *cache)
{
    worker->cache = cache;
}

#endif
