/* address.h: what an address is to the heap, in words. */
#ifndef RUNTIME_HEAP_ADDRESS_H
#define RUNTIME_HEAP_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

struct text;

/* Adds 'node 0x7f0000002040+8, slot 2 of span 1, allocated, marked', 'free pages' and the like. False: not in the heap's address space, nothing is
 * added. Caller: the world stands, or nobody is there to make it stand. */
bool address_describe(uintptr_t address, struct text *text);

#endif
