/* histogram.h: counts by power of two, enough to rank and to give quantiles as upper bounds.
 *
 *   bucket 0: the value 0        bucket k: 2^(k-1) <= value < 2^k
 */
#ifndef GCTOOL_MODEL_HISTOGRAM_H
#define GCTOOL_MODEL_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 65 };

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t count, total, longest;
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* Adds all of `other`. */
void histogram_merge(struct histogram *histogram, const struct histogram *other);

/* A value that at least `permille` of 1000 do not exceed: the end of a bucket, or the longest. 0 when empty. */
uint64_t histogram_quantile(const struct histogram *histogram, unsigned permille);

/* The largest value that falls in bucket `bucket`. */
uint64_t histogram_bucket_end(unsigned bucket);

#endif
