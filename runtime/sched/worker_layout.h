/* worker_layout.h: what a worker is made of. Its own header so that the fast paths can be inline loads.
 *
 * Invariant: `state` is RUNNING or BLOCKING exactly while a thread holds the worker. Fields without a remark belong to the holder.
 */
#ifndef RUNTIME_SCHED_WORKER_LAYOUT_H
#define RUNTIME_SCHED_WORKER_LAYOUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/lock.h"
#include "sched/run_queue.h"

struct goroutine;
struct heap_cache;
struct thread;
struct timer;

enum worker_state {
    WORKER_IDLE,     /* nobody's; on the idle list or being handed to a thread */
    WORKER_RUNNING,  /* its holder may touch it */
    WORKER_BLOCKING, /* its holder is in a blocking call and must win it back; the monitor may take it away */
};

/* Timers of one worker: a 4-ary heap on `when_ns`; timer->heap_index is its place, from 1. Everything under `lock`. */
struct timer_heap {
    struct lock lock;
    struct timer **entries; /* mapped memory, grown by mremap */
    uint32_t count, capacity;
    _Atomic int64_t next_ns; /* the earliest, INT64_MAX when empty; written under the lock, read by anybody */
};

struct worker {
    struct heap_cache *cache; /* the allocator's; see worker_cache() */
    unsigned index;
    _Atomic uint32_t state;           /* enum worker_state */
    _Atomic(struct thread *) held_by; /* for stops and reports */
    _Atomic uint32_t tick;            /* counts goroutines begun; thieves and the monitor compare it */
    uint32_t next_streak;             /* runs of `next` in a row while the queue waited */
    _Atomic(struct goroutine *) next; /* runs before the queue; the holder exchanges it, a thief takes it when it stays too long */
    struct run_queue queue;
    struct goroutine *free_records;   /* ended goroutines with warm stacks, newest first, linked by queue_next */
    unsigned free_count;
    uint64_t next_id, last_id;        /* ids set aside for this worker */
    int64_t woke_at_ticks;            /* when it last woke another worker */
    struct timer_heap timers;
    struct worker *idle_next;         /* under the idle lock */
    uint32_t monitor_tick;            /* the monitor's last look at `tick` */
    bool monitor_saw_blocking;
};

#endif
