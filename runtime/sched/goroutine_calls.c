/* The public calls of <gcrt/goroutine.h>, and gcrt_exit. */
#include <gcrt/goroutine.h>

#include <stdlib.h>

#include "sched/goroutine.h"
#include "sched/runtime_call.h"
#include "sched/scheduler.h"
#include "sched/timer.h"
#include "sched/worker.h"

/* So many unstarted goroutines make gcrt_go yield. A loop that starts many would otherwise give each a stack of its own that nobody has
 * touched yet, which costs a hundred times what a warm one does. */
enum { UNSTARTED_MAX = 64 };

/* Only a goroutine that holds a worker may go on. */
static void refuse_others(const char *call)
{
    const struct thread *thread = thread_current();
    if (thread == NULL || thread->current == NULL)
        gcrt_panic("%s called outside of goroutines", call);
    if (thread->worker == NULL)
        gcrt_panic("%s called in a blocking call", call);
}

void gcrt_go_with(const struct gcrt_go_options *options, void (*function)(void *arg), void *arg, const char *site)
{
    refuse_others("gcrt_go");
    runtime_enter();
    const char *name = options != NULL ? options->name : NULL;
    size_t stack_bytes = options != NULL ? options->stack_bytes : 0;
    goroutine_start(name, site, stack_bytes, function, arg, __builtin_frame_address(0));
    if (run_queue_length(&worker_current()->queue) >= UNSTARTED_MAX)
        scheduler_switch(THREAD_REQUEST_YIELD);
    runtime_leave();
}

void gcrt_yield(void)
{
    refuse_others("gcrt_yield");
    runtime_enter();
    scheduler_switch(THREAD_REQUEST_YIELD);
    runtime_leave();
}

struct sleep {
    struct timer timer;
    int64_t until_ns;
};

static void wake_sleeper(struct timer *timer, int64_t)
{
    goroutine_ready(timer->arg);
}

static bool commit_sleep(struct goroutine *, void *arg)
{
    struct sleep *sleep = arg;
    timer_arm(&sleep->timer, sleep->until_ns);
    return true;
}

void gcrt_sleep(int64_t duration_ns)
{
    refuse_others("gcrt_sleep");
    if (duration_ns <= 0) {
        gcrt_yield();
        return;
    }
    runtime_enter();
    int64_t until_ns;
    if (__builtin_add_overflow(clock_monotonic_ns(), duration_ns, &until_ns))
        until_ns = INT64_MAX - 1;
    struct sleep sleep = {.timer = {.fire = wake_sleeper, .arg = goroutine_current()}, .until_ns = until_ns};
    goroutine_park(WAIT_SLEEP, NULL, commit_sleep, &sleep);
    runtime_leave();
}

void gcrt_goexit(void)
{
    refuse_others("gcrt_goexit");
    runtime_enter();
    scheduler_switch(THREAD_REQUEST_END);
    abort(); /* an ended goroutine is not resumed */
}

void gcrt_exit(int status)
{
    struct thread *thread = thread_current();
    if (thread == NULL || thread->current == NULL)
        exit(status);
    refuse_others("gcrt_exit");
    runtime_enter();
    thread->request_status = status;
    thread->request_exits = true;
    scheduler_switch(THREAD_REQUEST_FINISH);
    abort(); /* the run is over */
}

void gcrt_poll(void)
{
    if (runtime_stop_wanted() && worker_current() != NULL)
        runtime_stop_point();
}

uint64_t gcrt_self(void)
{
    const struct goroutine *goroutine = goroutine_current();
    return goroutine != NULL ? goroutine->id : 0;
}
