/* mark.h: finding everything reachable, while the world stands, on one thread.
 *
 * Tri-colour: white: mark 0; grey: mark 1 and on the stack or in the ring; black: mark 1 and in neither. Invariant Q1 at the end of marking: stack and
 * ring are empty.
 */
#ifndef RUNTIME_COLLECTOR_MARK_H
#define RUNTIME_COLLECTOR_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "sched/root_range.h"

struct mark_totals {
    uint64_t objects, bytes, root_bytes;
};

/* Once, after heap_start(). `keeps_pushers`: a broken Q1 tells who pushed what is left. */
void mark_start(bool keeps_pushers);

void mark_begin(void);

/* Every aligned word in the range may point to an object, into it, or just behind its end. */
void mark_range(const struct root_range *range, void *unused);

/* Follows what is grey until nothing is. */
void mark_drain(void);

/* Checks Q1, gives back memory of a stack that has grown large. */
void mark_end(struct mark_totals *ret_totals);

#endif
