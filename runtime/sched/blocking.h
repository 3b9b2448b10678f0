/* blocking.h: gcrt_block_enter and gcrt_block_leave: the goroutine keeps the thread, and lends its worker to whoever needs one.
 *
 * Meanwhile the thread is away (stop.h): a stop does not wait for it. What its goroutine holds is in the frames of gcrt_block_enter's caller
 * and above, and in the registers that calls preserve, as they were at the call.
 */
#ifndef RUNTIME_SCHED_BLOCKING_H
#define RUNTIME_SCHED_BLOCKING_H

#include <stdint.h>

/* What gcrt_block_enter() (assembly) leaves on the stack:
 *
 *     frame[0] unused   [1] rbx   [2] r12   [3] r13   [4] r14   [5] r15   [6] rbp   [7] return address   [8] the caller's frame
 */
void blocking_enter(uintptr_t *frame);

#endif
