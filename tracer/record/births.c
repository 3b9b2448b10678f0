#include "tracer/record/births.h"

#include <sys/mman.h>

#include "tracer/record/recorder.h"

uint64_t *births;
uint32_t births_cycle;

static const size_t table_bytes = sizeof *births * BIRTHS_SLOTS_PER_PAGE << EVENT_SPAN_BITS;

void births_start(void)
{
    void *memory = mmap(NULL, table_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    births = memory != MAP_FAILED ? memory : NULL;
}

void births_find(uint32_t span, uint32_t slot, uint32_t *ret_context, uint32_t *ret_cycle)
{
    uint64_t word = births != NULL ? births[(uint64_t)span * BIRTHS_SLOTS_PER_PAGE + slot] : 0;
    *ret_context = (uint32_t)word;
    *ret_cycle = (uint32_t)(word >> 32);
}

uint32_t births_context_count(void)
{
    if (recorder.header == NULL)
        return 0;
    /* Acquire: pairs with contexts.c: the nodes below are whole. */
    return (uint32_t)atomic_load_explicit(&recorder.header->context_count, memory_order_acquire);
}

struct ring_context births_context(uint32_t id)
{
    return recorder.contexts[id];
}

void births_memory(void (*each)(uintptr_t low, uintptr_t high, void *context))
{
    if (births != NULL)
        each((uintptr_t)births, (uintptr_t)births + table_bytes, NULL);
}
