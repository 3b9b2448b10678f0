/* sweep.h: finding out what died: allocated and not marked. Lazy: by whoever needs a span next, or by the next cycle.
 *
 * A span on a kind's unswept list belongs to who takes it off, under heap_lock; nobody else touches it until it is in a cache, on the partial
 * list, or pages again.
 */
#ifndef RUNTIME_HEAP_SWEEP_H
#define RUNTIME_HEAP_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

/* Spans that somebody is sweeping. */
extern _Atomic uint32_t sweep_in_work;

/* The next span of the kind's unswept list, swept and the caller's; 0: the list is empty. Caller: on a worker. */
uint32_t sweep_take(uint32_t kind_id, uint32_t *ret_free_slots);

/* Takes one span of the kind off its unswept list, sweeps it, and puts it where it belongs; false: the list is empty. */
bool sweep_one(uint32_t kind_id);

/* Waits until nobody is between taking a span off a list and having told who died in it. */
void sweep_await_others(void);

#endif
