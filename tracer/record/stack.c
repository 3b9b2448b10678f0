/* See stack.h. Reads frames of others' code, which is not the sanitizers' business. */
#include "tracer/record/stack.h"

#include <stdbool.h>
#include <stddef.h>

#include "tracer/record/contexts.h"
#include "tracer/record/producer.h"

#define READS_FRAMES __attribute__((no_sanitize("address", "thread")))

/* The inner part of a stack that the cache does not have, innermost first. */
struct walk {
    uint32_t count;
    uint32_t joined; /* it goes on with the cache's entries[joined]; 0: it is the whole stack */
    struct {
        struct frame_record record;
        uintptr_t frame;
    } frames[RINGS_CONTEXT_DEPTH_MAX + 1];
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

/* A frame record as one load. */
typedef uint64_t record_vector __attribute__((vector_size(16), aligned(8), may_alias));
_Static_assert(sizeof(record_vector) == sizeof(struct frame_record), "two words");

READS_FRAMES static inline record_vector difference(const struct stack_entry *entry)
{
    return *(const record_vector *)entry->frame ^ *(const record_vector *)&entry->record;
}

READS_FRAMES static inline bool is_zero(record_vector bits)
{
    return (bits[0] | bits[1]) == 0;
}

/* The innermost of the cached frames that, like all further out, is in memory as it was. Four at a time: a branch for each would cost as much as
 * the loads. */
READS_FRAMES static inline struct stack_entry *find_unchanged(const struct stack_bounds *bounds,
                                                              struct stack_cache *cache)
{
    struct stack_entry *last = &cache->entries[cache->depth], *entry = cache->entries;
    if (cache->bounds.low != bounds->low || cache->bounds.bytes != bounds->bytes)
        return entry;
    while (last - entry >= 4 &&
           is_zero(difference(&entry[1]) | difference(&entry[2]) | difference(&entry[3]) | difference(&entry[4])))
        entry += 4;
    while (entry < last && is_zero(difference(&entry[1])))
        entry++;
    return entry;
}

/* From `frame` outwards until it meets one of the `unchanged` entries of the cache, or the stack or the depth limit ends. Callers lie higher;
 * a frame that leads down or nowhere, as code without frame pointers leaves it, ends the walk. */
READS_FRAMES static void walk_to_cached(const struct stack_bounds *bounds, const struct stack_cache *cache,
                                        uint32_t unchanged, uintptr_t frame, struct walk *walk)
{
    walk->count = 0;
    while (is_inside(bounds, frame)) {
        while (unchanged > 0 && cache->entries[unchanged].frame < frame)
            unchanged--;
        if (unchanged > 0 && cache->entries[unchanged].frame == frame)
            break;
        const struct frame_record *record = (const struct frame_record *)frame;
        if (record->return_pc == 0 || walk->count > RINGS_CONTEXT_DEPTH_MAX) {
            unchanged = 0;
            break;
        }
        walk->frames[walk->count].record = *record;
        walk->frames[walk->count++].frame = frame;
        if (record->caller_frame <= frame) {
            unchanged = 0;
            break;
        }
        frame = record->caller_frame;
    }
    walk->joined = is_inside(bounds, frame) ? unchanged : 0;
}

/* Entries whose return addresses are the same, whatever their frames: goroutines that do the same on other stacks. */
static uint32_t count_alike(const struct stack_cache *cache, const struct walk *walk)
{
    uint32_t count = 0;
    while (count < walk->count && count < cache->depth &&
           cache->entries[count + 1].record.return_pc == walk->frames[walk->count - 1 - count].record.return_pc)
        count++;
    return count;
}

/* Makes the cache the stack that was walked. Returns false when not all of it could be interned. */
static bool remember(struct producer *producer, struct stack_cache *cache, const struct walk *walk)
{
    uint32_t alike = walk->joined == 0 ? count_alike(cache, walk) : 0, base = walk->joined;
    cache->depth = base;
    for (uint32_t at = 0; at < walk->count; at++) {
        uint32_t depth = base + at + 1;
        uint32_t from = walk->count - 1 - at;
        if (at >= alike) {
            uint32_t parent = depth == 1 ? CONTEXT_NONE : cache->entries[depth - 1].context;
            uint32_t context = contexts_intern(producer, parent, walk->frames[from].record.return_pc, depth);
            if (context == CONTEXT_LOST)
                return false;
            cache->entries[depth].context = context;
        }
        cache->entries[depth].record = walk->frames[from].record;
        cache->entries[depth].frame = walk->frames[from].frame;
        cache->depth = depth;
    }
    return true;
}

static __attribute__((noinline)) uint32_t find_context(struct producer *producer, struct stack_cache *cache,
                                                       uint32_t unchanged, uintptr_t frame)
{
    struct walk walk;
    walk_to_cached(&producer->bounds, cache, unchanged, frame, &walk);
    if (walk.joined + walk.count > RINGS_CONTEXT_DEPTH_MAX)
        walk_to_cached(&producer->bounds, cache, 0, frame, &walk);
    bool is_cut = walk.count > RINGS_CONTEXT_DEPTH_MAX;
    if (is_cut)
        walk.frames[walk.count - 1].record.return_pc = 0; /* stands for all that lies further out */
    bool is_whole = remember(producer, cache, &walk);
    cache->bounds = is_cut || !is_whole ? (struct stack_bounds){0} : producer->bounds;
    return is_whole && cache->depth > 0 ? cache->entries[cache->depth].context : CONTEXT_NONE;
}

/* The usual stack or, from the same function, another of its calls. */
READS_FRAMES uint32_t stack_context(struct producer *producer, struct stack_cache *cache, const void *frame)
{
    struct stack_entry *unchanged = find_unchanged(&producer->bounds, cache), *last = &cache->entries[cache->depth];
    if (__builtin_expect(last->frame == (uintptr_t)frame, 1)) {
        const struct frame_record *record = frame;
        if (unchanged == last)
            return last->context;
        if (unchanged == last - 1 && record->caller_frame == last->record.caller_frame && cache->depth > 1) {
            uint32_t context = contexts_intern(producer, unchanged->context, record->return_pc, cache->depth);
            if (context == CONTEXT_LOST)
                return CONTEXT_NONE;
            last->record.return_pc = record->return_pc;
            return last->context = context;
        }
    }
    return find_context(producer, cache, (uint32_t)(unchanged - cache->entries), (uintptr_t)frame);
}
