/* contexts.h: the interned stacks of this process, shared with gctool: a tree of return addresses, each node below its caller's. */
#ifndef TRACER_RECORD_CONTEXTS_H
#define TRACER_RECORD_CONTEXTS_H

#include <stdint.h>

struct producer;

enum {
    CONTEXT_NONE = 0, /* no stack; the parent of an outermost frame */
    CONTEXT_LOST = UINT32_MAX,
};

/* The node of `pc` called from `parent`, which has `depth` - 1 frames; made, and published, when there is none. Announces the module of a pc
 * never seen before in the ring of `producer`. CONTEXT_LOST, and counted, when the table is full. Threads: any; no locks, no waiting. */
uint32_t contexts_intern(struct producer *producer, uint32_t parent, uint64_t pc, uint32_t depth);

/* The words of an index for so many contexts: a power of two, at most half of it used. */
uint64_t contexts_index_size(uint64_t context_capacity);

#endif
