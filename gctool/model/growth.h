/* growth.h: how many bytes of each site were alive as collections went by, in a few samples.
 *
 *     samples of a site    | 0 | 1 | 2 | ... up to GROWTH_SAMPLES         one at the begin of every `stride`th collection
 *     full: every second is dropped, the stride doubles                  so they always cover the whole recording, evenly
 *
 * At the begin of a collection the deaths that the one before found are all told, so a sample is what that one marked and what was born since.
 *
 * Invariant: every site's samples are as of the same collections; a site that did not exist then had 0.
 */
#ifndef GCTOOL_MODEL_GROWTH_H
#define GCTOOL_MODEL_GROWTH_H

#include <stddef.h>
#include <stdint.h>

#include "gctool/model/sites.h"

enum { GROWTH_SAMPLES = 32 };

struct growth {
    uint64_t (*samples)[GROWTH_SAMPLES]; /* by site */
    size_t capacity;
    size_t count;         /* samples of each site */
    uint64_t collections; /* that began */
    uint64_t stride;      /* 0 before the first */
};

/* A collection begins. 0 or -ENOMEM. */
[[nodiscard]] int growth_sample(struct growth *growth, const struct sites *sites);

void growth_free(struct growth *growth);

#endif
