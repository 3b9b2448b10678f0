#include "sched/stack.h"

#include <assert.h>
#include <stdatomic.h>

#include "platform/fibre.h"
#include "platform/lock.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "sched/goroutine.h"
#include "sched/worker.h"

enum {
    SLAB_SLOTS_FIRST = 16,
    SLAB_SLOTS_MAX = 1024,
    LOCAL_MAX = 64,   /* ended goroutines that a worker keeps to itself */
    LOCAL_BATCH = 32, /* and how many it exchanges with the others */
};

static_assert(STACK_SLOT_BYTES - STACK_GUARD_BYTES - STACK_COLOURS * STACK_COLOUR_BYTES - sizeof(struct goroutine) >=
                  STACK_DEFAULT_BYTES,
              "the default stack fits the smallest slot");

/* A class's shared pool; under `lock`. */
struct pool {
    struct lock lock;
    struct goroutine *free_records; /* linked by queue_next */
    uintptr_t slab_next, slab_end;  /* slots not yet used */
    unsigned slab_slots;            /* of the newest slab */
    uint64_t slot_count;            /* ever carved; its remainder is the colour */
};

static struct pool pools[STACK_CLASSES];
_Atomic(struct goroutine *) goroutine_newest;

struct goroutine *goroutine_first(void)
{
    /* Acquire: pairs with the release in record_publish(); all_next of what is found is written. */
    return atomic_load_explicit(&goroutine_newest, memory_order_acquire);
}

static void record_publish(struct goroutine *goroutine)
{
    struct goroutine *next = atomic_load_explicit(&goroutine_newest, memory_order_relaxed);
    do {
        goroutine->all_next = next;
        /* Release: pairs with goroutine_first(). */
    } while (!atomic_compare_exchange_weak_explicit(&goroutine_newest, &next, goroutine, memory_order_release,
                                                    memory_order_relaxed));
}

static size_t class_slot_bytes(unsigned stack_class)
{
    return (size_t)STACK_SLOT_BYTES << stack_class;
}

static unsigned class_of(size_t stack_bytes)
{
    if (stack_bytes > STACK_BYTES_MAX)
        fatal_exit("a goroutine's stack of %zu bytes was asked for; at most 1 GiB is possible", stack_bytes);
    size_t overhead = STACK_SLOT_BYTES - STACK_DEFAULT_BYTES;
    unsigned stack_class = 0;
    while (class_slot_bytes(stack_class) - overhead < stack_bytes)
        stack_class++;
    return stack_class;
}

/* A slab that holds one slot is enough for large stacks; small ones come in growing numbers, as long as there is address space. */
static void pool_map_slab(struct pool *pool, unsigned stack_class)
{
    if (pool->slab_slots == 0)
        pool->slab_slots = stack_class == 0 ? SLAB_SLOTS_FIRST : 1;
    else if (stack_class == 0 && pool->slab_slots < SLAB_SLOTS_MAX)
        pool->slab_slots *= 2;
    void *slab;
    while ((slab = pages_map(pool->slab_slots * class_slot_bytes(stack_class))) == NULL) {
        if (pool->slab_slots == 1)
            fatal_exit("out of memory: no address space for the stack of another goroutine (%llu exist)",
                       (unsigned long long)pool->slot_count);
        pool->slab_slots /= 2;
    }
    pool->slab_next = (uintptr_t)slab;
    pool->slab_end = pool->slab_next + pool->slab_slots * class_slot_bytes(stack_class);
}

/* Under the pool's lock. Stacks go without a guard that is refused: see docs/design/stacks.md. */
static struct goroutine *pool_carve(struct pool *pool, unsigned stack_class, bool *ret_is_guarded)
{
    if (pool->slab_next == pool->slab_end)
        pool_map_slab(pool, stack_class);
    uintptr_t slot = pool->slab_next;
    pool->slab_next += class_slot_bytes(stack_class);
    uintptr_t colour_bytes = pool->slot_count++ % STACK_COLOURS * STACK_COLOUR_BYTES;

