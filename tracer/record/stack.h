/* stack.h: from a frame pointer to the number of an interned stack.
 *
 * Frames are followed by their saved frame pointers, which libgcrt's users are compiled with: a load and a comparison each. The usual stack is
 * the one before, or differs from it in its innermost frames: each worker keeps its last stack, outermost frame first, and only what differs
 * is looked up.
 *
 *   entries:  [0] sentinel, pc 0     [1] outermost     ...     [depth] innermost
 */
#ifndef TRACER_RECORD_STACK_H
#define TRACER_RECORD_STACK_H

#include <stdint.h>

#include "tracer/format/rings.h"

struct producer;

/* Where frames may lie. A walk reads nothing outside. */
struct stack_bounds {
    uintptr_t low, bytes; /* a frame record lies at an address from `low` on, in less than `bytes` */
};

/* Invariant: entries[i].context is the stack of entries[1] to entries[i]. */
struct stack_cache {
    uint32_t depth;
    struct {
        uint64_t pc;
        uint32_t context;
    } entries[RINGS_CONTEXT_DEPTH_MAX + 2];
};

void stack_bounds_set(struct stack_bounds *bounds, uintptr_t low, uintptr_t high);

/* The context of the stack that begins at the return address of `frame`; 0 unknown. At most RINGS_CONTEXT_DEPTH_MAX innermost frames; a node
 * with pc 0 stands for what is left out. May announce modules in the producer's ring. */
uint32_t stack_context(struct producer *producer, struct stack_cache *cache, const void *frame);

#endif
