/* copy.h: what the runtime writes into objects of the program beside gcrt_copy(), with the same barriers. */
#ifndef RUNTIME_COLLECTOR_COPY_H
#define RUNTIME_COLLECTOR_COPY_H

#include <stddef.h>

#include <gcrt/type.h>

/* `count` objects described by `type` become all zeroes. */
void copy_zeroes(void *destination, const struct gcrt_type *type, size_t count);

#endif
