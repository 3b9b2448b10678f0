/* sites.h: a site is one call stack that allocates one type; everything that is counted about objects is counted by site.
 *
 * Invariant: born == dead + alive, in objects and in bytes. sites_check() tests it.
 *
 * A death is learned from the sweeper, so the moment is known as an interval: the object was alive when the cycle before marked (or
 * was born later than that), and dead when the cycle whose sweep reports it began to mark.
 *
 *     born        cycle 6 marks it        cycle 7 begins        the sweep of 7 reports it
 *      |---------------|--------------------------|---------------------|
 *                      <---- it died in here ----->
 *                      lifetime_low               lifetime_high;  survived: the cycles that marked it, here 1
 */
#ifndef GCTOOL_MODEL_SITES_H
#define GCTOOL_MODEL_SITES_H

#include "gctool/model/histogram.h"
#include "gctool/model/key_index.h"

#include <stdbool.h>

struct site {
    uint32_t context; /* the stack; 0 unknown */
    uint32_t type;
    uint64_t born_objects, born_bytes;
    uint64_t dead_objects, dead_bytes;
    uint64_t alive_objects, alive_bytes;
    uint64_t peak_bytes;                         /* the most that was alive or not yet swept at once */
    uint64_t temporary_objects, temporary_bytes; /* died before the first collection after their birth */
    uint64_t lifetime_low_total_ns;              /* sums over the dead; the high ends are in lifetime_ns.total */
    struct histogram survived_cycles;            /* of the dead */
    struct histogram lifetime_ns;                /* of the dead, the high end of the interval: 'died by' */
    uint64_t alive_since_ns; /* birth of the oldest that is alive; set by the model when asked, see model_finish() */
};

struct sites {
    struct site *items;
    size_t count, capacity;
    struct key_index index;
    uint32_t *last_of_context; /* the site a context used last, plus one: most contexts allocate one type */
    size_t last_capacity;
};

/* What the sweep says about one dead object. */
struct site_death {
    uint64_t bytes, survived_cycles, lifetime_low_ns, lifetime_high_ns;
};

/* The index of the site, made when new. 0 or -ENOMEM. */
[[nodiscard]] int sites_get(struct sites *sites, uint32_t context, uint32_t type, uint32_t *ret_site);

void site_count_birth(struct site *site, uint64_t bytes);
void site_count_death(struct site *site, const struct site_death *death);

/* Adds what `other` counted to `site`: rankings show several stacks as one place. Peaks are summed, which is an upper bound. */
void site_merge(struct site *site, const struct site *other);

bool sites_check(const struct sites *sites);
void sites_free(struct sites *sites);

#endif
