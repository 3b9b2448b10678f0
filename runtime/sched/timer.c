#include "sched/timer.h"

#include <stdatomic.h>
#include <stddef.h>

#include "platform/log.h"
#include "platform/pages.h"
#include "sched/worker.h"

enum { ARITY = 4, CAPACITY_FIRST = PAGE_BYTES / sizeof(struct timer *) };

/* Everything here works on places from 0; timer->heap_index is one more, so that 0 can say 'not armed'. */

static void put(struct timer_heap *heap, uint32_t place, struct timer *timer)
{
    heap->entries[place] = timer;
    timer->heap_index = place + 1;
}

static void sift_up(struct timer_heap *heap, uint32_t place, struct timer *timer)
{
    while (place > 0) {
        uint32_t parent = (place - 1) / ARITY;
        if (heap->entries[parent]->when_ns <= timer->when_ns)
            break;
        put(heap, place, heap->entries[parent]);
        place = parent;
    }
    put(heap, place, timer);
}

static void sift_down(struct timer_heap *heap, uint32_t place, struct timer *timer)
{
    for (;;) {
        uint32_t first = place * ARITY + 1;
        if (first >= heap->count)
            break;
        uint32_t least = first;
        for (uint32_t child = first + 1; child < first + ARITY && child < heap->count; child++)
            if (heap->entries[child]->when_ns < heap->entries[least]->when_ns)
                least = child;
        if (heap->entries[least]->when_ns >= timer->when_ns)
            break;
        put(heap, place, heap->entries[least]);
        place = least;
    }
    put(heap, place, timer);
}

static void publish_next(struct timer_heap *heap)
{
    /* Sequentially consistent: against the poller, see sleep_as_poller(). */
    atomic_store(&heap->next_ns, heap->count > 0 ? heap->entries[0]->when_ns : INT64_MAX);
}

static void grow(struct timer_heap *heap)
{
    uint32_t capacity = heap->capacity == 0 ? CAPACITY_FIRST : heap->capacity * 2;
    size_t bytes = capacity * sizeof(struct timer *);
    struct timer **entries = heap->capacity == 0 ? pages_map(bytes) : pages_grow(heap->entries, bytes / 2, bytes);
    if (entries == NULL)
        fatal_exit("out of memory: no memory for %u timers", capacity);
    heap->entries = entries;
    heap->capacity = capacity;
}

static void take_out(struct timer_heap *heap, struct timer *timer)
{
    uint32_t place = timer->heap_index - 1;
    timer->heap_index = 0;
    struct timer *last = heap->entries[--heap->count];
    heap->entries[heap->count] = NULL;
    if (last == timer)
        return;
    if (place > 0 && last->when_ns < heap->entries[(place - 1) / ARITY]->when_ns)
        sift_up(heap, place, last);
    else
        sift_down(heap, place, last);
}

void timer_arm(struct timer *timer, int64_t when_ns)
{
    struct worker *worker = worker_current();
    struct timer_heap *heap = &worker->timers;
    timer->when_ns = when_ns;
    timer->worker = worker->index;
    lock_take(&heap->lock);
    if (heap->count == heap->capacity)
        grow(heap);
    sift_up(heap, heap->count++, timer);
    publish_next(heap);
    lock_release(&heap->lock);
}

bool timer_disarm(struct timer *timer)
{
    struct timer_heap *heap = &worker_at(timer->worker)->timers;
    lock_take(&heap->lock);
    bool was_armed = timer->heap_index != 0;
    if (was_armed) {
        take_out(heap, timer);
        publish_next(heap);
    }
    lock_release(&heap->lock);
    return was_armed;
}

static struct timer *take_due(struct timer_heap *heap, int64_t now_ns)
{
    lock_take(&heap->lock);
    struct timer *due = heap->count > 0 && heap->entries[0]->when_ns <= now_ns ? heap->entries[0] : NULL;
    if (due != NULL) {
        take_out(heap, due);
        publish_next(heap);
    }
    lock_release(&heap->lock);
    return due;
}

bool timers_run(struct worker *worker, int64_t now_ns)
{
    bool has_fired = false;
    for (struct timer *due; (due = take_due(&worker->timers, now_ns)) != NULL; has_fired = true)
        due->fire(due, now_ns); /* without the lock: it may arm itself again */
    return has_fired;
}

int64_t timers_next_ns(void)
{
    int64_t next_ns = INT64_MAX;
    for (unsigned i = 0; i < worker_count(); i++) {
        int64_t its_ns = atomic_load(&worker_at(i)->timers.next_ns); /* sequentially consistent: see publish_next() */
        if (its_ns < next_ns)
            next_ns = its_ns;
    }
    return next_ns;
}

void timers_visit(root_range_visit *range, void *context)
{
    for (unsigned i = 0; i < worker_count(); i++) {
        const struct timer_heap *heap = &worker_at(i)->timers;
        for (uint32_t place = 0; place < heap->count; place++) {
            void **arg = &heap->entries[place]->arg;
            range(&(struct root_range){arg, arg + 1, ROOT_TIMER, 0}, context);
        }
    }
}
