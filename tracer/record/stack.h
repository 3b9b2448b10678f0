/* stack.h: from a frame pointer to the number of an interned stack.
 *
 * Frames are followed by their saved frame pointers, which libgcrt's users are compiled with. Each worker keeps its last stack, and the usual
 * stack is that one, or differs in its innermost frames. So it is not walked but checked: the addresses of its frames are known, so the
 * processor loads them side by side, where a walk would wait for each before it knows the next.
 *
 *   entries:  [0] unused     [1] outermost     ...     [depth] innermost
 */
#ifndef TRACER_RECORD_STACK_H
#define TRACER_RECORD_STACK_H

#include <stdint.h>

#include "tracer/format/rings.h"

struct producer;

/* Where frames may lie. Nothing outside is read. */
struct stack_bounds {
    uintptr_t low, bytes; /* a frame record lies at an address from `low` on, in less than `bytes` */
};

/* What `call` and the first instruction of the callee push. */
struct frame_record {
    uintptr_t caller_frame;
    uintptr_t return_pc;
};

/* Invariant K1: entries[i].context is the stack of the return addresses of entries[1] to entries[i].
 * Invariant K2: if bounds are those of the running stack, entries[i].frame lies inside and entries[i].record.caller_frame leads to entries[i - 1]
 * (of entries[1]: out of the stack). So where the record in memory is still the same for 1 to i, a walk from entries[i].frame would find the
 * same again. A stack that was cut at the depth limit has bounds of nobody. */
struct stack_cache {
    struct stack_bounds bounds;
    uint32_t depth;
    struct stack_entry {
        struct frame_record record;
        uintptr_t frame;
        uint32_t context;
    } entries[RINGS_CONTEXT_DEPTH_MAX + 2];
};

void stack_bounds_set(struct stack_bounds *bounds, uintptr_t low, uintptr_t high);

/* The context of the stack that begins at the return address of `frame`; 0 unknown. At most RINGS_CONTEXT_DEPTH_MAX innermost frames; a node
 * with pc 0 stands for what is left out. May announce modules in the producer's ring. */
uint32_t stack_context(struct producer *producer, struct stack_cache *cache, const void *frame);

#endif
