/* type.h: questions to a type description. */
#ifndef RUNTIME_HEAP_TYPE_H
#define RUNTIME_HEAP_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include <gcrt/type.h>

/* Objects of it hold no pointers, whatever their tail does. */
static inline bool gcrt_type_is_leaf(const struct gcrt_type *type)
{
    return type->range_count == 0 && type->trace == NULL;
}

#endif
