/* code_map.h: which addresses are code, and of which file, read from /proc/self/maps once. The dynamic linker is not asked: its lock may be held by
 * a thread that will not go on. */
#ifndef TRACER_CRASH_CODE_MAP_H
#define TRACER_CRASH_CODE_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct text;

/* Of /proc nothing, where there is none: then nothing is known to be code. */
void code_map_read(void);

bool code_map_has(uintptr_t address);

/* Adds 'file+0x1234', as addr2line takes it for a shared object, or the bare address. */
void code_map_describe(uintptr_t address, struct text *text);

/* The writable mapping that holds `address`; false: none does. */
bool code_map_stack_of(uintptr_t address, uintptr_t *ret_low, uintptr_t *ret_high);

#endif
