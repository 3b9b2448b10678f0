#include "sched/scheduler.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "observe/observe.h"
#include "platform/context.h"
#include "platform/errno_access.h"
#include "platform/fibre.h"
#include "platform/log.h"
#include "platform/processors.h"
#include "sched/fatal_signal.h"
#include "sched/goroutine.h"
#include "sched/idle.h"
#include "sched/monitor.h"
#include "sched/netpoll_wait.h"
#include "sched/runnable.h"
#include "sched/runtime_call.h"
#include "sched/stack.h"
#include "sched/stop.h"
#include "sched/stop_signal.h"
#include "sched/timer.h"
#include "sched/worker.h"

/* How often a busy worker looks beyond its own queue, in goroutines begun. */
enum {
    TICKS_PER_GLOBAL_LOOK = 61,
    TICKS_PER_NETPOLL = 64,
    TICKS_PER_TIMER_LOOK = 8,
};

/* How long a thread looks for work before it sleeps: some 20 µs, less than what waking it would cost. */
enum { SEARCH_ROUNDS = 24, PAUSES_PER_ROUND = 24 };

enum { MAIN_STACK_BYTES = 1 << 20 };

bool (*scheduler_run_end_hook)(void);

static struct scheduler_options options;

/* Of the end; written once before monitor_end(), read after monitor_run() has returned. */
static struct {
    int status;
    bool exits;
} result;

struct caller_stack scheduler_caller;

void scheduler_make_runnable(struct worker *worker, struct goroutine *goroutine)
{
    if (options.stress_migrate) {
        runnable_add_global(goroutine);
        idle_wake_one();
        return;
    }
    if (thread_current()->current != NULL)
        runnable_add_next(worker, goroutine);
    else
        runnable_add_last(worker, goroutine);
    idle_wake_for(worker);
}

/* ---- changing stacks ---- */

static void observe_stack(const struct thread *thread, uintptr_t low, uintptr_t high)
{
    if (gcrt_observer != NULL && thread->worker != NULL)
        gcrt_observer->stack(thread->worker->index, low, high);
}

__attribute__((noinline)) void scheduler_switch(enum thread_request request)
{
    struct thread *thread = thread_current();
    struct goroutine *goroutine = thread->current;
    int saved_errno = errno_read();
    thread->request = request;
    fibre_leave(request != THREAD_REQUEST_END ? &goroutine->fake_stack : NULL, thread->stack_low, thread->stack_high,
                thread->fibre);
    context_switch(&goroutine->stack_pointer, thread->scheduler_stack_pointer);
    fibre_arrive(goroutine->fake_stack);
    errno_write(saved_errno);
}

/* Runs the goroutine until it asks for something. */
__attribute__((noinline)) static void switch_to(struct thread *thread, struct goroutine *goroutine)
{
    observe_stack(thread, goroutine->stack_low, goroutine->stack_high);
    thread->current = goroutine;
    fibre_leave(&thread->fake_stack, goroutine->stack_low, goroutine->stack_high, goroutine->fibre);
    context_switch(&thread->scheduler_stack_pointer, goroutine->stack_pointer);
    fibre_arrive(thread->fake_stack);
    thread->current = NULL;
    observe_stack(thread, thread->stack_low, thread->stack_high);
}

/* ---- what goroutines ask for; true: the goroutine goes on at once ---- */

/* Modelled in tests/model/park.pml. */
static bool serve_park(struct thread *thread, struct goroutine *goroutine)
{
    bool (*commit)(struct goroutine *, void *) = thread->request_commit;
    void *arg = thread->request_arg;
    goroutine_set_status(goroutine, GOROUTINE_WAITING);
    if (commit(goroutine, arg))
        return false; /* from here on it may run elsewhere */
    goroutine_set_status(goroutine, GOROUTINE_RUNNABLE);
    goroutine_set_status(goroutine, GOROUTINE_RUNNING);
    goroutine_clear_wait(goroutine);
    if (gcrt_observer != NULL) {
        gcrt_observer->go_wake(thread->worker->index, goroutine->id);
        gcrt_observer->go_run(thread->worker->index, goroutine->id);
    }
    return true;
}

static void serve_yield(struct thread *thread, struct goroutine *goroutine)
{
    struct worker *worker = thread->worker;
    if (gcrt_observer != NULL)
        gcrt_observer->go_yield(worker->index, goroutine->id);
    goroutine_set_status(goroutine, GOROUTINE_RUNNABLE);
    if (options.stress_migrate) {
        runnable_add_global(goroutine);
        idle_wake_one();
    } else {
        runnable_add_last(worker, goroutine);
        idle_wake_for(worker);
    }
}

