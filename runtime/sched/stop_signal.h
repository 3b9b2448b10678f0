/* stop_signal.h: SIGURG: stops the thread that gets it where it is, unless the runtime runs on it. When no stop is wanted it wakes the monitor.
 *
 * The signal and its handler are the runtime's for the whole run. The thread stays in the handler while the world stands: the context
 * that was interrupted never moves to another thread, and nothing else runs on this one, since the C library may be in the middle of
 * anything.
 */
#ifndef RUNTIME_SCHED_STOP_SIGNAL_H
#define RUNTIME_SCHED_STOP_SIGNAL_H

struct thread;

void stop_signal_install(void);

/* On each new thread of the runtime, whose mask is inherited from whoever called gcrt_run. */
void stop_signal_unblock(void);

/* Asks `thread` to stand in place. It may have to put that off: who stops the world asks again. */
void stop_signal_send(const struct thread *thread);

#endif
