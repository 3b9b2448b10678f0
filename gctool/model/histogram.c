/* See histogram.h. */
#include "gctool/model/histogram.h"

static unsigned bucket_of(uint64_t value)
{
    return value ? 64U - (unsigned)__builtin_clzll(value) : 0;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    histogram->counts[bucket_of(value)]++;
    histogram->count++;
    histogram->total += value;
    if (value > histogram->longest)
        histogram->longest = value;
}

void histogram_merge(struct histogram *histogram, const struct histogram *other)
{
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++)
        histogram->counts[bucket] += other->counts[bucket];
    histogram->count += other->count;
    histogram->total += other->total;
    if (other->longest > histogram->longest)
        histogram->longest = other->longest;
}

uint64_t histogram_bucket_end(unsigned bucket)
{
    if (bucket == 0)
        return 0;
    return bucket >= 64 ? UINT64_MAX : (1ULL << bucket) - 1;
}

uint64_t histogram_quantile(const struct histogram *histogram, unsigned permille)
{
    if (histogram->count == 0)
        return 0;
    /* Rounded up, and at least one: the smallest rank that covers the share. */
    uint64_t rank = (uint64_t)(((unsigned __int128)histogram->count * permille + 999) / 1000);
    uint64_t seen = 0;
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->counts[bucket];
        if (seen >= rank && seen > 0) {
            uint64_t end = histogram_bucket_end(bucket);
            return end < histogram->longest ? end : histogram->longest;
        }
    }
    return histogram->longest;
}
