/* births.h: for each object that lives, the stack and the cycle of its birth, so that a dump of a recorded program can name them.
 *
 * A word a slot, at a place computed from span and slot, in address space reserved for all slots there can be: only what is used takes memory.
 *
 *     63          32 31         0
 *    +--------------+------------+
 *    |    cycle     |  context   |
 *    +--------------+------------+
 */
#ifndef TRACER_RECORD_BIRTHS_H
#define TRACER_RECORD_BIRTHS_H

#include <stddef.h>
#include <stdint.h>

#include "tracer/format/events.h"
#include "tracer/format/rings.h"

enum { BIRTHS_SLOTS_PER_PAGE = 512 }; /* of a span: its slots are 16 bytes at least, its pages 8 KiB */

extern uint64_t *births;      /* NULL: not kept */
extern uint32_t births_cycle; /* now */

/* Reserves the table. Without address space there is none, and births are not known. */
void births_start(void);

static inline void births_note(uint32_t span, uint32_t slot, uint32_t context)
{
    if (births != NULL)
        births[(uint64_t)span * BIRTHS_SLOTS_PER_PAGE + slot] = (uint64_t)births_cycle << 32 | context;
}

/* 0 and 0: not known. */
void births_find(uint32_t span, uint32_t slot, uint32_t *ret_context, uint32_t *ret_cycle);

/* Where the table lies, if there is one. */
void births_memory(void (*each)(uintptr_t low, uintptr_t high, void *context));

/* The stacks that contexts stand for: nodes 1 to births_context_count() - 1. */
uint32_t births_context_count(void);
struct ring_context births_context(uint32_t id);

#endif
