/* log.h: what the runtime says. Fatal things go to stderr by write(2) alone, whatever state the process is in. */
#ifndef RUNTIME_PLATFORM_LOG_H
#define RUNTIME_PLATFORM_LOG_H

#include <gcrt/run.h>

/* Messages up to `level` go to `log`, or to stderr when it is NULL. Called once, before the first goroutine. */
void log_configure(enum gcrt_log_level level, void (*log)(void *arg, enum gcrt_log_level level, const char *message),
                   void *log_arg);

/* At most 500 bytes. No malloc: threads that hold the C library's locks may be stopped. */
void log_message(enum gcrt_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* 'gcrt: MESSAGE', then exit status 2 at once, no exit handlers: the world's faults (no memory, no threads). */
GCRT_NORETURN void fatal_exit(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* 'gcrt: fatal error: MESSAGE', then abort: ours. */
GCRT_NORETURN void fatal_abort(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