static void serve_end(struct thread *thread, struct goroutine *goroutine)
{
    if (gcrt_observer != NULL)
        gcrt_observer->go_end(thread->worker->index, goroutine->id);
    goroutine_set_status(goroutine, GOROUTINE_DEAD);
    goroutine_set_status(goroutine, GOROUTINE_IDLE);
    stack_give(thread->worker, goroutine);
}

static bool serve_unblock(struct thread *thread, struct goroutine *goroutine)
{
    if (!idle_wait_unblocked(thread, goroutine))
        return false;
    goroutine_set_status(goroutine, GOROUTINE_RUNNING);
    if (gcrt_observer != NULL)
        gcrt_observer->go_run(thread->worker->index, goroutine->id);
    return true;
}

/* The world stands for ever after; only the thread of gcrt_run goes on. */
static void serve_finish(struct thread *thread, struct goroutine *goroutine)
{
    int status = thread->request_status;
    bool exits = thread->request_exits;
    if (gcrt_observer != NULL)
        gcrt_observer->go_end(thread->worker->index, goroutine->id);
    goroutine_set_status(goroutine, GOROUTINE_DEAD);
    world_stop(STOP_END);
    bool swept = scheduler_run_end_hook != NULL && scheduler_run_end_hook();
    if (gcrt_observer != NULL)
        gcrt_observer->run_end(thread->worker->index, status, swept);
    if (gcrt_dumper != NULL)
        gcrt_dumper->run_end();
    world_end();
    scheduler_finish(status, exits);
    for (;;)
        pause();
}

static bool serve(struct thread *thread, struct goroutine *goroutine)
{
    switch (thread->request) {
    case THREAD_REQUEST_PARK:
        return serve_park(thread, goroutine);
    case THREAD_REQUEST_YIELD:
        serve_yield(thread, goroutine);
        return false;
    case THREAD_REQUEST_END:
        serve_end(thread, goroutine);
        return false;
    case THREAD_REQUEST_CALL:
        thread->request_function(thread->request_arg);
        return true;
    case THREAD_REQUEST_UNBLOCK:
        return serve_unblock(thread, goroutine);
    case THREAD_REQUEST_FINISH:
        serve_finish(thread, goroutine);
        return false;
    case THREAD_REQUEST_NONE:
        break;
    }
    fatal_abort("a goroutine came to the scheduler without a request");
}

