/* thread.h: an operating-system thread that can hold a worker, and how code finds its own.
 *
 * Records are made once, never freed, and linked for ever: a stop walks thread_first() -> all_next without a lock. Every thread of the
 * runtime but the one that called gcrt_run has a record; that one only waits and monitors.
 *
 *     thread's own stack: the scheduler        <- context_switch ->       a goroutine's stack: user code and runtime calls
 *
 * A goroutine may wake on another thread, so nothing found through thread_current() is kept across a switch.
 */
#ifndef RUNTIME_SCHED_THREAD_H
#define RUNTIME_SCHED_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct goroutine;
struct worker;

/* What the scheduler does once it is back on its own stack; set by who leaves the goroutine's. */
enum thread_request {
    THREAD_REQUEST_NONE,
    THREAD_REQUEST_PARK,    /* call request_commit */
    THREAD_REQUEST_YIELD,   /* to the end of the queue */
    THREAD_REQUEST_END,     /* the goroutine is over */
    THREAD_REQUEST_CALL,    /* run request_function, then go on with the same goroutine */
    THREAD_REQUEST_UNBLOCK, /* back from a blocking call, the worker is gone */
    THREAD_REQUEST_FINISH,  /* the run is over with request_status */
};

struct thread {
    volatile unsigned depth; /* runtime calls in progress, see runtime_call.h; read by this thread's signal handler */
    int tid;
    struct worker *worker;           /* held; NULL while idle, or in a blocking call whose worker was taken away */
    struct worker *blocking_worker;  /* held when the blocking call began */
    struct goroutine *current;       /* whose stack this thread runs on; NULL: the scheduler's */
    void *scheduler_stack_pointer;   /* saved while a goroutine runs */
    uintptr_t stack_low, stack_high; /* the thread's own stack */
    uintptr_t frames_high; /* the runtime's frames on it end here; above lie the C library's, and thread-locals */

    enum thread_request request;
    bool (*request_commit)(struct goroutine *goroutine, void *arg);
    void (*request_function)(void *arg);
    void *request_arg;
    int request_status;
    bool request_exits; /* of FINISH: the process ends, too */

    /* Of sched/stand_signal.c and stop_signal.c. */
    _Atomic uint32_t stop_state;
    uintptr_t signal_context; /* lowest address of what a stop's signal saved; 0: not stopped by signal */
    uintptr_t signal_stack_low, signal_stack_high; /* the alternate stack of all our handlers */

    /* Of sched/idle.c. */
    _Atomic uint32_t wake;    /* futex: 1 after a wake-up that was not consumed */
    bool is_poller;           /* under the idle lock: waits in netpoll, not on `wake` */
    bool spinning;            /* counted in the scheduler's number of threads that look for work */
    struct thread *idle_next; /* under the idle lock */
    uint64_t random;          /* of thread_random() */

    void *fibre;      /* TSan's handle of the thread's own stack */
    void *fake_stack; /* ASan's, while a goroutine runs */
    pthread_t pthread;
    struct thread *all_next; /* written before the record is published */
};

/* Initial-exec, hidden, written once by its own thread. */
extern __thread struct thread *gcrt_thread __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* The thread of the caller; NULL: not one of the runtime's. The asm is volatile so that no compiler keeps it, or %fs, across a switch. */
static inline __attribute__((always_inline)) struct thread *thread_current(void)
{
    struct thread *thread;
    __asm__ volatile("movq gcrt_thread@gottpoff(%%rip), %0\n\tmovq %%fs:(%0), %0" : "=r"(thread));
    return thread;
}

/* The thread's next random number (Marsaglia's xorshift; never 0): for choices without a secret. Its own thread. */
static inline uint64_t thread_random(struct thread *thread)
{
    thread->random ^= thread->random << 13;
    thread->random ^= thread->random >> 7;
    thread->random ^= thread->random << 17;
    return thread->random;
}

/* The newest record of all. The list only grows, at this end. */
struct thread *thread_first(void);
extern _Atomic(struct thread *) thread_newest; /* the same, for the layout table */

/* Before the first thread_start(). */
void threads_prepare(void);

/* A new idle thread, away (stop.h) and on the idle list. Only the thread of gcrt_run starts threads: the C library allocates on the way,
 * and its locks may be held by a stopped thread, which nobody but this one can afford to wait for. Out of resources: reports and exits. */
void thread_start(void);

#endif
