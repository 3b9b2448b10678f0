/* observe.h: what the runtime tells whoever watches it; its only way out, and it knows nothing of who listens.
 *
 * With no observer, gcrt_observer is NULL and every site costs one predictable branch. The recorder (tracer/record) registers a source
 * from a constructor; observe_start() opens it when GCRT_TRACE asks for it, before the first goroutine runs.
 *
 * Who calls: the thread that holds `worker` (during a stop: the stopping thread, for its own worker), inside the runtime
 * (runtime_enter), so a callback is never interrupted by a stop. Callbacks must not allocate, lock what the runtime locks, or park;
 * they may wait for another process.
 */
#ifndef RUNTIME_OBSERVE_OBSERVE_H
#define RUNTIME_OBSERVE_OBSERVE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

struct observe_span {
    uint32_t span;        /* index of its first page, below 2^23 */
    uint32_t incarnation; /* counts the spans that began at this page */
    uint32_t type;        /* dense id, announced by type() before */
    uint32_t slot_count;  /* at most 4096 */
    uint64_t slot_bytes;
    uintptr_t base;
};

struct observe_cycle {
    uint64_t cycle, marked_objects, marked_bytes, heap_bytes_before, goal_bytes, root_bytes;
    uint8_t cause;
};

enum observe_names {
    OBSERVE_NAMES_WAIT_REASON = 1, /* = enum event_name_table in tracer/format/events.h */
    OBSERVE_NAMES_PHASE = 2,
    OBSERVE_NAMES_STOP_REASON = 3,
    OBSERVE_NAMES_CYCLE_CAUSE = 4,
    OBSERVE_NAMES_GOROUTINE = 5,
};

struct observer {
    void (*type)(unsigned worker, uint32_t type, uint64_t size, uint32_t flags, const char *name);
    void (*name)(unsigned worker, enum observe_names table, uint64_t code, const char *text);
    void (*span_new)(unsigned worker, const struct observe_span *span);
    /* A span was taken from another worker's past: order what follows behind now. */
    void (*span_acquired)(unsigned worker);
    void (*span_release)(unsigned worker, uint32_t span, uint32_t incarnation);
    /* `frame` is the frame pointer of the public call that allocates: the stack to intern starts at its return address. */
    void (*birth)(unsigned worker, uint32_t span, uint32_t slot, const void *frame);
    void (*deaths)(unsigned worker, uint32_t span, uint32_t incarnation, const uint64_t *dead, size_t word_count);
    void (*go_create)(unsigned worker, uint64_t goroutine, uint64_t creator, uintptr_t function, const void *frame);
    void (*go_run)(unsigned worker, uint64_t goroutine);
    void (*go_block)(unsigned worker, uint64_t goroutine, uint8_t reason, uintptr_t object, const void *frame);
    void (*go_wake)(unsigned worker, uint64_t goroutine);
    void (*go_yield)(unsigned worker, uint64_t goroutine);
    void (*go_end)(unsigned worker, uint64_t goroutine);
    void (*stop_begin)(unsigned worker, uint8_t reason);
    void (*stop_done)(unsigned worker, uint8_t reason);
    void (*stop_end)(unsigned worker, uint8_t reason);
    void (*phase)(unsigned worker, uint64_t cycle, uint8_t phase);
    void (*cycle)(unsigned worker, const struct observe_cycle *cycle);
    /* A frame walk must stay inside the current stack: [low, high). Called whenever `worker` starts to run on another stack. */
    void (*stack)(unsigned worker, uintptr_t low, uintptr_t high);
    void (*run_end)(unsigned worker, int status, bool swept);
};

struct observe_source {
    /* `argument` is the value of GCRT_TRACE. Returns 0 and the observer, or -Exxx and a message for the user. */
    int (*open)(const char *argument, const struct observer **ret_observer, char *reterr, size_t reterr_bytes);
};

/* Who writes heap dumps (tracer/dump): told when the runtime can be stopped for one. */
struct observe_dumper {
    /* Before the first goroutine runs. `at_end` is the value of GCRT_HEAPDUMP, or NULL. 0, or -Exxx and a message for the user. */
    int (*open)(const char *at_end, char *reterr, size_t reterr_bytes);
    /* On the thread of gcrt_run: every few milliseconds while goroutines run, and after a SIGURG that no stop has sent. True: something is
     * going on, so look again soon. */
    bool (*look)(void);
    /* Once: the run is over and the world stands. */
    void (*run_end)(void);
};

/* Why the program dies, as the handler of its fatal signal knows it. */
struct observe_crash {
    const siginfo_t *signal;
    const ucontext_t *context;
    const char *verdict; /* said on stderr already; NULL: the signal is all that is known */
    const void *frame;   /* of who said it, NULL: the stack begins at the context */
    void (*evidence)(void (*line)(const char *text)); /* more about the verdict, line by line; may be NULL */
};

/* Who writes crash reports (tracer/crash). */
struct observe_reporter {
    /* Before the first goroutine runs. `directory` is the value of GCRT_CRASH_DIR, or NULL. 0, or -Exxx and a message for the user. */
    int (*open)(const char *directory, char *reterr, size_t reterr_bytes);
    /* Once, on a stack of 256 KiB of its own, fatal signals unblocked, other signals blocked. The process dies of the signal when it returns. */
    void (*report)(const struct observe_crash *crash);
    /* A fatal signal during report(), on its thread, on another alternate stack. Returns only when there is nothing to go on with. */
    void (*fault)(int signal_number);
};

extern const struct observer *gcrt_observer;
extern const struct observe_dumper *gcrt_dumper;     /* NULL: none is linked in */
extern const struct observe_reporter *gcrt_reporter; /* likewise */

/* Called by a constructor of the one recorder linked in, before main. */
void observe_register(const struct observe_source *source);

void observe_register_dumper(const struct observe_dumper *dumper);       /* likewise */
void observe_register_reporter(const struct observe_reporter *reporter); /* likewise */

/* Opens the registered source. 0; -ENOSYS when none is linked in; or the source's error with its message. */
int observe_start(const char *argument, char *reterr, size_t reterr_bytes);

#endif
