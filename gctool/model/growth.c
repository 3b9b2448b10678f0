#include "gctool/model/growth.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static void drop_every_second(struct growth *growth)
{
    for (size_t site = 0; site < growth->capacity; site++) {
        uint64_t *samples = growth->samples[site];
        for (size_t kept = 1; kept < GROWTH_SAMPLES / 2; kept++)
            samples[kept] = samples[2 * kept];
        memset(samples + GROWTH_SAMPLES / 2, 0, GROWTH_SAMPLES / 2 * sizeof *samples);
    }
    growth->count = GROWTH_SAMPLES / 2;
    growth->stride *= 2;
}

int growth_sample(struct growth *growth, const struct sites *sites)
{
    if (growth->stride == 0)
        growth->stride = 1;
    if (growth->count == GROWTH_SAMPLES)
        drop_every_second(growth);
    if (growth->collections++ % growth->stride != 0)
        return 0;
    int error = array_reserve(&growth->samples, &growth->capacity, sites->count, sizeof *growth->samples);
    if (error < 0)
        return error;
    for (size_t site = 0; site < sites->count; site++)
        growth->samples[site][growth->count] = sites->items[site].alive_bytes;
    growth->count++;
    return 0;
}

void growth_free(struct growth *growth)
{
    free(growth->samples);
    *growth = (struct growth){0};
}
