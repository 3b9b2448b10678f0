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
static struct stop_account account; /* written while all stand, so that readers need no atomics */

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

void world_stop(enum stop_reason reason)
{
    while (!stand_begin())
        scheduler_stand();
    stopped_at_ns = clock_monotonic_ns();
    stopped_for = reason;
    if (gcrt_observer != NULL)
        gcrt_observer->stop_begin(worker_index(worker_current()), (uint8_t)reason);
    if (!wait_for_pollers())
        signal_all();
    wait_for_all();
    if (gcrt_observer != NULL)
        gcrt_observer->stop_done(worker_index(worker_current()), (uint8_t)reason);
}

void world_start(void)
{
    int64_t stop_ns = clock_monotonic_ns() - stopped_at_ns;
    account.count++;
    account.by_signal_count += stopped_by_signal;
    account.total_ns += (uint64_t)stop_ns;
    if ((uint64_t)stop_ns > account.longest_ns)
        account.longest_ns = (uint64_t)stop_ns;
    if (gcrt_observer != NULL)
        gcrt_observer->stop_end(worker_index(worker_current()), (uint8_t)stopped_for);
    stand_end();
}

void world_end(void)
{
    stand_end_in_place();
}

void stop_account_read(struct stop_account *ret_account)
{
    *ret_account = account;
}

static void visit_goroutine(const struct goroutine *goroutine, void (*range)(const void *, const void *, void *),
                            void *context)
{
    uint8_t status = atomic_load_explicit(&goroutine->status, memory_order_relaxed);
    if (status == GOROUTINE_IDLE || status == GOROUTINE_DEAD)
        return;
    range(goroutine->stack_pointer, (const void *)goroutine->stack_high, context);
    range(&goroutine->arg, &goroutine->scratch[4], context);
    if (status == GOROUTINE_SYSCALL)
        range(goroutine->blocking_registers, goroutine->blocking_registers + 6, context);
}

/* All that the signal saved, general and vector registers, lies between its context and the end of the stack of handlers. */
static void visit_registers(void (*range)(const void *, const void *, void *), void *context)
{
    for (const struct thread *it = thread_first(); it != NULL; it = it->all_next)
        if (it->signal_context != 0)
            range((const void *)it->signal_context, (const void *)it->signal_stack_high, context);
}

void stacks_visit(void (*range)(const void *low, const void *high, void *context), void *context)
{
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        visit_goroutine(it, range, context);
    const void *low, *high;
    scheduler_caller_stack(&low, &high);
    range(low, high, context);
    visit_registers(range, context);
    timers_visit(range, context);
}
