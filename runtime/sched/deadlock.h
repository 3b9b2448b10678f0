/* deadlock.h: all goroutines wait, and nothing can wake one of them. */
#ifndef RUNTIME_SCHED_DEADLOCK_H
#define RUNTIME_SCHED_DEADLOCK_H

/* Called under the idle lock when all workers are idle and no thread is in a blocking call. When there is neither an armed timer nor a
 * goroutine that waits for I/O: prints all goroutines and ends the run with exit status 2. */
void deadlock_check(void);

#endif
