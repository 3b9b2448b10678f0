/* run_queue.h: the goroutines that wait for one worker: a ring that its holder fills and empties, and that others steal half of.
 *
 *     head                          tail
 *      | oldest | ...      | newest |            entry i is at slots[i % RUN_QUEUE_SLOTS]; counters only grow (mod 2^32)
 *
 * Invariant: tail - head <= RUN_QUEUE_SLOTS; only the holder writes tail and slots; head moves by compare-and-exchange, by anybody.
 */
#ifndef RUNTIME_SCHED_RUN_QUEUE_H
#define RUNTIME_SCHED_RUN_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct goroutine;

enum { RUN_QUEUE_SLOTS = 256 };

struct run_queue {
    _Atomic uint32_t head;
    _Atomic uint32_t tail;
    _Atomic(struct goroutine *) slots[RUN_QUEUE_SLOTS];
};

/* False: full. Holder only. */
[[nodiscard]] bool run_queue_push(struct run_queue *queue, struct goroutine *goroutine);

/* The oldest, or NULL. Holder only. */
struct goroutine *run_queue_pop(struct run_queue *queue);

/* Moves the older half (rounded up) of `victim` to `thief` and returns the oldest of them, already taken out; NULL: nothing there. The caller
 * holds `thief`, which is empty. */
struct goroutine *run_queue_steal(struct run_queue *thief, struct run_queue *victim);

/* Takes the older half out into `ret_batch` (RUN_QUEUE_SLOTS / 2 entries); how many. Holder only. */
unsigned run_queue_take_half(struct run_queue *queue, struct goroutine **ret_batch);

/* A moment's length. Any thread. */
uint32_t run_queue_length(const struct run_queue *queue);

#endif
