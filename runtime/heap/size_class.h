/* size_class.h: sizes of slots for arrays and tails: multiples of 16 up to 64, then four steps a doubling, up to 32 KiB.
 *
 *     class   0  1  2  3 | 4  5   6   7 |   8   9  10  11 | ...      39 | 40
 *     bytes  16 32 48 64 |80 96 112 128 | 160 192 224 256 | ...  32,768 | large: a span of its own
 */
#ifndef RUNTIME_HEAP_SIZE_CLASS_H
#define RUNTIME_HEAP_SIZE_CLASS_H

#include <stddef.h>
#include <stdint.h>

enum {
    SIZE_CLASS_COUNT = 40,
    SIZE_CLASS_LARGE = SIZE_CLASS_COUNT,
    SIZE_CLASS_GRAIN = 16,
    SIZE_CLASS_BYTES_MAX = 32768,
};

static inline uint32_t size_class_of(size_t bytes)
{
    if (bytes <= 64)
        return bytes == 0 ? 0 : (uint32_t)((bytes - 1) / SIZE_CLASS_GRAIN);
    if (bytes > SIZE_CLASS_BYTES_MAX)
        return SIZE_CLASS_LARGE;
    uint32_t log = 63 - (uint32_t)__builtin_clzll(bytes - 1);
    return 4 + (log - 6) * 4 + ((uint32_t)((bytes - 1) >> (log - 2)) & 3);
}

static inline size_t size_class_bytes(uint32_t size_class)
{
    if (size_class < 4)
        return (size_t)(size_class + 1) * SIZE_CLASS_GRAIN;
    uint32_t log = 6 + (size_class - 4) / 4;
    return ((size_t)1 << log) + ((size_t)((size_class - 4) % 4 + 1) << (log - 2));
}

#endif
