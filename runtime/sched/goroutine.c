#include "sched/goroutine.h"

#include <stdlib.h>

#include "observe/observe.h"
#include "platform/context.h"
#include "platform/fibre.h"
#include "platform/invariant.h"
#include "platform/log.h"
#include "sched/idle.h"
#include "sched/runnable.h"
#include "sched/runtime_call.h"
#include "sched/scheduler.h"
#include "sched/stack.h"
#include "sched/worker.h"

enum { ID_BATCH = 16 };

static const char *const status_names[] = {
    [GOROUTINE_IDLE] = "idle",       [GOROUTINE_RUNNABLE] = "runnable", [GOROUTINE_RUNNING] = "running",
    [GOROUTINE_SYSCALL] = "syscall", [GOROUTINE_WAITING] = "waiting",   [GOROUTINE_DEAD] = "dead",
};

/* The arrows of G2, a bit for each status that may follow. */
static const uint8_t legal_next[] = {
    [GOROUTINE_IDLE] = 1 << GOROUTINE_RUNNABLE,
    [GOROUTINE_RUNNABLE] = 1 << GOROUTINE_RUNNING,
    [GOROUTINE_RUNNING] = 1 << GOROUTINE_RUNNABLE | 1 << GOROUTINE_WAITING | 1 << GOROUTINE_SYSCALL |
                          1 << GOROUTINE_DEAD,
    [GOROUTINE_SYSCALL] = 1 << GOROUTINE_RUNNING | 1 << GOROUTINE_RUNNABLE,
    [GOROUTINE_WAITING] = 1 << GOROUTINE_RUNNABLE,
    [GOROUTINE_DEAD] = 1 << GOROUTINE_IDLE,
};

static const char *const wait_reason_names[] = {
#define X(name, text, can_leak) [WAIT_##name] = text,
    GCRT_WAIT_REASONS(X)
#undef X
};

const char *goroutine_status_name(enum goroutine_status status)
{
    return status < sizeof status_names / sizeof status_names[0] ? status_names[status] : "broken";
}

const char *wait_reason_name(enum wait_reason reason)
{
    return reason < WAIT_REASON_COUNT ? wait_reason_names[reason] : "unknown";
}

static void refuse_transition(const struct goroutine *goroutine, uint8_t from, enum goroutine_status to)
{
    invariant_broken(INVARIANT_G2, NULL, "goroutine %llu (%s) went from %s to %s", (unsigned long long)goroutine->id,
                     goroutine->site != NULL ? goroutine->site : "unknown place", goroutine_status_name(from),
                     goroutine_status_name(to));
}

void goroutine_set_status(struct goroutine *goroutine, enum goroutine_status status)
{
    /* Relaxed and not one step: all transitions but those of waking are made by who owns the goroutine at that moment, and the queues
     * and locks through which it passes to the next order them. */
    uint8_t from = atomic_load_explicit(&goroutine->status, memory_order_relaxed);
    if (from > GOROUTINE_DEAD || !(legal_next[from] >> status & 1))
        refuse_transition(goroutine, from, status);
    atomic_store_explicit(&goroutine->status, (uint8_t)status, memory_order_relaxed);
}

/* Two wakers of one goroutine would both see it waiting: the exchange lets one of them fail. */
static void set_woken(struct goroutine *goroutine)
{
    uint8_t from = atomic_exchange_explicit(&goroutine->status, GOROUTINE_RUNNABLE, memory_order_relaxed);
    if (from != GOROUTINE_WAITING)
        refuse_transition(goroutine, from, GOROUTINE_RUNNABLE);
}

void goroutine_clear_wait(struct goroutine *goroutine)
{
    atomic_store_explicit(&goroutine->wait_reason, WAIT_NONE, memory_order_relaxed); /* relaxed: for tools */
    atomic_store_explicit(&goroutine->wait_object, NULL, memory_order_relaxed);
}

/* Modelled, against goroutine_park(), in tests/model/park.pml. */
void goroutine_ready(struct goroutine *goroutine)
{
    struct worker *worker = worker_current();
    set_woken(goroutine);
    goroutine_clear_wait(goroutine);
    if (gcrt_observer != NULL)
        gcrt_observer->go_wake(worker->index, goroutine->id);
    scheduler_make_runnable(worker, goroutine);
}

void goroutine_park(enum wait_reason reason, const void *object, bool (*commit)(struct goroutine *, void *), void *arg)
{
    struct thread *thread = thread_current();
    struct goroutine *goroutine = thread->current;
    atomic_store_explicit(&goroutine->wait_reason, (uint8_t)reason, memory_order_relaxed); /* relaxed: for tools */
    atomic_store_explicit(&goroutine->wait_object, object, memory_order_relaxed);
    goroutine->wait_since_ns = clock_coarse_ns();
    if (gcrt_observer != NULL)
        gcrt_observer->go_block(thread->worker->index, goroutine->id, (uint8_t)reason, (uintptr_t)object,
                                __builtin_frame_address(0));
    thread->request_commit = commit;
    thread->request_arg = arg;
    scheduler_switch(THREAD_REQUEST_PARK);
}

/* The first frame of every goroutine; begins inside the runtime. The argument leaves the record, so that it lives no longer than the
 * goroutine's own use of it. */
static void goroutine_main(void *arg)
{
    struct goroutine *goroutine = arg;
    fibre_arrive(NULL);
    void (*function)(void *) = goroutine->function;
    void *function_arg = goroutine->arg;
    goroutine->arg = NULL;
    runtime_leave();
    function(function_arg);
    runtime_enter();
    scheduler_switch(THREAD_REQUEST_END);
    abort(); /* an ended goroutine is not resumed */
}

static uint64_t take_id(struct worker *worker)
{
    static _Atomic uint64_t next_batch = 1;
    if (worker->next_id == worker->last_id) {
        /* Relaxed: the numbers only have to differ. */
        worker->next_id = atomic_fetch_add_explicit(&next_batch, ID_BATCH, memory_order_relaxed);
        worker->last_id = worker->next_id + ID_BATCH;
    }
    return worker->next_id++;
}

struct goroutine *goroutine_make(struct worker *worker, const char *name, size_t stack_bytes, void (*function)(void *),
                                 void *arg)
{
    struct goroutine *goroutine = stack_take(worker, stack_bytes);
    goroutine->id = take_id(worker);
    goroutine->name = name;
    goroutine->site = NULL;
    goroutine->creator = 0;
    goroutine->function = function;
    goroutine->arg = arg;
    goroutine->is_main = false;
    goroutine->selection = NULL;
    goroutine->stack_pointer = context_make(goroutine->stack_high, goroutine_main, goroutine);
    goroutine_set_status(goroutine, GOROUTINE_RUNNABLE);
    return goroutine;
}

uint64_t goroutine_start(const char *name, const char *site, size_t stack_bytes, void (*function)(void *), void *arg,
                         const void *frame)
{
    struct thread *thread = thread_current();
    struct worker *worker = thread->worker;
    struct goroutine *goroutine = goroutine_make(worker, name, stack_bytes, function, arg);
    goroutine->site = site;
    goroutine->creator = thread->current != NULL ? thread->current->id : 0;
    uint64_t id = goroutine->id;
    if (gcrt_observer != NULL)
        gcrt_observer->go_create(worker->index, id, goroutine->creator, (uintptr_t)function, frame);
    scheduler_make_runnable(worker, goroutine);
    return id;
}
