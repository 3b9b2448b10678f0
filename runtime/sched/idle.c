#include "sched/idle.h"

#include <assert.h>
#include <x86intrin.h>

#include "observe/observe.h"
#include "platform/futex.h"
#include "platform/lock.h"
#include "sched/deadlock.h"
#include "sched/goroutine.h"
#include "sched/monitor.h"
#include "sched/netpoll_wait.h"
#include "sched/runnable.h"
#include "sched/runtime_call.h"
#include "sched/stop.h"
#include "sched/timer.h"
#include "sched/worker.h"

/* Waking a thread on another processor costs tens of microseconds: fine-grained work is not worth more than this many of them. */
static const uint64_t WAKE_INTERVAL_CYCLES = 250000;

static struct {
    struct lock lock;
    struct worker *workers;           /* linked by idle_next; under `lock`, as all but the atomics */
    struct thread *threads;           /* linked by idle_next */
    struct thread *poller;            /* in the place of the poller until it has left it, maybe with a worker already */
    unsigned unblocked_count;         /* threads in blocking calls whose worker was taken away */
    unsigned thread_count;            /* all there are */
    _Atomic unsigned worker_count;    /* of `workers`; written under `lock`, read by anybody */
    _Atomic unsigned searching_count; /* threads that look for work */
    _Atomic int64_t poller_until_ns;  /* until when the poller sleeps at the latest: see become_poller() */
} idle;

/* ---- under the lock ---- */

static void push_worker(struct worker *worker)
{
    /* Relaxed: the lock orders it; the monitor only looks. */
    atomic_store_explicit(&worker->held_by, NULL, memory_order_relaxed);
    atomic_store_explicit(&worker->state, WORKER_IDLE, memory_order_relaxed);
    worker->idle_next = idle.workers;
    idle.workers = worker;
    atomic_fetch_add_explicit(&idle.worker_count, 1, memory_order_relaxed);
}

/* Takes an idle worker for `thread`. From here on somebody works, so the monitor is awake, whatever it was that woke the thread. */
static bool take_worker(struct thread *thread)
{
    struct worker *worker = idle.workers;
    if (worker == NULL)
        return false;
    idle.workers = worker->idle_next;
    /* Sequentially consistent: see monitor_attend(). */
    atomic_fetch_sub(&idle.worker_count, 1);
    monitor_attend();
    atomic_store_explicit(&worker->held_by, thread, memory_order_relaxed);
    atomic_store_explicit(&worker->state, WORKER_RUNNING, memory_order_relaxed);
    thread->worker = worker;
    return true;
}

static void push_thread(struct thread *thread)
{
    thread->idle_next = idle.threads;
    idle.threads = thread;
}

/* The place of the poller is free. Until it has looked at the timers it counts as sleeping for ever: whoever arms one and goes idle
 * after this, under the lock, sees that or what the look gave, and interrupts it when that is too late. Modelled in
 * tests/model/poller_timer.pml. */
static void become_poller(struct thread *thread)
{
    idle.poller = thread;
    thread->is_poller = true;
    atomic_store(&idle.poller_until_ns, INT64_MAX); /* sequentially consistent: see sleep_as_poller() */
}

/* Takes one from the idle list, or else the poller, which is to get a worker and to be interrupted. It leaves its place itself: were there
 * a new poller already, that could take the interruption for its own. Modelled in tests/model/poller.pml. */
static struct thread *pop_thread(bool *ret_was_poller)
{
    struct thread *thread = idle.threads;
    *ret_was_poller = thread == NULL;
    if (thread != NULL) {
        idle.threads = thread->idle_next;
    } else {
        thread = idle.poller;
        assert(thread != NULL && thread->worker == NULL); /* the second invariant of idle.h */
    }
    return thread;
}

static void begin_search(struct thread *thread)
{
    /* Relaxed: it limits wake-ups, and decides nothing else. */
    if (!thread->spinning)
        atomic_fetch_add_explicit(&idle.searching_count, 1, memory_order_relaxed);
    thread->spinning = true;
}

