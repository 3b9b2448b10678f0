#include "sched/run_queue.h"

#include <assert.h>
#include <stddef.h>

static struct goroutine *slot_read(struct run_queue *queue, uint32_t index)
{
    /* Relaxed: what the goroutine's record holds is ordered by head and tail. */
    return atomic_load_explicit(&queue->slots[index % RUN_QUEUE_SLOTS], memory_order_relaxed);
}

static void slot_write(struct run_queue *queue, uint32_t index, struct goroutine *goroutine)
{
    /* Relaxed, as slot_read(). A thief that still reads the slot's old entry fails to move head. */
    atomic_store_explicit(&queue->slots[index % RUN_QUEUE_SLOTS], goroutine, memory_order_relaxed);
}

bool run_queue_push(struct run_queue *queue, struct goroutine *goroutine)
{
    /* Acquire: pairs with the release by which a thief moves head after it has read the slots that we now overwrite. */
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_acquire);
    uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    if (tail - head >= RUN_QUEUE_SLOTS)
        return false;
    slot_write(queue, tail, goroutine);
    /* Release: pairs with the acquire of tail in grab(): the entry and its record are written. */
    atomic_store_explicit(&queue->tail, tail + 1, memory_order_release);
    return true;
}

struct goroutine *run_queue_pop(struct run_queue *queue)
{
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    for (;;) {
        uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
        if (tail == head)
            return NULL;
        struct goroutine *goroutine = slot_read(queue, head);
        /* Acquire and release: against thieves, see run_queue_push() and grab(). */
        if (atomic_compare_exchange_weak_explicit(&queue->head, &head, head + 1, memory_order_acq_rel,
                                                  memory_order_relaxed))
            return goroutine;
    }
}

/* Takes the older half, rounded up, into ret_batch; how many. Any thread. */
static unsigned grab(struct run_queue *queue, struct goroutine **ret_batch)
{
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_acquire);
    for (;;) {
        /* Acquire: pairs with the release in run_queue_push(). */
        uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_acquire);
        uint32_t count = tail - head;
        count -= count / 2;
        if (count == 0)
            return 0;
        if (count > RUN_QUEUE_SLOTS / 2) { /* head is old, tail is new */
            head = atomic_load_explicit(&queue->head, memory_order_acquire);
            continue;
        }
        for (uint32_t i = 0; i < count; i++)
            ret_batch[i] = slot_read(queue, head + i);
        /* Release: the reads above come before the holder may overwrite the slots. */
        if (atomic_compare_exchange_weak_explicit(&queue->head, &head, head + count, memory_order_acq_rel,
                                                  memory_order_acquire))
            return count;
    }
}

unsigned run_queue_take_half(struct run_queue *queue, struct goroutine **ret_batch)
{
    return grab(queue, ret_batch);
}

struct goroutine *run_queue_steal(struct run_queue *thief, struct run_queue *victim)
{
    struct goroutine *batch[RUN_QUEUE_SLOTS / 2];
    unsigned count = grab(victim, batch);
    if (count == 0)
        return NULL;
    uint32_t tail = atomic_load_explicit(&thief->tail, memory_order_relaxed);
    /* Acquire: as in run_queue_push(). */
    assert(atomic_load_explicit(&thief->head, memory_order_acquire) == tail);
    for (unsigned i = 1; i < count; i++)
        slot_write(thief, tail + i - 1, batch[i]);
    /* Release: as in run_queue_push(). */
    atomic_store_explicit(&thief->tail, tail + count - 1, memory_order_release);
    return batch[0];
}

uint32_t run_queue_length(const struct run_queue *queue)
{
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    return tail - head <= RUN_QUEUE_SLOTS ? tail - head : 0;
}
