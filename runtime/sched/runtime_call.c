#include "sched/runtime_call.h"

#include "sched/scheduler.h"
#include "sched/stop.h"
#include "sched/thread.h"

void runtime_stop_point(void)
{
    runtime_enter();
    runtime_on_scheduler_stack(stop_stand, NULL);
    struct thread *thread = thread_current();
    thread->depth = thread->depth - 1;
}

void runtime_on_scheduler_stack(void (*function)(void *arg), void *arg)
{
    struct thread *thread = thread_current();
    thread->request_function = function;
    thread->request_arg = arg;
    scheduler_switch(THREAD_REQUEST_CALL);
}
