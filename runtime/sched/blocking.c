#include "sched/blocking.h"

#include <assert.h>

#include <gcrt/goroutine.h>

#include "platform/errno_access.h"
#include "sched/goroutine.h"
#include "sched/runtime_call.h"
#include "sched/scheduler.h"
#include "sched/stop.h"
#include "sched/worker.h"

enum { FRAME_REGISTERS = 1, FRAME_CALLER = 8 };
static_assert(FRAME_REGISTERS + BLOCKING_REGISTERS == FRAME_CALLER, "in the order of enum BLOCKING_RBX ...");

/* The thread's depth stays 1 until gcrt_block_leave(): a late signal of a stop has nothing to do here. */
void blocking_enter(uintptr_t *frame)
{
    struct thread *thread = thread_current();
    if (thread == NULL || thread->current == NULL)
        gcrt_panic("gcrt_block_enter called outside of goroutines");
    if (thread->blocking_worker != NULL)
        gcrt_panic("gcrt_block_enter called twice");
    runtime_enter();
    struct goroutine *goroutine = thread->current;
    struct worker *worker = thread->worker;
    for (unsigned i = 0; i < BLOCKING_REGISTERS; i++)
        goroutine->blocking_registers[i] = (void *)frame[FRAME_REGISTERS + i];
    goroutine->stack_pointer = frame + FRAME_CALLER;
    goroutine_set_status(goroutine, GOROUTINE_SYSCALL);
    worker->blocking_goroutine = goroutine->id;
    thread->blocking_worker = worker;
    thread->worker = NULL;
    stop_away_begin();
    /* Release: pairs with the acquire in idle_retake(): the worker is as its next holder needs it. */
    atomic_store_explicit(&worker->state, (uintptr_t)thread, memory_order_release);
}

void gcrt_block_leave(void)
{
    int saved_errno = errno_read();
    struct thread *thread = thread_current();
    if (thread == NULL || thread->blocking_worker == NULL)
        gcrt_panic("gcrt_block_leave called without gcrt_block_enter");
    struct worker *worker = thread->blocking_worker;
    thread->blocking_worker = NULL;
    stop_away_end();
    uintptr_t expected = (uintptr_t)thread;
    /* Acquire: nobody had it in between, but the retaking monitor may have lost against us. */
    if (atomic_compare_exchange_strong_explicit(&worker->state, &expected, WORKER_RUNNING, memory_order_acquire,
                                                memory_order_relaxed)) {
        thread->worker = worker;
        goroutine_set_status(thread->current, GOROUTINE_RUNNING);
    } else {
        scheduler_switch(THREAD_REQUEST_UNBLOCK);
    }
    runtime_leave();
    errno_write(saved_errno);
}
