#include "sched/thread.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "platform/fibre.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "platform/signal_stack.h"
#include "sched/idle.h"
#include "sched/scheduler.h"
#include "sched/stop_signal.h"

__thread struct thread *gcrt_thread __attribute__((tls_model("initial-exec"), visibility("hidden")));

_Atomic(struct thread *) thread_newest;

struct thread *thread_first(void)
{
    /* Acquire: pairs with the release in publish(). */
    return atomic_load_explicit(&thread_newest, memory_order_acquire);
}

static void publish(struct thread *thread)
{
    struct thread *next = atomic_load_explicit(&thread_newest, memory_order_relaxed);
    do {
        thread->all_next = next;
        /* Release: pairs with thread_first(). */
    } while (!atomic_compare_exchange_weak_explicit(&thread_newest, &next, thread, memory_order_release,
                                                    memory_order_relaxed));
}

static void find_own_stack(struct thread *thread)
{
    pthread_attr_t attributes;
    int error = pthread_getattr_np(pthread_self(), &attributes);
    if (error != 0)
        fatal_exit("cannot ask for the bounds of a thread's stack: %s", strerror(error));
    void *low;
    size_t bytes;
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
    thread->stack_low = (uintptr_t)low;
    thread->stack_high = (uintptr_t)low + bytes;
}

static void *thread_main(void *arg)
{
    struct thread *thread = arg;
    gcrt_thread = thread;
    thread->tid = gettid();
    thread->depth = 1;
    thread->random = (uint64_t)thread->tid * 0x9e3779b97f4a7c15 | 1;
    thread->fibre = fibre_of_thread();
    find_own_stack(thread);
    thread->frames_high = (uintptr_t)__builtin_frame_address(0);
    if (!signal_stack_install(&thread->signal_stack_low, &thread->signal_stack_high))
        fatal_exit("out of memory: no signal stack for a thread");
    stop_signal_unblock();
    publish(thread);
    scheduler_loop(thread);
}

/* In a child of fork() the other threads are gone, and epoll is the parent's: its calls are those of a thread that is none of ours. */
static void forget_thread(void)
{
    gcrt_thread = NULL;
}

void threads_prepare(void)
{
    int error = pthread_atfork(NULL, NULL, forget_thread);
    if (error != 0)
        fatal_exit("out of memory: cannot prepare for fork: %s", strerror(error));
}

void thread_start(void)
{
    struct thread *thread = pages_map((sizeof *thread + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
    if (thread == NULL)
        fatal_exit("cannot start another thread: out of memory");
    idle_add_new(thread);
    int error = pthread_create(&thread->pthread, NULL, thread_main, thread);
    if (error != 0)
        fatal_exit("cannot start another thread: %s (limits: ulimit -u, ulimit -v, pids.max of the control group)",
                   strerror(error));
}
