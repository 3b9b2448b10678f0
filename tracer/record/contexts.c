/* See contexts.h.
 *
 * Nodes lie in the shared memory, `context_index` is a private hash table of their numbers (open addressing; 0: free), never emptied.
 *
 * Invariant C1: a node appears whole: its 16 bytes are written by one compare-and-swap from zero, which also decides whose it is. So
 * `context_count` may be moved over it by anybody, nobody ever waits for another thread, and a program killed at any instant leaves no
 * half node below the count.
 *
 * Two threads that intern the same new frame at once may make two nodes; the index keeps one, the other is named by no event.
 */
#include "tracer/record/contexts.h"

#include <stdbool.h>

#include "tracer/record/modules.h"
#include "tracer/record/recorder.h"

uint64_t contexts_index_size(uint64_t context_capacity)
{
    uint64_t size = 2;
    while (size < 2 * context_capacity)
        size *= 2;
    return size;
}

static uint64_t hash_of(uint32_t parent, uint64_t pc)
{
    uint64_t hash = (pc ^ (uint64_t)parent << 40) *
                    0x9e3779b97f4a7c15ULL; /* 2^64 / golden ratio: Knuth, volume 3, 6.4 */
    return hash ^ hash >> 32;
}

static bool is_node(uint32_t id, uint32_t parent, uint64_t pc)
{
    const struct ring_context *node = &recorder.contexts[id];
    return node->pc == pc && node->parent == parent;
}

/* Sequentially consistent, as every locked instruction. Pairs with the acquire of context_count by the drainer. */
static bool node_claim(struct ring_context *node, const struct ring_context *value)
{
    uint64_t low = 0, high = 0;
    bool is_ours;
    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(is_ours), "+m"(*node), "+a"(low), "+d"(high)
                     : "b"(value->pc), "c"((uint64_t)value->depth << 32 | value->parent)
                     : "memory");
    return is_ours;
}

/* The number of a new node, already covered by context_count. */
static uint32_t node_add(const struct ring_context *value)
{
    _Atomic uint64_t *count = &recorder.header->context_count;
    for (;;) {
        uint64_t id = atomic_load_explicit(count,
                                           memory_order_acquire); /* pairs with the exchange below, of another thread */
        if (id >= recorder.header->context_capacity)
            return CONTEXT_LOST;
        bool is_ours = node_claim(&recorder.contexts[id], value);
        /* Release: the drainer that sees the new count sees the node. Who finds the node taken moves the count for its owner. */
        uint64_t expected = id;
        atomic_compare_exchange_strong_explicit(count, &expected, id + 1, memory_order_release, memory_order_relaxed);
        if (is_ours)
            return (uint32_t)id;
    }
}

static uint32_t count_lost(void)
{
    atomic_fetch_add_explicit(&recorder.header->contexts_lost, 1, memory_order_relaxed); /* relaxed: a count */
    return CONTEXT_LOST;
}

/* From the free place `at` of the index on. */
static uint32_t add(struct producer *producer, uint64_t at, const struct ring_context *value)
{
    if (value->pc != 0)
        modules_announce(producer, value->pc);
    uint32_t id = node_add(value);
    if (id == CONTEXT_LOST)
        return count_lost();
    for (;; at = (at + 1) & recorder.context_index_mask) {
        uint32_t other = 0;
        /* Release: pairs with the acquire in contexts_intern(). */
        if (atomic_compare_exchange_strong_explicit(&recorder.context_index[at], &other, id, memory_order_release,
                                                    memory_order_acquire))
            return id;
        if (is_node(other, value->parent, value->pc))
            return other;
    }
}

uint32_t contexts_intern(struct producer *producer, uint32_t parent, uint64_t pc, uint32_t depth)
{
    for (uint64_t at = hash_of(parent, pc) & recorder.context_index_mask;;
         at = (at + 1) & recorder.context_index_mask) {
        uint32_t id = atomic_load_explicit(&recorder.context_index[at], memory_order_acquire); /* pairs with add() */
        if (id == 0)
            return add(producer, at, &(struct ring_context){.pc = pc, .parent = parent, .depth = depth});
        if (is_node(id, parent, pc))
            return id;
    }
}
