#include "collector/barrier.h"

#include <stdatomic.h>
#include <stddef.h>

#include <gcrt/store.h>

#include "platform/invariant.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "platform/store_block.h"
#include "sched/runtime_call.h"
#include "sched/worker.h"

_Static_assert(offsetof(struct thread, worker) == BARRIER_THREAD_WORKER, "barrier_layout.h");
_Static_assert(offsetof(struct thread, tid) == BARRIER_THREAD_TID, "barrier_layout.h");
_Static_assert(offsetof(struct worker, barrier) == BARRIER_WORKER_BUFFER, "barrier_layout.h");
_Static_assert(offsetof(struct barrier_buffer, values) == BARRIER_VALUES, "barrier_layout.h");
_Static_assert(sizeof(struct barrier_buffer) <= PAGE_BYTES, "a page for each");

void barrier_start(bool stress)
{
    for (unsigned i = 0; i < worker_count(); i++) {
        struct worker *worker = worker_at(i);
        worker->barrier = pages_map(PAGE_BYTES); /* mapped, so that what it holds is no root */
        if (worker->barrier == NULL)
            fatal_exit("out of memory: no barrier buffer for a worker");
    }
    gcrt_barrier_flag = stress;
}

GCRT_REGION_TEXT void barrier_record(uintptr_t value)
{
    struct worker *worker = worker_current();
    if (worker == NULL)
        return;
    struct barrier_buffer *buffer = worker->barrier;
    if (buffer->count == BARRIER_VALUES_MAX)
        buffer->count = 0;
    buffer->values[buffer->count++] = value;
}

void barrier_drain(root_range_visit *range, void *context)
{
    for (unsigned i = 0; i < worker_count(); i++) {
        struct barrier_buffer *buffer = worker_at(i)->barrier;
        range(&(struct root_range){buffer->values, buffer->values + buffer->count, ROOT_BARRIER, 0}, context);
        buffer->count = 0;
    }
}

void barrier_check_empty(void)
{
    for (unsigned i = 0; i < worker_count(); i++)
        if (worker_at(i)->barrier->count != 0)
            invariant_broken(INVARIANT_B1, NULL, "%u values of worker %u outlive the marking, the first %#lx",
                             worker_at(i)->barrier->count, i, worker_at(i)->barrier->values[0]);
}

static inline __attribute__((always_inline)) void record_both(uintptr_t old_word, uintptr_t new_word)
{
    if (gcrt_barrier_flag) {
        barrier_record(old_word);
        barrier_record(new_word);
    }
}

/* A leaf of GCRT_REGION_TEXT may have put off a stop. */
static inline __attribute__((always_inline)) void poll(void)
{
    if (__builtin_expect(runtime_stop_wanted(), 0) && worker_current() != NULL)
        runtime_stop_point();
}

GCRT_REGION_TEXT void *gcrt_exchange_word_(void *slot, const volatile void *value)
{
    uintptr_t old_word = __atomic_exchange_n((uintptr_t *)slot, (uintptr_t)value, __ATOMIC_SEQ_CST);
    record_both(old_word, (uintptr_t)value);
    poll();
    return (void *)old_word;
}

GCRT_REGION_TEXT bool gcrt_compare_exchange_word_(void *slot, void *expected, const volatile void *value)
{
    uintptr_t old_word = *(uintptr_t *)expected;
    bool exchanged = __atomic_compare_exchange_n((uintptr_t *)slot, (uintptr_t *)expected, (uintptr_t)value, false,
                                                 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    if (exchanged)
        record_both(old_word, (uintptr_t)value);
    poll();
    return exchanged;
}
