/* worker_layout.h: what a worker is made of. Its own header so that the fast paths can be inline loads.
 *
 * `state`: WORKER_IDLE      nobody's: on the idle list, or being handed to a thread
 *          WORKER_RUNNING   its holder may touch it; fields without a remark are the holder's
 *          otherwise        the address of the thread that held it when it went into a blocking call: that thread may win it back, or the
 *                           monitor take it away, by compare-and-exchange
 */
#ifndef RUNTIME_SCHED_WORKER_LAYOUT_H
#define RUNTIME_SCHED_WORKER_LAYOUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/lock.h"
#include "sched/run_queue.h"

struct barrier_buffer;
struct goroutine;
struct heap_cache;
struct thread;
struct timer;

enum { WORKER_IDLE = 0, WORKER_RUNNING = 1 };

/* Timers of one worker: a 4-ary heap on `when_ns`; timer->heap_index is its place, from 1. Everything under `lock`. */
struct timer_heap {
    struct lock lock;
    struct timer **entries; /* mapped memory, grown by mremap */
    uint32_t count, capacity;
    _Atomic int64_t next_ns; /* the earliest, INT64_MAX when empty; written under the lock, read by anybody */
};

struct worker {
    struct heap_cache *cache;       /* the allocator's; see worker_cache() */
    struct barrier_buffer *barrier; /* the collector's; barrier_slow.S knows its place */
    unsigned index;
    _Atomic uintptr_t state;
    _Atomic(struct thread *) held_by; /* for stops and reports */
    _Atomic uint32_t tick;            /* counts goroutines begun; thieves and the monitor compare it */
    uint32_t next_streak;             /* runs of `next` in a row while the queue waited */
    _Atomic(struct goroutine *) next; /* runs before the queue; a thief takes it when it stays too long */
    struct run_queue queue;
    struct goroutine *free_records; /* ended goroutines with warm stacks, newest first, linked by queue_next */
    unsigned free_count;
    uint64_t next_id, last_id; /* ids set aside for this worker */
    uint64_t woke_at_cycles;   /* when it last woke another worker, by the time stamp counter */
    struct timer_heap timers;
    uint64_t blocking_goroutine;   /* whose blocking call `state` is about */
    struct worker *idle_next;      /* under the idle lock */
    _Atomic uint32_t monitor_tick; /* the monitor's: `tick` and `state` at its last look */
    uintptr_t monitor_state;
};

#endif
