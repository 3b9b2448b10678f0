/* idle.h: workers without a thread, threads without a worker, and how they find together again.
 *
 * One idle thread, the poller, waits in netpoll for I/O and timers; the others on their futex. Who wakes a thread gives it a worker.
 *
 * Invariants, under the idle lock:
 *     threads == those that hold a worker + those on the idle list + the poller, while it has none + those in a blocking call whose worker
 *                was taken away
 *     threads >= workers + the last of these: so whenever a worker is idle, there is a thread to run it.
 *
 * No wake-up is lost: what comes from a worker's holder is found by that holder at the latest; what comes from elsewhere goes to the global
 * queue first, then its bringer looks for an idle worker under the idle lock, under which idle_wait() looked at the global queue last.
 */
#ifndef RUNTIME_SCHED_IDLE_H
#define RUNTIME_SCHED_IDLE_H

#include <stdbool.h>
#include <stdint.h>

struct goroutine;
struct thread;
struct worker;

/* The caller's thread holds a worker and found nothing to do. Gives the worker up and sleeps; returns holding one, maybe with work. */
void idle_wait(struct thread *thread);

/* The same for a thread that holds none: a new one, whose record is on the idle list; */
void idle_wait_new(struct thread *thread);
/* or one that is back from a blocking call and found its worker taken away. Makes `goroutine`, SYSCALL before, runnable and sleeps, unless
 * there is an idle worker: then returns true with that, and the goroutine still the caller's. */
[[nodiscard]] bool idle_wait_unblocked(struct thread *thread, struct goroutine *goroutine);

/* Puts a new record on the idle list. Its thread may begin later. */
void idle_add_new(struct thread *thread);

/* Puts all new workers on the idle list, or gives the first of them to a thread. */
void idle_add_workers(void);

/* There is work in a ring of the calling thread's worker: wakes another one, but not too often. */
void idle_wake_for(struct worker *worker);

/* Wakes one idle worker, if there is one and nobody looks for work already. Any thread. */
void idle_wake_one(void);

/* A thread begins or ends to look for work beyond its own queues; while one does, nobody else is woken for it. */
void idle_search_begin(struct thread *thread);
void idle_search_end(struct thread *thread);

/* Of the monitor. idle_retake: takes `worker` away from its holder, if that is still in the blocking call `state`, and gives it to an idle
 * thread, of which there must be a spare one. */
bool idle_has_spare_thread(void);
bool idle_retake(struct worker *worker, uintptr_t state);
bool idle_is_all(void);        /* all workers are idle */
void idle_ensure_poller(void); /* somebody waits for I/O, if anybody is idle */

#endif
