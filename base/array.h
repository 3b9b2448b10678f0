/* array.h: an array that grows, with its size checked against overflow. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/* Grows the array at *array (elements of `element_bytes`, `*capacity` of them) until it holds `needed`; the new part is zeroed.
 * 0 or -ENOMEM, after which the array is as before. */
[[nodiscard]] int array_reserve(void *array, size_t *capacity, size_t needed, size_t element_bytes);

#endif
