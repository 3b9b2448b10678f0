/* gcrt_copy and its like. The bracket keeps a stop from finding a pointer half copied, which memmove would allow, and the records in one piece
 * with the copy. */
#include "collector/copy.h"

#include <stdint.h>
#include <string.h>

#include <gcrt/memory.h>

#include "collector/barrier.h"
#include "platform/store_block.h"
#include "sched/runtime_call.h"

static void record_slot(void *slot, void *)
{
    barrier_record(*(const uintptr_t *)slot);
}

static void record_objects(const void *objects, const struct gcrt_type *type, size_t count)
{
    if (type->trace == NULL && type->range_count == 0)
        return;
    for (uintptr_t object = (uintptr_t)objects; count > 0; count--, object += type->size) {
        if (type->trace != NULL)
            type->trace((void *)object, record_slot, NULL);
        for (size_t i = 0; i < type->range_count; i++) {
            const uintptr_t *words = (const uintptr_t *)(object + type->ranges[i].offset);
            for (uint32_t word = 0; word < type->ranges[i].words; word++)
                barrier_record(words[word]);
        }
    }
}

void gcrt_copy(void *destination, const void *source, const struct gcrt_type *type, size_t count)
{
    runtime_enter();
    if (gcrt_barrier_flag) {
        record_objects(destination, type, count);
        record_objects(source, type, count);
    }
    memmove(destination, source, type->size * count);
    runtime_leave();
}

void copy_zeroes(void *destination, const struct gcrt_type *type, size_t count)
{
    runtime_enter();
    if (gcrt_barrier_flag)
        record_objects(destination, type, count);
    memset(destination, 0, type->size * count);
    runtime_leave();
}
