#include "sched/stop.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "observe/observe.h"
#include "platform/clock.h"
#include "sched/goroutine.h"
#include "sched/scheduler.h"
#include "sched/stand.h"
#include "sched/stop_signal.h"
#include "sched/timer.h"
#include "sched/worker.h"

enum {
    POLLERS_NS = 20 * 1000,     /* before signals are sent, so that who polls anyway need not be interrupted */
    ASK_AGAIN_NS = 1000 * 1000, /* a signal that met the last instructions of a leaf of the runtime is forgotten */
};

static int64_t stopped_at_ns;
static enum stop_reason stopped_for;
static unsigned stopped_by_signal;

/* Written by one stopper after the other, read by any thread at any time: relaxed atomics, for each number is right by itself. */
static struct {
    _Atomic uint64_t count, total_ns, longest_ns, by_signal_count;
} account;

static unsigned observed_worker; /* in whose name the stop is told of */

static bool all_stand(void)
{
    for (struct thread *it = thread_first(); it != NULL; it = it->all_next)
        if (it != thread_current() && !stand_is(it))
            return false;
    return true;
}

static bool wait_for_pollers(void)
{
    do {
        if (all_stand())
            return true;
        __builtin_ia32_pause();
    } while (clock_monotonic_ns() - stopped_at_ns < POLLERS_NS);
    return false;
}

static void signal_all(void)
{
    for (struct thread *it = thread_first(); it != NULL; it = it->all_next)
        if (it != thread_current() && !stand_is(it))
            stop_signal_send(it);
}

static void wait_for_all(void)
{
    stopped_by_signal = 0;
    for (struct thread *it = thread_first(); it != NULL; it = it->all_next) {
        if (it == thread_current())
            continue;
        for (int64_t asked_ns = clock_monotonic_ns(); !stand_wait(it, ASK_AGAIN_NS);) {
            int64_t now_ns = clock_monotonic_ns();
            if (now_ns - asked_ns < ASK_AGAIN_NS)
                continue;
            stop_signal_send(it);
            asked_ns = now_ns;
        }
        stopped_by_signal += it->signal_context != 0;
    }
}

static void stop_all(void)
{
    stopped_at_ns = clock_monotonic_ns();
    if (!wait_for_pollers())
        signal_all();
    wait_for_all();
}

void world_stop(enum stop_reason reason)
{
    while (!stand_begin())
        scheduler_stand();
    stopped_for = reason;
    observed_worker = worker_index(worker_current());
    if (gcrt_observer != NULL)
        gcrt_observer->stop_begin(observed_worker, (uint8_t)reason);
    stop_all();
    if (gcrt_observer != NULL)
        gcrt_observer->stop_done(observed_worker, (uint8_t)reason);
}

/* Nobody's worker may be written for before all stand: so the recorded stop begins when it is done. */
bool world_stop_from_outside(enum stop_reason reason)
{
    while (!stand_begin())
        if (!stand_await_end())
            return false;
    stopped_for = reason;
    stop_all();
    observed_worker = 0;
    if (gcrt_observer != NULL) {
        gcrt_observer->stop_begin(observed_worker, (uint8_t)reason);
        gcrt_observer->stop_done(observed_worker, (uint8_t)reason);
    }
    return true;
}

static void account_add(_Atomic uint64_t *sum, uint64_t more)
{
    atomic_fetch_add_explicit(sum, more, memory_order_relaxed);
}

void world_freeze(int64_t timeout_ns)
{
    int64_t end_ns = clock_monotonic_ns() + timeout_ns;
    (void)stand_begin(); /* false: a stop is on, which will not end */
    signal_all();
    for (struct thread *it = thread_first(); it != NULL; it = it->all_next)
        for (int64_t left_ns; it != thread_current() && (left_ns = end_ns - clock_monotonic_ns()) > 0;)
            if (stand_wait(it, left_ns < ASK_AGAIN_NS ? left_ns : ASK_AGAIN_NS))
                break;
}

void world_start(void)
{
    uint64_t stop_ns = (uint64_t)(clock_monotonic_ns() - stopped_at_ns);
    account_add(&account.count, 1);
    account_add(&account.by_signal_count, stopped_by_signal);
    account_add(&account.total_ns, stop_ns);
    if (stop_ns > atomic_load_explicit(&account.longest_ns, memory_order_relaxed))
        atomic_store_explicit(&account.longest_ns, stop_ns, memory_order_relaxed);
    if (gcrt_observer != NULL)
        gcrt_observer->stop_end(observed_worker, (uint8_t)stopped_for);
    stand_end();
}

void world_end(void)
{
    stand_end_in_place();
}

void stop_account_read(struct stop_account *ret_account)
{
    *ret_account = (struct stop_account){
        .count = atomic_load_explicit(&account.count, memory_order_relaxed),
        .total_ns = atomic_load_explicit(&account.total_ns, memory_order_relaxed),
        .longest_ns = atomic_load_explicit(&account.longest_ns, memory_order_relaxed),
        .by_signal_count = atomic_load_explicit(&account.by_signal_count, memory_order_relaxed),
    };
}

static void visit_goroutine(const struct goroutine *goroutine, root_range_visit *range, void *context)
{
    uint8_t status = atomic_load_explicit(&goroutine->status, memory_order_relaxed);
    if (status == GOROUTINE_IDLE || status == GOROUTINE_DEAD)
        return;
    uint64_t id = goroutine->id;
    range(&(struct root_range){goroutine->stack_pointer, (const void *)goroutine->stack_high, ROOT_STACK, id}, context);
    range(&(struct root_range){&goroutine->arg, &goroutine->arg + 1, ROOT_RECORD, id}, context);
    if (status == GOROUTINE_SYSCALL)
        range(&(struct root_range){goroutine->blocking_registers, goroutine->blocking_registers + BLOCKING_REGISTERS,
                                   ROOT_REGISTER, id},
              context);
}

/* All that the signal saved, general and vector registers, lies between its context and the end of the stack of handlers. */
static void visit_registers(root_range_visit *range, void *context)
{
    for (const struct thread *it = thread_first(); it != NULL; it = it->all_next)
        if (it->signal_context != 0)
            range(&(struct root_range){(const void *)it->signal_context, (const void *)it->signal_stack_high,
                                       ROOT_REGISTER, it->current->id},
                  context);
}

void stacks_visit(root_range_visit *range, void *context)
{
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        visit_goroutine(it, range, context);
    struct root_range caller = {.kind = ROOT_THREAD};
    scheduler_caller_stack(&caller.low, &caller.high);
    range(&caller, context);
    visit_registers(range, context);
    timers_visit(range, context);
}
