/* See array.h. */
#include "base/array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_AT_FIRST = 16 };

int array_reserve(void *array, size_t *capacity, size_t needed, size_t element_bytes)
{
    if (needed <= *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity : CAPACITY_AT_FIRST;
    while (wanted < needed)
        wanted *= 2;
    void *old;
    memcpy(&old, array, sizeof old);
    char *grown = wanted > SIZE_MAX / element_bytes ? NULL : realloc(old, wanted * element_bytes);
    if (!grown)
        return -ENOMEM;
    memset(grown + *capacity * element_bytes, 0, (wanted - *capacity) * element_bytes);
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return 0;
}
