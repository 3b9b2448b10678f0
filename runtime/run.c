/* gcrt_run: where the parts of the runtime are put together. It alone knows all of them. */
#include <gcrt/run.h>

#include <stdatomic.h>
#include <stdbool.h>

#include "collector/collector.h"
#include "collector/phase.h"
#include "environment.h"
#include "heap/heap.h"
#include "observe/observe.h"
#include "platform/invariant.h"
#include "platform/log.h"
#include "sched/scheduler.h"
#include "sched/stop.h"
#include "sched/wait_reason.h"

static void start_observer(const char *argument)
{
    char error[300];
    if (argument == NULL)
        return;
    if (observe_start(argument, error, sizeof error) < 0)
        fatal_exit("GCRT_TRACE='%s': %s", argument, error);
}

static void start_dumper(const char *at_end)
{
    char error[300];
    if (gcrt_dumper != NULL && gcrt_dumper->open(at_end, error, sizeof error) < 0)
        fatal_exit("GCRT_HEAPDUMP='%s': %s", at_end, error);
}

static void start_reporter(const char *directory)
{
    char error[300];
    if (gcrt_reporter != NULL && gcrt_reporter->open(directory, error, sizeof error) < 0)
        fatal_exit("GCRT_CRASH_DIR='%s': %s", directory, error);
}

/* What the codes in the scheduler's events mean; before any goroutine runs, so on worker 0. */
static void announce_names(void)
{
    if (gcrt_observer == NULL)
        return;
#define X(reason, text, can_leak) gcrt_observer->name(0, OBSERVE_NAMES_WAIT_REASON, WAIT_##reason, text);
    GCRT_WAIT_REASONS(X)
#undef X
#define X(reason, text) gcrt_observer->name(0, OBSERVE_NAMES_STOP_REASON, STOP_##reason, text);
    GCRT_STOP_REASONS(X)
#undef X
#define X(phase, text) gcrt_observer->name(0, OBSERVE_NAMES_PHASE, PHASE_##phase, text);
    COLLECTOR_PHASES(X)
#undef X
#define X(cause, text) gcrt_observer->name(0, OBSERVE_NAMES_CYCLE_CAUSE, CAUSE_##cause, text);
    COLLECTOR_CAUSES(X)
#undef X
}

int gcrt_run(const struct gcrt_options *options, int (*entry)(void *arg), void *arg)
{
    static _Atomic bool has_begun;
    struct environment environment;
    char error[300];
    if (atomic_exchange_explicit(&has_begun, true, memory_order_relaxed)) /* relaxed: it only counts */
        gcrt_panic("gcrt_run called twice");
    if (environment_read(options, &environment, error, sizeof error) < 0)
        fatal_exit("%s", error);
    log_configure(environment.log, options != NULL ? options->log : NULL, options != NULL ? options->log_arg : NULL);
    scheduler_start(&(struct scheduler_options){
        .worker_count = environment.procs,
        .main_stack_bytes = options != NULL ? options->main_stack_bytes : 0,
        .stress_migrate = environment.stress.migrate,
    });
    heap_start(environment.stress.collect_every);
    invariant_fault = environment.fault;
    collector_start(environment.percent, environment.stress.barrier, environment.verify);
    start_observer(environment.trace);
    start_dumper(environment.heap_dump);
    start_reporter(environment.crash_directory);
    announce_names();
    return scheduler_run(entry, arg);
}
