/* inspect_stacks.h: the stacks of goroutines that wait. Who has a pointer to one can wake it, by a wait group that lies there or a channel whose
 * address does, so a dump tells such a pointer like one to an object.
 *
 * For a moment in which nothing else of the program runs (observe/inspect.h).
 */
#ifndef RUNTIME_INSPECT_STACKS_H
#define RUNTIME_INSPECT_STACKS_H

#include <stdint.h>

struct waiting_stack {
    uintptr_t low, high;
    uint64_t goroutine; /* id */
};

/* Finds them: before the first inspect_stack_at(). Without memory for the table there are none. */
void inspect_stacks_find(void);

/* The one that an address lies on, or NULL. */
const struct waiting_stack *inspect_stack_at(uintptr_t address);

#endif
