/* stack.h: goroutines' stacks, with the goroutine's record in the top page of each. Pooled for ever, the warmest first.
 *
 *     slot base                                                                             slot base + (STACK_SLOT_BYTES << class)
 *      | guard, STACK_GUARD_BYTES | stack, growing down ............ | struct goroutine | colour |
 *                                 ^ stack_low                        ^ stack_high
 *
 * Slots are carved from slabs of address space; class 0 holds the usual ones, each class above twice as much. The colour shifts record and
 * stack by one of STACK_COLOURS steps, since stacks that are all aligned alike compete for the same lines of the cache.
 */
#ifndef RUNTIME_SCHED_STACK_H
#define RUNTIME_SCHED_STACK_H

#include <stddef.h>
#include <stdint.h>

struct goroutine;
struct worker;

enum {
    STACK_SLOT_BYTES = 256 * 1024,
    STACK_GUARD_BYTES = 64 * 1024,
    STACK_COLOURS = 8,
    STACK_COLOUR_BYTES = 256,
    STACK_DEFAULT_BYTES = 184 * 1024,
    STACK_CLASSES = 14, /* the largest slot: 2 GiB */
    STACK_BYTES_MAX = 1 << 30,
};

/* An idle record with a stack of at least `stack_bytes` (0: the default); stack_low, stack_high and stack_class are set, the rest is as its
 * last user left it, zero at first. No memory: reports and exits. Caller: holds `worker`. */
struct goroutine *stack_take(struct worker *worker, size_t stack_bytes);

/* Back to the pool. The caller runs on another stack and holds `worker`. */
void stack_give(struct worker *worker, struct goroutine *goroutine);

#endif
