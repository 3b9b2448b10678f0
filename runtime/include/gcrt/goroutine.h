/* goroutine.h: goroutines: threads of the program that cost a stack and a switch, run by GCRT_PROCS threads of the system.
 *
 * Each has a stack of fixed size, 184 KiB unless asked otherwise, of which only the touched pages take memory. Running over its end is
 * caught by a guard of 64 KiB and ends the process with the goroutine's name.
 */
#ifndef GCRT_GOROUTINE_H
#define GCRT_GOROUTINE_H

#include <stddef.h>
#include <stdint.h>

#include <gcrt/run.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct gcrt_go_options {
    const char *name;   /* for reports; a string that is never freed, or NULL */
    size_t stack_bytes; /* at least so much stack, up to 1 GiB; 0: the default */
};

/* Starts function(arg) as a goroutine. `arg` is a root until it has run. `site` says where in the source it was started ("file.c:12"), a
 * string that is never freed, or NULL. Now and then the caller yields, so that a loop that starts many runs them while their stacks are
 * warm. No memory for the stack: a report and exit status 2. `options` may be NULL and is copied. */
void gcrt_go_with(const struct gcrt_go_options *options, void (*function)(void *arg), void *arg, const char *site);

/* gcrt_go(function, arg): the same, with the function's name and the place of the call. */
#define GCRT_TEXT_OF_(x)       #x
#define GCRT_TEXT_OF(x)        GCRT_TEXT_OF_(x)
#define GCRT_SITE              __FILE__ ":" GCRT_TEXT_OF(__LINE__)
#define gcrt_go(function, arg) gcrt_go_named_(#function, function, arg, GCRT_SITE)

static inline __attribute__((always_inline)) void gcrt_go_named_(const char *name, void (*function)(void *arg),
                                                                 void *arg, const char *site)
{
    struct gcrt_go_options options = {name, 0};
    gcrt_go_with(&options, function, arg, site);
}

/* Lets the other runnable goroutines go first. */
void gcrt_yield(void);

/* Parks for at least so long; zero or less yields. */
void gcrt_sleep(int64_t duration_ns);

/* Ends the calling goroutine from any depth. The main goroutine: waits until no other can run, which is a deadlock. */
GCRT_NORETURN void gcrt_goexit(void);

/* For loops that call nothing of the runtime: gives a collection the chance to stop here, which is cheaper than a signal. Any thread: where no
 * goroutine runs it does nothing. */
void gcrt_poll(void);

/* The number of the calling goroutine, from 1 (the main one), never used twice; 0 on any other thread. */
uint64_t gcrt_self(void);

/* Around a system call that may take long: other goroutines run meanwhile. In between nothing of <gcrt/...> may be called, and pointers into
 * the heap may only be those that were at hand before; memory they reach may be read and written, but for pointers. No nesting. */
void gcrt_block_enter(void);
void gcrt_block_leave(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
