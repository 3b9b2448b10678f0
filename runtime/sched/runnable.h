/* runnable.h: where runnable goroutines wait: each worker's `next` and ring, and one queue for all, the global one.
 *
 * A worker takes `next`, then the oldest of its ring, and looks at the global queue now and then and before it steals. The global queue gets
 * what overflows, what comes from no worker, and under GCRT_STRESS=migrate everything.
 */
#ifndef RUNTIME_SCHED_RUNNABLE_H
#define RUNTIME_SCHED_RUNNABLE_H

#include <stdbool.h>
#include <stdint.h>

struct goroutine;
struct worker;

/* To run soonest; who was to be next goes to the end of the ring. Holder only. */
void runnable_add_next(struct worker *worker, struct goroutine *goroutine);

/* To the end of the ring. Holder only. */
void runnable_add_last(struct worker *worker, struct goroutine *goroutine);

/* To the end of the global queue. Any thread; who calls it sees to it that somebody wakes. */
void runnable_add_global(struct goroutine *goroutine);

/* NULL: none. Holder only. take_global brings a share of the global queue along. */
struct goroutine *runnable_take_local(struct worker *worker);
struct goroutine *runnable_take_global(struct worker *worker, uint32_t count_max);

/* Half of the ring of some other worker; where to look first is `random`. `desperate`: also another's `next`, when its worker has long been
 * busy with one goroutine. The caller holds `thief`, whose ring is empty. */
struct goroutine *runnable_steal(struct worker *thief, uint64_t random, bool desperate);

/* A moment's truth, any thread. */
bool runnable_global_exists(void);
bool runnable_exists(void);

#endif
