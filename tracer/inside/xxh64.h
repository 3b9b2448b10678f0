/* xxh64.h: XXH64 for code inside of a dumped program, which has the C library alone. Same results as libxxhash's; a test compares.
 * After the specification of xxHash, version 0.1.1 (Y. Collet). */
#ifndef TRACER_INSIDE_XXH64_H
#define TRACER_INSIDE_XXH64_H

#include <stddef.h>
#include <stdint.h>

/* Signal-safe. */
uint64_t xxh64(const void *bytes, size_t size, uint64_t seed);

#endif
