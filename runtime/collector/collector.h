/* collector.h: cycles: stop, mark, let the world go on, sweep lazily.
 *
 *     (before)     whoever wants the cycle sweeps what is left of the last one, beside the program: a death belongs to the cycle that found it
 *     ROOTS        the world stops; caches are flushed; roots and stacks are scanned
 *     MARK         until nothing is grey
 *     MARK_END     the invariants of the end of marking; spans go to the sweepers; the next goal
 *     SWEEP        the world runs; sweeping is the allocators' business
 */
#ifndef RUNTIME_COLLECTOR_COLLECTOR_H
#define RUNTIME_COLLECTOR_COLLECTOR_H

#include <stdbool.h>
#include <stdint.h>

/* `percent`: growth over what survived that starts the next cycle; negative: only when asked. `stress_barrier`: stores tell of their values
 * during the whole run. `verify`: each marking is checked (verify.h). After heap_start(). */
void collector_start(int percent, bool stress_barrier, bool verify);

/* Of the last one, from 1; 0: none yet. Any thread. */
uint64_t collector_cycle_count(void);
extern _Atomic uint64_t collector_cycles_done; /* the same, for the layout table */

#endif
