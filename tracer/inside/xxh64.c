#include "tracer/inside/xxh64.h"

#include "tracer/format/little_endian.h"

/* The five primes of the specification. */
#define PRIME_1 0x9E3779B185EBCA87ULL
#define PRIME_2 0xC2B2AE3D27D4EB4FULL
#define PRIME_3 0x165667B19E3779F9ULL
#define PRIME_4 0x85EBCA77C2B2AE63ULL
#define PRIME_5 0x27D4EB2F165667C5ULL

enum { LANES = 4, STRIPE_BYTES = 32 };

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static uint64_t round_of(uint64_t lane, uint64_t input)
{
    return rotate(lane + input * PRIME_2, 31) * PRIME_1;
}

/* Takes all whole stripes; returns what stands behind them. */
static const uint8_t *take_stripes(const uint8_t *at, const uint8_t *end, uint64_t seed, uint64_t *ret_hash)
{
    uint64_t lanes[LANES] = {seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1};
    for (; end - at >= STRIPE_BYTES; at += STRIPE_BYTES)
        for (unsigned i = 0; i < LANES; i++)
            lanes[i] = round_of(lanes[i], get_u64(at + 8 * i));
    uint64_t hash = rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
    for (unsigned i = 0; i < LANES; i++)
        hash = (hash ^ round_of(0, lanes[i])) * PRIME_1 + PRIME_4;
    *ret_hash = hash;
    return at;
}

static uint64_t take_rest(const uint8_t *at, const uint8_t *end, uint64_t hash)
{
    for (; end - at >= 8; at += 8)
        hash = rotate(hash ^ round_of(0, get_u64(at)), 27) * PRIME_1 + PRIME_4;
    if (end - at >= 4) {
        hash = rotate(hash ^ get_u32(at) * PRIME_1, 23) * PRIME_2 + PRIME_3;
        at += 4;
    }
    for (; at < end; at++)
        hash = rotate(hash ^ *at * PRIME_5, 11) * PRIME_1;
    return hash;
}

uint64_t xxh64(const void *bytes, size_t size, uint64_t seed)
{
    const uint8_t *at = bytes, *end = at + size;
    uint64_t hash = seed + PRIME_5;
    if (size >= STRIPE_BYTES)
        at = take_stripes(at, end, seed, &hash);
    hash = take_rest(at, end, hash + size);
    hash = (hash ^ hash >> 33) * PRIME_2;
    hash = (hash ^ hash >> 29) * PRIME_3;
    return hash ^ hash >> 32;
}
