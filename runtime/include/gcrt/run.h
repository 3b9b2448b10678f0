/* run.h: the life of a program on libgcrt, from gcrt_run() to its end.
 *
 * In all of <gcrt/...>: pointers are borrowed, durations are nanoseconds, sizes are bytes, failing calls return a negative errno value.
 * Calls are made by goroutines, unless said otherwise; none may be made from a signal handler.
 *
 * After fork() the child may only exec or _exit. No pthread mutex, FILE lock or address of a _Thread_local may be held across a call that
 * parks, since a goroutine may go on on another thread. SIGURG is the runtime's: collections stop threads by it. A system call may then end
 * early with EINTR: poll, select, epoll_wait, nanosleep and timed waits do so in spite of SA_RESTART; read, accept and recv restart.
 */
#ifndef GCRT_RUN_H
#define GCRT_RUN_H

#include <errno.h>
#include <stddef.h>

#define GCRT_NORETURN __attribute__((noreturn))

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum gcrt_log_level {
    GCRT_LOG_ERROR,
    GCRT_LOG_WARNING,
    GCRT_LOG_INFO,
};

/* All zeroes are the defaults. A GCRT_* variable of the environment has precedence over its field. */
struct gcrt_options {
    unsigned procs;        /* goroutines that run at once, at most 256; 0: the processors of this process. GCRT_PROCS */
    unsigned heap_percent; /* growth of the heap that starts a collection; 0: 100. GCRT_PERCENT */
    size_t main_stack_bytes; /* stack of the main goroutine; 0: 1 MiB */
    /* Gets the runtime's messages instead of stderr. Any thread, maybe while others are stopped: it must return soon, call no gcrt_*, and wait
     * for no lock, those of stdio and malloc included: write(2) is well. Fatal messages go to stderr. */
    void (*log)(void *log_arg, enum gcrt_log_level level, const char *message);
    void *log_arg;
};

/* Runs entry(arg) as the main goroutine. When it returns the others end where they are, one that computes at its next call of the runtime, and
 * gcrt_run returns its value. Once per process, by a thread that is not a goroutine; a second call panics. `options` may be NULL. A GCRT_* variable that is unknown or malformed is reported
 * by name and the process exits with status 2; so it does when all goroutines wait and nothing can wake one of them. */
int gcrt_run(const struct gcrt_options *options, int (*entry)(void *arg), void *arg);

/* A goroutine: ends the run as above, then the process by exit(status) on the thread that called gcrt_run. Any other thread: exit(status), there
 * and at once. */
GCRT_NORETURN void gcrt_exit(int status);

/* Fatal: prints the message, the goroutine and its stack, and aborts. Nothing recovers from it. Any thread. */
GCRT_NORETURN void gcrt_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* errno is a goroutine's own: it survives waking on another thread. Compilers keep the address that the C library gives for a thread, so
 * code that runs as a goroutine includes this header and gets an accessor that is asked each time. Any thread. */
int *gcrt_errno_location(void);
#undef errno
#define errno (*gcrt_errno_location())

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
