/* fatal_signal.h: the handler of the signals that mean the end: SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT.
 *
 *     fault --> handler, on the thread's alternate stack --> report, on the one report stack --> back, default action --> the same fault
 *
 * so that the core begins where the fault was. Faults of the report itself meet the same handler on a second alternate stack, from where the reporter
 * goes on with its next section.
 */
#ifndef RUNTIME_SCHED_FATAL_SIGNAL_H
#define RUNTIME_SCHED_FATAL_SIGNAL_H

/* Once. A signal that somebody handled before, a sanitizer or the program, still goes there, without a report; but running over a goroutine's stack
 * is always reported. No memory for the stacks: reports and exits. */
void fatal_handlers_install(void);

#endif
