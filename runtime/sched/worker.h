/* worker.h: a processor: run queue, timers, allocation cache. GCRT_PROCS of them; a thread must hold one to run goroutines.
 *
 * `struct thread` is an operating-system thread. Its `depth` counts runtime calls in progress (0: user code runs), see runtime_call.h.
 * One thread holds a worker at a time; what hangs on the worker needs no atomics but where thieves and stops look.
 */
#ifndef RUNTIME_SCHED_WORKER_H
#define RUNTIME_SCHED_WORKER_H

#include <stdatomic.h>
#include <stdint.h>

struct heap_cache; /* heap/cache.h: the allocator's per-worker part, made by heap at worker_cache_create */
struct goroutine;

enum { WORKER_COUNT_MAX = 256 };

struct worker;
struct thread;

/* The thread of the caller: one volatile read of an initial-exec thread-local, so that no compiler keeps it across a switch. NULL: a foreign thread. */
struct thread *thread_current(void);
struct worker *worker_current(void);
unsigned worker_index(const struct worker *worker);
unsigned worker_count(void);
struct worker *worker_at(unsigned index);

/* The allocator's pointer on a worker. Read on the fast path: sched/worker_layout.h makes it an inline load. */
struct heap_cache *worker_cache(const struct worker *worker);
void worker_cache_set(struct worker *worker, struct heap_cache *cache);

#endif
