#include "sched/monitor.h"

#include <stdatomic.h>
#include <stdint.h>

#include "observe/observe.h"
#include "platform/clock.h"
#include "platform/futex.h"
#include "sched/idle.h"
#include "sched/thread.h"
#include "sched/timer.h"
#include "sched/worker.h"

enum {
    LOOK_SOON_NS = 1000 * 1000,
    LOOK_LATE_NS = 10 * 1000 * 1000,
    LOOKS_UNTIL_LATE = 50,   /* without having found anything to do */
    LOOKS_UNTIL_ASLEEP = 20, /* with all workers idle */
};

enum { MONITOR_AWAKE, MONITOR_ASLEEP, MONITOR_ENDED };
static _Atomic uint32_t monitor_state;

void monitor_attend(void)
{
    uint32_t expected = MONITOR_ASLEEP;
    /* A plain look first, since it is nearly always awake. Sequentially consistent: against the monitor's last look in fall_asleep():
     * either it sees the worker that is no longer idle, or this sees it asleep. */
    if (atomic_load(&monitor_state) == MONITOR_ASLEEP &&
        atomic_compare_exchange_strong(&monitor_state, &expected, MONITOR_AWAKE))
        futex_wake_one(&monitor_state);
}

void monitor_end(void)
{
    /* Release: pairs with the acquire in monitor_run(): the result of the run is written. */
    atomic_store_explicit(&monitor_state, MONITOR_ENDED, memory_order_release);
    futex_wake_one(&monitor_state);
}

/* A worker seen in a blocking call of the same thread for the second time is given to a thread that can use it. */
static bool look_at_blocking(struct worker *worker)
{
    /* Relaxed: idle_retake() tests again. */
    uintptr_t state = atomic_load_explicit(&worker->state, memory_order_relaxed);
    bool is_again = state == worker->monitor_state;
    worker->monitor_state = state;
    if (state == WORKER_IDLE || state == WORKER_RUNNING)
        return false;
    if (!is_again || !worker_is_long_busy(worker))
        return true;
    if (!idle_has_spare_thread())
        thread_start();
    idle_retake(worker, state);
    return true;
}

/* Work that waits behind a goroutine that has been running since the last look. */
static bool is_held_up(struct worker *worker)
{
    bool was_long_busy = worker_is_long_busy(worker);
    /* Relaxed, both: see worker_is_long_busy(). */
    atomic_store_explicit(&worker->monitor_tick, atomic_load_explicit(&worker->tick, memory_order_relaxed),
                          memory_order_relaxed);
    if (run_queue_length(&worker->queue) != 0)
        return true;
    /* Relaxed: only whether there is one; a thief takes it in order. */
    return was_long_busy && atomic_load_explicit(&worker->next, memory_order_relaxed) != NULL;
}

/* Whether there was anything that calls for another look soon. */
static bool look_around(void)
{
    bool found = false, is_held = false;
    for (unsigned i = 0; i < worker_count(); i++) {
        found |= look_at_blocking(worker_at(i));
        is_held |= is_held_up(worker_at(i));
    }
    int64_t timer_ns = timers_next_ns();
    if (is_held || (timer_ns != INT64_MAX && timer_ns <= clock_monotonic_ns())) {
        idle_wake_one();
        found = true;
    }
    idle_ensure_poller();
    return found;
}

static void fall_asleep(void)
{
    uint32_t expected = MONITOR_AWAKE;
    /* Sequentially consistent: see monitor_attend(). */
    if (!atomic_compare_exchange_strong(&monitor_state, &expected, MONITOR_ASLEEP))
        return;
    while (idle_is_all() && atomic_load(&monitor_state) == MONITOR_ASLEEP)
        futex_wait(&monitor_state, MONITOR_ASLEEP);
    expected = MONITOR_ASLEEP;
    atomic_compare_exchange_strong(&monitor_state, &expected, MONITOR_AWAKE);
}

void monitor_run(void)
{
    unsigned quiet_looks = 0, idle_looks = 0;
    /* Acquire: pairs with the release in monitor_end(). */
    while (atomic_load_explicit(&monitor_state, memory_order_acquire) != MONITOR_ENDED) {
        futex_wait_for(&monitor_state, MONITOR_AWAKE, quiet_looks < LOOKS_UNTIL_LATE ? LOOK_SOON_NS : LOOK_LATE_NS);
        quiet_looks = look_around() ? 0 : quiet_looks + 1;
        bool is_dumping = gcrt_dumper != NULL && gcrt_dumper->look();
        idle_looks = idle_is_all() && !is_dumping ? idle_looks + 1 : 0;
        if (idle_looks >= LOOKS_UNTIL_ASLEEP)
            fall_asleep();
    }
}
