#include "collector/collector.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <gcrt/memory.h>
#include <gcrt/run.h>

#include "collector/barrier.h"
#include "collector/mark.h"
#include "collector/phase.h"
#include "collector/roots.h"
#include "collector/verify.h"
#include "heap/check.h"
#include "heap/heap.h"
#include "heap/pressure.h"
#include "observe/observe.h"
#include "sched/runtime_call.h"
#include "sched/scheduler.h"
#include "sched/stop.h"
#include "sched/worker.h"

/* A small heap grows by at least so much between cycles: on one that lives on 20 MB it halved the time. */
#define HEADROOM_BYTES_MIN ((uint64_t)32 << 20)

_Atomic uint64_t collector_cycles_done;

/* Written while the world stands; read by gcrt_stats_read() at any time, so relaxed atomics. */
static struct {
    _Atomic uint64_t marked_objects, marked_bytes;
} totals;

static int growth_percent;
static bool is_verified;

static uint64_t cycles_done(void)
{
    return atomic_load_explicit(&collector_cycles_done, memory_order_relaxed); /* relaxed: changes during stops only */
}

struct request {
    enum collector_cause cause;
    uint64_t cycles_before;
    bool is_fulfilled;
};

static void enter_phase(uint64_t cycle, enum collector_phase phase)
{
    if (gcrt_observer != NULL)
        gcrt_observer->phase(worker_index(worker_current()), cycle, (uint8_t)phase);
}

static uint64_t goal_after(uint64_t marked_bytes)
{
    if (growth_percent < 0)
        return UINT64_MAX;
    uint64_t growth = marked_bytes / 100 * (uint64_t)growth_percent;
    return marked_bytes + (growth > HEADROOM_BYTES_MIN ? growth : HEADROOM_BYTES_MIN);
}

static void end_cycle(uint64_t cycle, enum collector_cause cause, const struct mark_totals *marked)
{
    uint64_t before = atomic_load_explicit(&heap_pressure.heap_bytes, memory_order_relaxed),
             goal = goal_after(marked->bytes);
    atomic_store_explicit(&heap_pressure.heap_bytes, marked->bytes, memory_order_relaxed);
    atomic_store_explicit(&heap_pressure.goal_bytes, goal, memory_order_relaxed);
    atomic_store_explicit(&totals.marked_objects, marked->objects, memory_order_relaxed);
    atomic_store_explicit(&totals.marked_bytes, marked->bytes, memory_order_relaxed);
    atomic_store_explicit(&collector_cycles_done, cycle, memory_order_relaxed);
    if (gcrt_observer == NULL)
        return;
    struct observe_cycle what = {cycle, marked->objects,    marked->bytes, before,
                                 goal,  marked->root_bytes, (uint8_t)cause};
    gcrt_observer->cycle(worker_index(worker_current()), &what);
}

/* The world stands, and the last cycle is swept: that was done after the wish, and no cycle came between. */
static void run_cycle(enum collector_cause cause)
{
    uint64_t cycle = cycles_done() + 1;
    struct mark_totals marked;
    enter_phase(cycle, PHASE_ROOTS);
    heap_caches_flush();
    if (heap_is_stressed())
        heap_check_or_abort(HEAP_SWEPT);
    mark_begin();
    barrier_drain(mark_range, NULL);
    roots_visit(mark_range, NULL);
    enter_phase(cycle, PHASE_MARK);
    mark_drain();
    enter_phase(cycle, PHASE_MARK_END);
    mark_end(&marked);
    barrier_check_empty();
    if (is_verified)
        verify_pointers();
    verify_lose_marks();
    heap_spans_to_sweep();
    if (heap_is_stressed())
        heap_check_or_abort(HEAP_MARKED);
    end_cycle(cycle, cause, &marked);
    enter_phase(cycle, PHASE_SWEEP);
}

/* On the scheduler's stack. Whoever waited for another's stop finds its wish fulfilled: that cycle began after the wish. An object that was loaded
 * since the roots were looked at would be missed: then the caller looks again. */
static void stop_and_run(void *arg)
{
    struct request *request = arg;
    world_stop(STOP_COLLECT);
    request->is_fulfilled = cycles_done() != request->cycles_before;
    if (!request->is_fulfilled && roots_are_current()) {
        run_cycle(request->cause);
        request->is_fulfilled = true;
    }
    world_start();
}

static void collect(enum collector_cause cause)
{
    struct request request = {.cause = cause, .cycles_before = cycles_done()};
    heap_sweep_all();
    do {
        roots_refresh();
        runtime_on_scheduler_stack(stop_and_run, &request);
    } while (!request.is_fulfilled);
    if (cause == CAUSE_CALL || cause == CAUSE_MEMORY)
        heap_sweep_all();
    else
        heap_sweep_large();
    heap_trim();
}

static void collect_for_heap(enum heap_pressure_cause cause)
{
    static const enum collector_cause causes[] = {
        [HEAP_PRESSURE_GOAL] = CAUSE_GOAL,
        [HEAP_PRESSURE_MEMORY] = CAUSE_MEMORY,
        [HEAP_PRESSURE_STRESS] = CAUSE_STRESS,
    };
    collect(causes[cause]);
}

/* The recorded end: everything that is dead is known to be. The world stands already, and stays so, so that whoever loads an object just now
 * keeps the dynamic linker's lock: without a sight of that there is no such cycle, and the recording says so. */
static bool run_last_cycle(void)
{
    if (gcrt_observer == NULL || !roots_are_current())
        return false;
    heap_sweep_all();
    run_cycle(CAUSE_END);
    heap_sweep_all();
    return true;
}

void collector_start(int percent, bool stress_barrier, bool verify)
{
    growth_percent = percent;
    is_verified = verify;
    mark_start(verify);
    barrier_start(stress_barrier);
    roots_refresh();
    atomic_store_explicit(&heap_pressure.goal_bytes, goal_after(0), memory_order_relaxed);
    heap_pressure.collect = collect_for_heap;
    scheduler_run_end_hook = run_last_cycle;
}

uint64_t collector_cycle_count(void)
{
    return atomic_load_explicit(&collector_cycles_done, memory_order_relaxed); /* relaxed: a number for people */
}

void gcrt_collect(void)
{
    if (worker_current() == NULL)
        gcrt_panic("gcrt_collect called outside of goroutines");
    runtime_enter();
    collect(CAUSE_CALL);
    runtime_leave();
}

void gcrt_stats_read(struct gcrt_stats *ret_stats)
{
    struct stop_account stops;
    bool is_inside = thread_current() != NULL; /* of any other thread the depth is nobody's concern */
    if (is_inside)
        runtime_enter();
    stop_account_read(&stops);
    *ret_stats = (struct gcrt_stats){
        .cycle_count = atomic_load_explicit(&collector_cycles_done, memory_order_relaxed),
        .heap_bytes = atomic_load_explicit(&heap_pressure.heap_bytes, memory_order_relaxed),
        .goal_bytes = atomic_load_explicit(&heap_pressure.goal_bytes, memory_order_relaxed),
        .marked_objects = atomic_load_explicit(&totals.marked_objects, memory_order_relaxed),
        .marked_bytes = atomic_load_explicit(&totals.marked_bytes, memory_order_relaxed),
        .span_bytes = heap_span_bytes(),
        .stop_count = stops.count,
        .stop_total_ns = stops.total_ns,
        .stop_longest_ns = stops.longest_ns,
        .stop_signal_count = stops.by_signal_count,
    };
    if (is_inside)
        runtime_leave();
}