/* ---- waking ---- */

/* Makes a thread in sleep_on_futex() look again: what has become of it is written under the lock. */
static void wake_sleeper(struct thread *thread)
{
    /* Release: pairs with the acquire in sleep_on_futex(). */
    atomic_store_explicit(&thread->wake, 1, memory_order_release);
    futex_wake_one(&thread->wake);
}

/* Of pop_thread(), after the lock. */
static void wake_thread(struct thread *thread, bool was_poller)
{
    if (was_poller)
        netpoll_interrupt();
    else
        wake_sleeper(thread);
}

/* Modelled, against idle_wait(), in tests/model/idle.pml. */
void idle_wake_one(void)
{
    lock_take(&idle.lock);
    /* Relaxed: a thread that stops searching looks at the queues again under this lock. */
    if (idle.workers == NULL || atomic_load_explicit(&idle.searching_count, memory_order_relaxed) != 0) {
        lock_release(&idle.lock);
        return;
    }
    bool was_poller;
    struct thread *thread = pop_thread(&was_poller);
    take_worker(thread);
    begin_search(thread);
    lock_release(&idle.lock);
    wake_thread(thread, was_poller);
}

void idle_wake_for(struct worker *worker)
{
    /* Relaxed: hints. A missed one is made up for by the next, or by the monitor. */
    if (atomic_load_explicit(&idle.worker_count, memory_order_relaxed) == 0 ||
        atomic_load_explicit(&idle.searching_count, memory_order_relaxed) != 0 || run_queue_length(&worker->queue) == 0)
        return;
    uint64_t cycles = __rdtsc();
    if (cycles - worker->woke_at_cycles < WAKE_INTERVAL_CYCLES)
        return;
    worker->woke_at_cycles = cycles;
    idle_wake_one();
}

void idle_search_begin(struct thread *thread)
{
    begin_search(thread);
}

void idle_search_end(struct thread *thread)
{
    if (!thread->spinning)
        return;
    thread->spinning = false;
    atomic_fetch_sub_explicit(&idle.searching_count, 1, memory_order_relaxed); /* relaxed: see begin_search() */
}

/* ---- sleeping ---- */

/* Until somebody took this thread off the idle list; also returns for a wake-up that came late. */
static void sleep_on_futex(struct thread *thread)
{
    /* Acquire: pairs with the release in wake_sleeper(). */
    while (atomic_exchange_explicit(&thread->wake, 0, memory_order_acquire) == 0)
        futex_wait(&thread->wake, 0);
}

/* Whatever ended the sleep, the thread leaves the poller's place. Nobody gave it a worker, so something happened: it takes an idle one. When
 * all are busy they will look; then it lies down. */
static void sleep_as_poller(struct thread *thread)
{
    int64_t until_ns = timers_next_ns();
    /* Sequentially consistent: in idle_wait() a worker reads it after it has armed its timers. It may read what become_poller() wrote, and
     * interrupt for nothing; but when it reads this, we have missed its timer or it has seen that we know. A worker that does not go idle
     * looks after its timers itself, and the monitor after it. */
    atomic_store(&idle.poller_until_ns, until_ns);
    netpoll_sleep(until_ns);
    lock_take(&idle.lock);
    idle.poller = NULL;
    thread->is_poller = false;
    if (thread->worker == NULL) {
        if (take_worker(thread))
            begin_search(thread);
        else
            push_thread(thread);
    }
    lock_release(&idle.lock);
}

static void sleep_until_worker(struct thread *thread, bool is_poller)
{
    for (bool has_worker = false; !has_worker;) {
        if (is_poller)
            sleep_as_poller(thread);
        else
            sleep_on_futex(thread);
        lock_take(&idle.lock);
        is_poller = thread->is_poller;
        /* Made the poller and given a worker in one sleep, it has yet to leave the place. Modelled in tests/model/poller.pml. */
        has_worker = thread->worker != NULL && !is_poller;
        lock_release(&idle.lock);
    }
}

