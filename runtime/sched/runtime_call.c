#include "sched/runtime_call.h"

#include "sched/scheduler.h"
#include "sched/stop.h"
#include "sched/thread.h"

void runtime_stop_point(void)
{
    do {
        runtime_enter();
        runtime_on_scheduler_stack(stop_stand, NULL);
        atomic_signal_fence(memory_order_seq_cst); /* as in runtime_leave(), and as there the poll comes last */
        struct thread *thread = thread_current();
        thread->depth = thread->depth - 1;
    } while (runtime_stop_wanted() && thread_current()->depth == 0);
}

void runtime_on_scheduler_stack(void (*function)(void *arg), void *arg)
{
    struct thread *thread = thread_current();
    thread->request_function = function;
    thread->request_arg = arg;
    scheduler_switch(THREAD_REQUEST_CALL);
}
