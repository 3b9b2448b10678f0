/* See stack.h. */
#include "tracer/record/stack.h"

#include <stddef.h>

#include "tracer/record/contexts.h"
#include "tracer/record/producer.h"

/* Pushed by `call` and the callee's first instruction. */
struct frame_record {
    uintptr_t caller_frame;
    uintptr_t return_pc;
};

void stack_bounds_set(struct stack_bounds *bounds, uintptr_t low, uintptr_t high)
{
    bounds->low = low;
    bounds->bytes = high - low >= sizeof(struct frame_record) ? high - low - sizeof(struct frame_record) + 1 : 0;
}

static inline bool is_inside(const struct stack_bounds *bounds, uintptr_t frame)
{
    return frame - bounds->low < bounds->bytes && frame % sizeof(uintptr_t) == 0;
}

/* The caller's frame, or 0: it lies higher, or the chain is broken, as by code without frame pointers. So every walk ends. */
static inline uintptr_t next_frame(const struct frame_record *record)
{
    return record->caller_frame > (uintptr_t)record ? record->caller_frame : 0;
}

/* Return addresses from `frame` on, innermost first. Reads frames of others' code: not the sanitizers' business. */
__attribute__((no_sanitize("address", "thread"))) static uint32_t walk(const struct stack_bounds *bounds,
                                                                       uintptr_t frame, uint64_t *pcs)
{
    uint32_t count = 0;
    while (count <= RINGS_CONTEXT_DEPTH_MAX && is_inside(bounds, frame)) {
        const struct frame_record *record = (const struct frame_record *)frame;
        if (record->return_pc == 0)
            break;
        pcs[count++] = record->return_pc;
        frame = next_frame(record);
    }
    return count;
}

/* Whether the stack is the cached one. The sentinel ends a stack that is deeper. */
__attribute__((no_sanitize("address", "thread"))) static bool
is_cached(const struct stack_bounds *bounds, const struct stack_cache *cache, uintptr_t frame)
{
    uint32_t at = cache->depth;
    while (is_inside(bounds, frame)) {
        const struct frame_record *record = (const struct frame_record *)frame;
        if (record->return_pc == 0)
            break;
        if (record->return_pc != cache->entries[at].pc)
            return at == 1 && cache->entries[at].pc == 0; /* both go on beyond the depth limit */
        at--;
        frame = next_frame(record);
    }
    return at == 0;
}

/* Frames that the cache holds already, from the outermost on. `pcs` are innermost first. */
static uint32_t common_frames(const struct stack_cache *cache, const uint64_t *pcs, uint32_t count)
{
    uint32_t common = 0;
    while (common < count && common < cache->depth && cache->entries[common + 1].pc == pcs[count - 1 - common])
        common++;
    return common;
}

static uint32_t intern(struct producer *producer, struct stack_cache *cache, uint64_t *pcs, uint32_t count)
{
    if (count > RINGS_CONTEXT_DEPTH_MAX)
        pcs[count - 1] = 0; /* what lies further out is left out */
    uint32_t at = common_frames(cache, pcs, count);
    cache->depth = at;
    for (; at < count; at++) {
        uint64_t pc = pcs[count - 1 - at];
        uint32_t context = contexts_intern(producer, at == 0 ? CONTEXT_NONE : cache->entries[at].context, pc, at + 1);
        if (context == CONTEXT_LOST)
            return CONTEXT_NONE;
        cache->entries[at + 1].pc = pc;
        cache->entries[at + 1].context = context;
        cache->depth = at + 1;
    }
    return cache->entries[count].context;
}

uint32_t stack_context(struct producer *producer, struct stack_cache *cache, const void *frame)
{
    if (is_cached(&producer->bounds, cache, (uintptr_t)frame))
        return cache->entries[cache->depth].context;
    uint64_t pcs[RINGS_CONTEXT_DEPTH_MAX + 1];
    uint32_t count = walk(&producer->bounds, (uintptr_t)frame, pcs);
    return intern(producer, cache, pcs, count);
}
