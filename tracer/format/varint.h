/* varint.h: numbers of the file in as few bytes as they need, 7 bits a byte, lowest first, the top bit says that more follow (LEB128).
 *
 *     300  ->  ac 02          zigzag: 0, -1, 1, -2, 2 ...  ->  0, 1, 2, 3, 4 ...
 */
#ifndef TRACER_FORMAT_VARINT_H
#define TRACER_FORMAT_VARINT_H

#include <stddef.h>
#include <stdint.h>

enum { VARINT_BYTES_MAX = 10 };

static inline uint8_t *varint_write(uint8_t *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

/* Reads at most VARINT_BYTES_MAX bytes, which must be readable. NULL: longer than that, or more than 64 bits. */
static inline const uint8_t *varint_read(const uint8_t *from, uint64_t *ret_value)
{
    uint64_t value = *from & 0x7f;
    if ((*from++ & 0x80) == 0) {
        *ret_value = value;
        return from;
    }
    for (unsigned shift = 7; shift < 64; shift += 7) {
        uint64_t byte = *from++;
        value |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret_value = value;
            return shift == 63 && byte > 1 ? NULL : from;
        }
    }
    return NULL;
}

/* The same where the bytes may end at `end`. */
static inline const uint8_t *varint_read_bounded(const uint8_t *from, const uint8_t *end, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && from < end; shift += 7) {
        uint64_t byte = *from++;
        value |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret_value = value;
            return shift == 63 && byte > 1 ? NULL : from;
        }
    }
    return NULL;
}

/* The difference of two numbers modulo 2^64 as a small number where they are near. */
static inline uint64_t zigzag_delta(uint64_t value, uint64_t base)
{
    uint64_t delta = value - base;
    return delta << 1 ^ (delta >> 63 ? UINT64_MAX : 0);
}

static inline uint64_t zigzag_apply(uint64_t zigzag, uint64_t base)
{
    return base + (zigzag >> 1 ^ (zigzag & 1 ? UINT64_MAX : 0));
}

#endif
