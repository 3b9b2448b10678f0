/* overflow_signal.h: who runs into the guard of a goroutine's stack is told so by name, before dying of SIGSEGV. */
#ifndef RUNTIME_SCHED_OVERFLOW_SIGNAL_H
#define RUNTIME_SCHED_OVERFLOW_SIGNAL_H

/* Once. Any other SIGSEGV goes to whoever handled it before. */
void overflow_handler_install(void);

#endif
