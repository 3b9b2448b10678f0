/* goroutine.h: one goroutine, and how it parks and becomes runnable again.
 *
 * The record sits in the top page of its own stack (sched/stack.h), never moves, and is reused by later goroutines.
 *
 * Invariant G2: status changes only along these arrows; goroutine_set_status() checks them.
 *
 *     IDLE -> RUNNABLE <-> RUNNING -> WAITING -> RUNNABLE
 *                           RUNNING <-> SYSCALL (-> RUNNABLE when its worker was taken away)
 *                           RUNNING -> DEAD -> IDLE
 */
#ifndef RUNTIME_SCHED_GOROUTINE_H
#define RUNTIME_SCHED_GOROUTINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/clock.h"
#include "sched/thread.h"
#include "sched/wait_reason.h"

enum goroutine_status {
    GOROUTINE_IDLE,
    GOROUTINE_RUNNABLE,
    GOROUTINE_RUNNING,
    GOROUTINE_SYSCALL,
    GOROUTINE_WAITING,
    GOROUTINE_DEAD,
};

/* Places in goroutine->blocking_registers; BLOCKING_PC is where gcrt_block_enter() returns to. */
enum {
    BLOCKING_RBX,
    BLOCKING_R12,
    BLOCKING_R13,
    BLOCKING_R14,
    BLOCKING_R15,
    BLOCKING_RBP,
    BLOCKING_PC,
    BLOCKING_REGISTERS,
};

struct goroutine {
    /* Saved while it does not run: at what the context switch pushed (platform/context.h); in a blocking call: its caller's, and the
     * registers are below. */
    void *stack_pointer;
    uint64_t id; /* from 1, never reused */
    _Atomic uint8_t status;
    _Atomic uint8_t wait_reason;
    _Atomic(const void *) wait_object; /* what it waits for, or NULL; for tools, not a root */
    int64_t wait_since_ns;
    struct goroutine *queue_next; /* run queues and wait lists of its owner's choosing */
    struct goroutine *all_next;   /* every record ever made; written before the record is published */
    uintptr_t stack_low, stack_high;
    uint64_t creator;
    const char *name, *site; /* static strings or NULL */
    void (*function)(void *arg);
    void *arg;                                    /* a root */
    const void *selection;                        /* of sync/select.c while it waits there; for tools */
    void *blocking_registers[BLOCKING_REGISTERS]; /* at gcrt_block_enter(); roots while the status is SYSCALL */
    uint8_t stack_class;                          /* sched/stack.h */
    bool is_main;
    void *fibre;      /* TSan's handle of this stack */
    void *fake_stack; /* ASan's, while it does not run */
};

/* The newest record; all of them follow by all_next. Dead and idle ones are among them. */
struct goroutine *goroutine_first(void);
extern _Atomic(struct goroutine *) goroutine_newest; /* the same, for the layout table */

/* Invariant G2: aborts with the transition when it is none of the arrows. */
void goroutine_set_status(struct goroutine *goroutine, enum goroutine_status status);
const char *goroutine_status_name(enum goroutine_status status);
const char *wait_reason_name(enum wait_reason reason);

/* A new record with its first context, RUNNABLE, in no queue yet. Caller: holds `worker`. */
struct goroutine *goroutine_make(struct worker *worker, const char *name, size_t stack_bytes, void (*function)(void *),
                                 void *arg);

/* The goroutine that runs on this thread; NULL on a scheduler's stack. */
static inline struct goroutine *goroutine_current(void)
{
    struct thread *thread = thread_current();
    return thread != NULL ? thread->current : NULL;
}

/* Parks the current goroutine; returns once somebody made it runnable. `commit` runs on the scheduler's stack after the context is
 * saved and the status is WAITING, so from there on it may be woken: it releases the lock that guards the wait list, or
 * returns false to call the park off. Caller: inside the runtime at depth 1. `object` is what it waits for, for tools. */
void goroutine_park(enum wait_reason reason, const void *object, bool (*commit)(struct goroutine *, void *), void *arg);

/* WAITING -> RUNNABLE on this thread's worker: scheduler_make_runnable(). Threads: any that holds a worker, inside the runtime. */
void goroutine_ready(struct goroutine *goroutine);

/* It no longer waits for anything. Caller: who makes it runnable. */
void goroutine_clear_wait(struct goroutine *goroutine);

/* A new goroutine, runnable. Returns its id; out of memory: reports and exits. */
uint64_t goroutine_start(const char *name, const char *site, size_t stack_bytes, void (*function)(void *), void *arg,
                         const void *frame);

#endif
