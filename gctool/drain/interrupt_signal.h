/* interrupt_signal.h: signals to gctool while it records: the first is the program's business, the second ends the recording.
 *
 * A signal of the terminal reached the program already; one that somebody sent to gctool alone is passed on. Either way the recording
 * ends properly, when the program does. Only one recording at a time.
 */
#ifndef GCTOOL_DRAIN_INTERRUPT_SIGNAL_H
#define GCTOOL_DRAIN_INTERRUPT_SIGNAL_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/* From here on SIGINT, SIGQUIT, SIGTERM and SIGHUP (those not ignored so far) are handled, and each of them and SIGCHLD sets *wakeup to 1, so
 * that a futex wait for 0 on it ends. SIGPIPE is ignored. */
void interrupts_begin(pid_t program, _Atomic uint32_t *wakeup);

/* Signals so far. Threads: any. */
int interrupts_count(void);

/* Everything as it was before. */
void interrupts_end(void);

#endif