    *ret_is_guarded = pages_guard((void *)slot, STACK_GUARD_BYTES);
    uintptr_t record = (pool->slab_next - colour_bytes - sizeof(struct goroutine)) & ~(uintptr_t)63;
    struct goroutine *goroutine = (struct goroutine *)record;
    goroutine->stack_low = slot + STACK_GUARD_BYTES;
    goroutine->stack_high = record;
    goroutine->stack_class = (uint8_t)stack_class;
    goroutine->fibre = fibre_make();
    return goroutine;
}

static void warn_of_missing_guard(void)
{
    static _Atomic bool has_warned;
    if (!atomic_exchange_explicit(&has_warned, true, memory_order_relaxed)) /* relaxed: it only counts */
        log_message(GCRT_LOG_WARNING,
                    "so many goroutines that further stacks have no guard: who overflows one of these "
                    "writes into another; Linux 6.13 and later have guards for all");
}

static struct goroutine *pool_take(unsigned stack_class)
{
    struct pool *pool = &pools[stack_class];
    lock_take(&pool->lock);
    struct goroutine *goroutine = pool->free_records;
    bool is_new = goroutine == NULL, is_guarded = true;
    if (is_new)
        goroutine = pool_carve(pool, stack_class, &is_guarded);
    else
        pool->free_records = goroutine->queue_next;
    lock_release(&pool->lock);
    if (is_new)
        record_publish(goroutine);
    if (!is_guarded)
        warn_of_missing_guard();
    return goroutine;
}

static void refill_local(struct worker *worker)
{
    struct pool *pool = &pools[0];
    lock_take(&pool->lock);
    while (pool->free_records != NULL && worker->free_count < LOCAL_BATCH) {
        struct goroutine *goroutine = pool->free_records;
        pool->free_records = goroutine->queue_next;
        goroutine->queue_next = worker->free_records;
        worker->free_records = goroutine;
        worker->free_count++;
    }
    lock_release(&pool->lock);
}

struct goroutine *stack_take(struct worker *worker, size_t stack_bytes)
{
    unsigned stack_class = class_of(stack_bytes);
    if (stack_class == 0 && worker->free_records == NULL)
        refill_local(worker);
    struct goroutine *goroutine = worker->free_records;
    if (stack_class == 0 && goroutine != NULL) {
        worker->free_records = goroutine->queue_next;
        worker->free_count--;
    } else {
        goroutine = pool_take(stack_class);
    }
    goroutine->queue_next = NULL;
    fibre_clean(goroutine->stack_low, goroutine->stack_high);
    return goroutine;
}

/* Too many here: the upper, warm half stays. */
static void spill_local(struct worker *worker)
{
    struct goroutine *last_kept = worker->free_records;
    for (unsigned i = 1; i < LOCAL_MAX - LOCAL_BATCH; i++)
        last_kept = last_kept->queue_next;
    struct goroutine *first = last_kept->queue_next;
    struct goroutine *last = first;
    while (last->queue_next != NULL)
        last = last->queue_next;
    last_kept->queue_next = NULL;
    worker->free_count = LOCAL_MAX - LOCAL_BATCH;

    struct pool *pool = &pools[0];
    lock_take(&pool->lock);
    last->queue_next = pool->free_records;
    pool->free_records = first;
    lock_release(&pool->lock);
}

void stack_give(struct worker *worker, struct goroutine *goroutine)
{
    if (goroutine->stack_class == 0) {
        goroutine->queue_next = worker->free_records;
        worker->free_records = goroutine;
        if (++worker->free_count > LOCAL_MAX)
            spill_local(worker);
        return;
    }
    /* A large stack was asked for because it gets deep; its pages go back, but for the record's. */
    uintptr_t top = goroutine->stack_high & ~(uintptr_t)(PAGE_BYTES - 1);
    pages_drop((void *)goroutine->stack_low, top - goroutine->stack_low);
    struct pool *pool = &pools[goroutine->stack_class];
    lock_take(&pool->lock);
    goroutine->queue_next = pool->free_records;
    pool->free_records = goroutine;
    lock_release(&pool->lock);
}
