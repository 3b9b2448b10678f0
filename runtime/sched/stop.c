#include "sched/stop.h"

#include <stdatomic.h>

#include "platform/clock.h"
#include "platform/futex.h"
#include "sched/goroutine.h"
#include "sched/runtime_call.h"
#include "sched/scheduler.h"
#include "sched/timer.h"

/* thread->stop_state */
enum { STOP_STATE_AWAY = 0, STOP_STATE_ACTIVE = 1 };

_Atomic uint32_t stop_word;             /* odd: a stop is wanted; each has its own number; see runtime_call.h */
static _Atomic uint32_t standing_count; /* changes when somebody begins to stand during a stop */
static int64_t stopped_at_ns;
static struct stop_account account;

void stop_away_begin(void)
{
    /* Sequentially consistent, here and below: either the stopper sees us away, or we see that it waits. */
    atomic_store(&thread_current()->stop_state, STOP_STATE_AWAY);
    if ((atomic_load(&stop_word) & 1) == 0)
        return;
    atomic_fetch_add(&standing_count, 1);
    futex_wake_all(&standing_count);
}

void stop_away_end(void)
{
    struct thread *thread = thread_current();
    for (;;) {
        atomic_store(&thread->stop_state, STOP_STATE_ACTIVE);
        uint32_t word = atomic_load(&stop_word);
        if ((word & 1) == 0)
            return;
        stop_away_begin();
        futex_wait(&stop_word, word);
    }
}

void scheduler_stand(void)
{
    stop_away_begin();
    stop_away_end();
}

void stop_stand(void *)
{
    scheduler_stand();
}

static void wait_for(struct thread *thread)
{
    for (;;) {
        uint32_t count = atomic_load(&standing_count);
        if (atomic_load(&thread->stop_state) == STOP_STATE_AWAY)
            return;
        futex_wait(&standing_count, count);
    }
}

void world_stop(enum stop_reason)
{
    for (;;) {
        uint32_t word = atomic_load(&stop_word);
        if ((word & 1) == 0 && atomic_compare_exchange_strong(&stop_word, &word, word + 1))
            break;
        scheduler_stand();
    }
    stopped_at_ns = clock_monotonic_ns();
    for (struct thread *it = thread_first(); it != NULL; it = it->all_next)
        if (it != thread_current())
            wait_for(it);
}

void world_start(void)
{
    int64_t stop_ns = clock_monotonic_ns() - stopped_at_ns;
    account.count++;
    account.total_ns += (uint64_t)stop_ns;
    if ((uint64_t)stop_ns > account.longest_ns)
        account.longest_ns = (uint64_t)stop_ns;
    atomic_fetch_add(&stop_word, 1);
    futex_wake_all(&stop_word);
}

void world_end(void)
{
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

void stacks_visit(void (*range)(const void *low, const void *high, void *context), void *context)
{
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        visit_goroutine(it, range, context);
    const void *low, *high;
    scheduler_caller_stack(&low, &high);
    range(low, high, context);
    timers_visit(range, context);
}
