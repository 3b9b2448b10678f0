/* siphash.h: a hash that who does not know its key cannot steer.
 *
 * Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012: c rounds a word, d rounds at the end. 1 and 3, not the 2 and 4 of message
 * authentication: nobody sees the hashes of a table, so finding collisions without seeing any is all that must be hard.
 */
#ifndef RUNTIME_SYNC_SIPHASH_H
#define RUNTIME_SYNC_SIPHASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct siphash_key {
    uint64_t words[2]; /* little endian */
};

static inline uint64_t siphash_rotate(uint64_t word, int bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void siphash_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = siphash_rotate(v[1], 13) ^ v[0];
    v[3] = siphash_rotate(v[3], 16) ^ v[2];
    v[0] = siphash_rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = siphash_rotate(v[1], 17) ^ v[2];
    v[3] = siphash_rotate(v[3], 21) ^ v[0];
    v[2] = siphash_rotate(v[2], 32);
}

static inline void siphash_absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    siphash_round(v);
    v[0] ^= word;
}

static inline uint64_t siphash_1_3(const struct siphash_key *key, const char *bytes, size_t length)
{
    uint64_t v[4] = {key->words[0] ^ 0x736f6d6570736575u, key->words[1] ^ 0x646f72616e646f6du,
                     key->words[0] ^ 0x6c7967656e657261u, key->words[1] ^ 0x7465646279746573u};
    uint64_t word;
    size_t at = 0;
    for (; at + sizeof word <= length; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        siphash_absorb(v, word);
    }
    word = 0;
    memcpy(&word, bytes + at, length - at);
    siphash_absorb(v, word | (uint64_t)length << 56);
    v[2] ^= 0xff;
    siphash_round(v);
    siphash_round(v);
    siphash_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