/* Under the lock: into the place of the poller if it is free. */
static bool lie_down(struct thread *thread)
{
    bool is_free = idle.poller == NULL;
    if (is_free)
        become_poller(thread);
    else
        push_thread(thread);
    return is_free;
}

/* Modelled in tests/model/idle.pml. */
void idle_wait(struct thread *thread)
{
    lock_take(&idle.lock);
    idle_search_end(thread);
    if (runnable_global_exists() || runtime_stop_wanted()) {
        lock_release(&idle.lock);
        return;
    }
    struct worker *worker = thread->worker;
    thread->worker = NULL;
    push_worker(worker);
    bool is_poller = lie_down(thread);
    /* Sequentially consistent: see sleep_as_poller(). */
    bool is_late = !is_poller && idle.poller != NULL && timers_next_ns() < atomic_load(&idle.poller_until_ns);
    if (idle_is_all() && idle.unblocked_count == 0)
        deadlock_check();
    lock_release(&idle.lock);
    if (is_late)
        netpoll_interrupt(); /* it computes its time anew */
    stop_away_begin();
    if (runnable_exists())
        idle_wake_one(); /* maybe ourselves: somebody queued work while we looked away */
    sleep_until_worker(thread, is_poller);
    stop_away_end();
}

void idle_wait_new(struct thread *thread)
{
    sleep_until_worker(thread, false);
    stop_away_end();
}

bool idle_wait_unblocked(struct thread *thread, struct goroutine *goroutine)
{
    lock_take(&idle.lock);
    idle.unblocked_count--;
    if (take_worker(thread)) {
        lock_release(&idle.lock);
        return true;
    }
    goroutine_set_status(goroutine, GOROUTINE_RUNNABLE);
    runnable_add_global(goroutine); /* all workers are busy: the first that is free finds it */
    bool is_poller = lie_down(thread);
    lock_release(&idle.lock);
    stop_away_begin();
    sleep_until_worker(thread, is_poller);
    stop_away_end();
    return false;
}

void idle_add_new(struct thread *thread)
{
    lock_take(&idle.lock);
    idle.thread_count++;
    push_thread(thread);
    lock_release(&idle.lock);
}

void idle_add_workers(void)
{
    lock_take(&idle.lock);
    for (unsigned i = worker_count(); i-- > 0;)
        push_worker(worker_at(i));
    lock_release(&idle.lock);
}

/* ---- the monitor's ---- */

bool idle_has_spare_thread(void)
{
    lock_take(&idle.lock);
    bool has_spare = idle.thread_count > worker_count() + idle.unblocked_count;
    lock_release(&idle.lock);
    return has_spare;
}

bool idle_retake(struct worker *worker, uintptr_t state)
{
    lock_take(&idle.lock);
    uintptr_t expected = state;
    /* Acquire: pairs with the release in blocking_enter(): what the former holder did on the worker is done. */
    if (!atomic_compare_exchange_strong_explicit(&worker->state, &expected, WORKER_RUNNING, memory_order_acquire,
                                                 memory_order_relaxed)) {
        lock_release(&idle.lock);
        return false;
    }
    if (gcrt_observer != NULL) /* it runs elsewhere, after it has had the lock */
        gcrt_observer->go_yield(worker->index, worker->blocking_goroutine);
    idle.unblocked_count++;
    bool was_poller;
    struct thread *thread = pop_thread(&was_poller);
    atomic_store_explicit(&worker->held_by, thread, memory_order_relaxed); /* relaxed: for stops and reports */
    thread->worker = worker;
    lock_release(&idle.lock);
    wake_thread(thread, was_poller);
    return true;
}

bool idle_is_all(void)
{
    return atomic_load(&idle.worker_count) == worker_count(); /* sequentially consistent: see monitor_attend() */
}

void idle_ensure_poller(void)
{
    lock_take(&idle.lock);
    struct thread *thread = idle.poller == NULL ? idle.threads : NULL;
    if (thread != NULL) {
        idle.threads = thread->idle_next;
        become_poller(thread);
    }
    lock_release(&idle.lock);
    if (thread != NULL)
        wake_sleeper(thread);
}
