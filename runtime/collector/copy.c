/* gcrt_copy and its like. While marking stands still there is nothing for a barrier to tell; what matters is that no stop finds a pointer half copied,
 * which memmove would allow: hence the bracket. */
#include "collector/copy.h"

#include <string.h>

#include <gcrt/memory.h>

#include "sched/runtime_call.h"

void gcrt_copy(void *destination, const void *source, const struct gcrt_type *type, size_t count)
{
    runtime_enter();
    memmove(destination, source, type->size * count);
    runtime_leave();
}

void copy_zeroes(void *destination, const struct gcrt_type *type, size_t count)
{
    runtime_enter();
    memset(destination, 0, type->size * count);
    runtime_leave();
}
