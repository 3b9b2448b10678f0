/* Types made at run time, and the built-in ones. */
#include "heap/type.h"

#include <stdlib.h>
#include <string.h>

#include "heap/kind.h"

enum { ALIGNMENT_MAX = 4096 };

const struct gcrt_type gcrt_type_pointer = {"pointer",
                                            sizeof(void *),
                                            sizeof(void *),
                                            &(const struct gcrt_pointer_range){0, 1},
                                            1,
                                            0,
                                            NULL,
                                            NULL,
                                            &(struct gcrt_type_state){{0}}};
const struct gcrt_type gcrt_type_int64 = {
    "int64", sizeof(int64_t), sizeof(int64_t), NULL, 0, 0, NULL, NULL, &(struct gcrt_type_state){{0}}};
const struct gcrt_type gcrt_type_unit = {"unit", 0, 1, NULL, 0, 0, NULL, NULL, &(struct gcrt_type_state){{0}}};
const struct gcrt_type kind_bytes_type = {"bytes", 1, 1, NULL, 0, 0, NULL, NULL, &(struct gcrt_type_state){{0}}};
const struct gcrt_type kind_conservative_type = {
    "conservative", 1, 1, NULL, 0, 0, NULL, NULL, &(struct gcrt_type_state){{0}}};

/* One block: the type, its state, its ranges, its name. malloc is allowed: this is no part of the collector. */
static struct gcrt_type *make(const char *name, size_t size, size_t alignment, size_t range_count)
{
    size_t ranges_bytes, name_bytes = strlen(name) + 1, bytes;
    size_t head_bytes = sizeof(struct gcrt_type) + sizeof(struct gcrt_type_state) + sizeof(uint32_t);
    if (__builtin_mul_overflow(range_count, sizeof(struct gcrt_pointer_range), &ranges_bytes) ||
        __builtin_add_overflow(ranges_bytes, head_bytes, &bytes) || __builtin_add_overflow(bytes, name_bytes, &bytes))
        return NULL;
    struct gcrt_type *type = calloc(1, bytes);
    if (type == NULL)
        return NULL;
    struct gcrt_pointer_range *ranges = (void *)(type + 1);
    type->state = (void *)(ranges + range_count);
    type->name = memcpy(type->state + 1, name, name_bytes);
    type->size = size;
    type->alignment = alignment;
    type->ranges = ranges;
    type->range_count = range_count;
    return type;
}

const struct gcrt_type *gcrt_type_register(const char *name, size_t size, size_t alignment,
                                           const size_t *pointer_offsets, size_t count)
{
    if (alignment == 0 || (alignment & (alignment - 1)) != 0 || alignment > ALIGNMENT_MAX)
        return NULL;
    if (count != 0 && size % sizeof(void *) != 0)
        return NULL; /* an array's second element would hold its pointers misaligned */
    for (size_t i = 0; i < count; i++)
        if (pointer_offsets[i] % sizeof(void *) != 0 || size < sizeof(void *) ||
            pointer_offsets[i] > size - sizeof(void *) || pointer_offsets[i] > UINT32_MAX)
            return NULL;
    struct gcrt_type *type = make(name, size, alignment, count);
    if (type == NULL)
        return NULL;
    struct gcrt_pointer_range *ranges = (void *)(type + 1);
    for (size_t i = 0; i < count; i++)
        ranges[i] = (struct gcrt_pointer_range){(uint32_t)pointer_offsets[i], 1};
    return type;
}

const struct gcrt_type *gcrt_type_register_traced(const char *name, size_t size, gcrt_trace_function *trace)
{
    struct gcrt_type *type = make(name, size, _Alignof(max_align_t), 0);
    if (type != NULL)
        type->trace = trace;
    return type;
}
