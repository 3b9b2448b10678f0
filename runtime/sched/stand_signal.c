/* Standing, the side of those that are stopped; also called by the stop signal's handler. Modelled in tests/model/stop.pml. */
#include "sched/stand.h"

#include <stdatomic.h>

#include "platform/futex.h"
#include "sched/runtime_call.h"
#include "sched/stop.h"
#include "sched/thread.h"

/* thread->stop_state */
enum { STOP_STATE_AWAY = 0, STOP_STATE_ACTIVE = 1 };

_Atomic uint32_t stop_word;             /* odd: a stop is wanted; each has its own number; see runtime_call.h */
static _Atomic uint32_t standing_count; /* changes when somebody begins to stand during a stop */
static _Atomic bool run_is_over;

/* All on these words is sequentially consistent: either the stopper sees a thread away, or the thread sees that a stop is wanted. */

void stop_away_begin(void)
{
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

void stand_in_place(void)
{
    struct thread *thread = thread_current();
    for (;;) {
        uint32_t word = atomic_load(&stop_word);
        if ((word & 1) == 0 || atomic_load(&run_is_over))
            return;
        stop_away_begin();
        futex_wait(&stop_word, word);
        atomic_store(&thread->stop_state, STOP_STATE_ACTIVE);
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

bool stand_is(struct thread *thread)
{
    return atomic_load(&thread->stop_state) == STOP_STATE_AWAY;
}

bool stand_wait(struct thread *thread, int64_t timeout_ns)
{
    uint32_t count = atomic_load(&standing_count);
    if (!stand_is(thread))
        futex_wait_for(&standing_count, count, timeout_ns);
    return stand_is(thread);
}

bool stand_begin(void)
{
    uint32_t word = atomic_load(&stop_word);
    return (word & 1) == 0 && atomic_compare_exchange_strong(&stop_word, &word, word + 1);
}

void stand_end(void)
{
    atomic_fetch_add(&stop_word, 1);
    futex_wake_all(&stop_word);
}

bool stand_await_end(void)
{
    for (;;) {
        uint32_t word = atomic_load(&stop_word);
        if (atomic_load(&run_is_over))
            return false;
        if ((word & 1) == 0)
            return true;
        futex_wait(&stop_word, word);
    }
}

void stand_end_in_place(void)
{
    atomic_store(&run_is_over, true);
    atomic_fetch_add(&stop_word, 2); /* wakes, and stays odd */
    futex_wake_all(&stop_word);
}
