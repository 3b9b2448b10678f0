#include "gctool/process/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { TEXT_STEP_BYTES = 64 };

bool memory_read(const struct memory *memory, uint64_t address, void *to, size_t bytes)
{
    if (address + bytes < address)
        return false;
    return memory->core != NULL ? memory_core_read(memory->core, address, to, bytes)
                                : memory_process_read(memory, address, to, bytes);
}

bool memory_read_text(const struct memory *memory, uint64_t address, char *to, size_t bytes)
{
    size_t length = 0;
    while (address != 0 && length < bytes - 1) {
        /* Steps end at multiples of their size, so none reaches over the end of a page behind the text. */
        size_t step = TEXT_STEP_BYTES - (address + length) % TEXT_STEP_BYTES;
        step = step < bytes - 1 - length ? step : bytes - 1 - length;
        if (!memory_read(memory, address + length, to + length, step))
            break;
        const char *end = memchr(to + length, '\0', step);
        if (end != NULL)
            return true;
        length += step;
    }
    bool is_cut = length == bytes - 1;
    to[is_cut ? length : 0] = '\0';
    return is_cut;
}

const struct memory_thread *memory_find_thread(const struct memory *memory, int tid)
{
    for (size_t i = 0; i < memory->thread_count; i++)
        if (memory->threads[i].tid == tid)
            return &memory->threads[i];
    return NULL;
}

const struct memory_mapping *memory_find_mapping(const struct memory *memory, uint64_t address)
{
    size_t low = 0, high = memory->mapping_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memory->mappings[middle].high <= address)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_in = low < memory->mapping_count && memory->mappings[low].low <= address;
    return is_in ? &memory->mappings[low] : NULL;
}

int memory_add_mapping(struct memory *memory, const struct memory_mapping *mapping)
{
    int error = array_reserve(&memory->mappings, &memory->mapping_capacity, memory->mapping_count + 1,
                              sizeof *memory->mappings);
    if (error == 0)
        memory->mappings[memory->mapping_count++] = *mapping;
    return error;
}

int memory_add_thread(struct memory *memory, const struct memory_thread *thread)
{
    int error = array_reserve(&memory->threads, &memory->thread_capacity, memory->thread_count + 1,
                              sizeof *memory->threads);
    if (error == 0)
        memory->threads[memory->thread_count++] = *thread;
    return error;
}

void memory_close(struct memory *memory)
{
    if (memory->core != NULL)
        memory_core_close(memory->core);
    else
        memory_process_close(memory);
    free(memory->mappings);
    free(memory->threads);
    *memory = (struct memory){.fd = -1};
}