static void run(struct thread *thread, struct goroutine *goroutine)
{
    struct worker *worker = thread->worker;
    /* Relaxed: counted by the holder alone; others compare. */
    atomic_store_explicit(&worker->tick, atomic_load_explicit(&worker->tick, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    goroutine_set_status(goroutine, GOROUTINE_RUNNING);
    if (gcrt_observer != NULL)
        gcrt_observer->go_run(worker->index, goroutine->id);
    do {
        switch_to(thread, goroutine);
    } while (serve(thread, goroutine));
}

/* ---- finding work ---- */

static bool run_due_timers(struct worker *worker)
{
    /* Relaxed: see timer.c. Most programs have none, and pay no clock. */
    int64_t next_ns = atomic_load_explicit(&worker->timers.next_ns, memory_order_relaxed);
    if (next_ns == INT64_MAX)
        return false;
    int64_t now_ns = clock_monotonic_ns();
    return next_ns <= now_ns && timers_run(worker, now_ns);
}

/* What must not wait until the own queue is empty. */
static struct goroutine *look_now_and_then(struct worker *worker)
{
    uint32_t tick = atomic_load_explicit(&worker->tick, memory_order_relaxed); /* relaxed: our own */
    if (tick % TICKS_PER_TIMER_LOOK == 0)
        run_due_timers(worker);
    if (tick % TICKS_PER_NETPOLL == 0)
        netpoll_collect();
    return tick % TICKS_PER_GLOBAL_LOOK == 0 ? runnable_take_global(worker, 1) : NULL;
}

static struct goroutine *find_here(struct worker *worker)
{
    struct goroutine *goroutine = look_now_and_then(worker);
    if (goroutine == NULL)
        goroutine = runnable_take_local(worker);
    if (goroutine == NULL)
        goroutine = runnable_take_global(worker, RUN_QUEUE_SLOTS / 2);
    if (goroutine != NULL)
        return goroutine;
    bool has_fired = run_due_timers(worker);
    bool has_collected = netpoll_collect();
    return has_fired || has_collected ? runnable_take_local(worker) : NULL;
}

static bool run_timers_of_others(void)
{
    bool has_fired = false;
    for (unsigned i = 0; i < worker_count(); i++)
        has_fired |= run_due_timers(worker_at(i));
    return has_fired;
}

static struct goroutine *find_elsewhere(struct thread *thread)
{
    struct worker *worker = thread->worker;
    if (worker_count() == 1)
        return NULL;
    idle_search_begin(thread);
    for (unsigned round = 0; round < SEARCH_ROUNDS && !runtime_stop_wanted(); round++) {
        bool is_last = round == SEARCH_ROUNDS - 1;
        struct goroutine *goroutine = runnable_steal(worker, thread_random(thread), is_last);
        if (goroutine == NULL)
            goroutine = runnable_take_global(worker, RUN_QUEUE_SLOTS / 2);
        if (goroutine == NULL && is_last && run_timers_of_others())
            goroutine = runnable_take_local(worker);
        if (goroutine != NULL)
            return goroutine;
        for (unsigned i = 0; i < PAUSES_PER_ROUND; i++)
            __builtin_ia32_pause();
    }
    return NULL;
}

/* Whoever found something stops searching; if there is more where it came from, the next one is woken. */
static struct goroutine *find(struct thread *thread)
{
    for (;;) {
        if (runtime_stop_wanted())
            scheduler_stand();
        struct goroutine *goroutine = find_here(thread->worker);
        if (goroutine == NULL)
            goroutine = find_elsewhere(thread);
        if (goroutine != NULL) {
            idle_search_end(thread);
            idle_wake_for(thread->worker);
            return goroutine;
        }
        idle_wait(thread);
        observe_stack(thread, thread->stack_low, thread->stack_high); /* maybe another worker */
    }
}

void scheduler_loop(struct thread *thread)
{
    idle_wait_new(thread);
    observe_stack(thread, thread->stack_low, thread->stack_high);
    for (;;)
        run(thread, find(thread));
}

/* ---- beginning and end ---- */

void scheduler_start(const struct scheduler_options *start_options)
{
    options = *start_options;
    if (options.worker_count == 0)
        options.worker_count = processors_count();
    if (options.worker_count > WORKER_COUNT_MAX)
        options.worker_count = WORKER_COUNT_MAX;
    if (options.main_stack_bytes == 0)
        options.main_stack_bytes = MAIN_STACK_BYTES;
    workers_make(options.worker_count);
    threads_prepare();
    netpoll_start();
    fatal_handlers_install();
    stop_signal_install();
}

void scheduler_finish(int status, bool exits)
{
    result.status = status;
    result.exits = exits;
    monitor_end();
}

void scheduler_caller_stack(const void **ret_low, const void **ret_high)
{
    *ret_low = scheduler_caller.low;
    *ret_high = scheduler_caller.high;
}

static struct {
    int (*entry)(void *arg);
    void *arg; /* a root, as all of .bss */
} main_call;

static void main_function(void *)
{
    int status = main_call.entry(main_call.arg);
    runtime_enter();
    struct thread *thread = thread_current();
    thread->request_status = status;
    thread->request_exits = false;
    scheduler_switch(THREAD_REQUEST_FINISH);
}

/* On worker 0, which nobody holds yet. */
static void make_main_goroutine(const void *frame)
{
    struct worker *worker = worker_at(0);
    struct goroutine *goroutine = goroutine_make(worker, "main", options.main_stack_bytes, main_function, NULL);
    goroutine->is_main = true;
    if (gcrt_observer != NULL) {
        gcrt_observer->stack(worker->index, (uintptr_t)scheduler_caller.low, (uintptr_t)scheduler_caller.high);
        gcrt_observer->go_create(worker->index, goroutine->id, 0, (uintptr_t)main_call.entry, frame);
    }
    runnable_add_global(goroutine);
}

/* The end of the caller's stack, which lies below the environment. */
static uintptr_t own_stack_high(void)
{
    pthread_attr_t attributes;
    void *low;
    size_t bytes;
    int error = pthread_getattr_np(pthread_self(), &attributes);
    if (error != 0)
        fatal_exit("cannot ask for the bounds of the first thread's stack: %s", strerror(error));
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
    return (uintptr_t)low + bytes;
}

__attribute__((noinline)) int scheduler_run(int (*entry)(void *arg), void *arg)
{
    /* Registers that the functions below do not save would be missing among the roots. */
    uintptr_t registers[6];
    __asm__ volatile("movq %%rbx, 0(%0)\n\tmovq %%rbp, 8(%0)\n\tmovq %%r12, 16(%0)\n\t"
                     "movq %%r13, 24(%0)\n\tmovq %%r14, 32(%0)\n\tmovq %%r15, 40(%0)"
                     :
                     : "r"(registers)
                     : "memory");
    scheduler_caller.low = registers;
    scheduler_caller.high = (const void *)own_stack_high();
    main_call.entry = entry;
    main_call.arg = arg;
    make_main_goroutine(__builtin_frame_address(0));
    idle_add_workers();
    for (unsigned i = 0; i < worker_count(); i++)
        thread_start();
    idle_wake_one();
    monitor_run();
    if (result.exits)
        exit(result.status);
    return result.status;
}
