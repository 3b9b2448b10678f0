/* store_block.h: knowing the block of gcrt_store() by its bytes. It is drawn in <gcrt/store.h>. */
#ifndef RUNTIME_PLATFORM_STORE_BLOCK_H
#define RUNTIME_PLATFORM_STORE_BLOCK_H

#include <stdint.h>
#include <ucontext.h>

/* What the blocks test: 1: stores tell the collector. Exported. Written while every thread of the runtime stands, or before there are any. */
extern uint8_t gcrt_barrier_flag __attribute__((visibility("default")));

/* The address of the block's test, if the context stands between it and the store; else 0. Safe in a signal handler. */
uintptr_t store_block_test(const mcontext_t *context);

#endif
