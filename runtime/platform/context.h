/* context.h: changing stacks. The only assembly beside the store barrier and gcrt_block_enter.
 *
 * A context that does not run is its stack pointer; there lie, from low to high:
 *
 *     +0  mxcsr (4 bytes), x87 control word (2 bytes)
 *     +8  r15   +16 r14   +24 r13   +32 r12   +40 rbx   +48 rbp
 *     +56 the address at which it goes on
 *
 * Everything else is caller-saved, so a call of context_switch() has put it on the stack above. A walk by frame pointers begins with the
 * rbp at +48; unwinders have CFI for the pushes.
 */
#ifndef RUNTIME_PLATFORM_CONTEXT_H
#define RUNTIME_PLATFORM_CONTEXT_H

#include <stdint.h>

enum { CONTEXT_RBP_OFFSET = 48, CONTEXT_RIP_OFFSET = 56 };

/* Saves the caller in *ret_stack_pointer and goes on where `stack_pointer` was saved. */
void context_switch(void **ret_stack_pointer, void *stack_pointer);

/* A context that, switched to, calls function(arg) on the stack that ends at `stack_high` (16-byte aligned). `function` must not return.
 * Its caller is context_bottom(), where every unwinder knows the stack to end. */
void *context_make(uintptr_t stack_high, void (*function)(void *arg), void *arg);

/* The bottom frame; not to be called. */
void context_bottom(void);

#endif
