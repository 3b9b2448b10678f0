/* See sites.h. */
#include "gctool/model/sites.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>

static int add_site(struct sites *sites, uint32_t context, uint32_t type, uint32_t *ret_site)
{
    if (sites->count >= KEY_INDEX_NONE)
        return -ENOMEM;
    int error = array_reserve(&sites->items, &sites->capacity, sites->count + 1, sizeof *sites->items);
    if (error < 0)
        return error;
    uint32_t site = (uint32_t)sites->count;
    error = key_index_add(&sites->index, context, type, site);
    if (error < 0)
        return error;
    sites->items[site] = (struct site){.context = context, .type = type, .alive_since_ns = UINT64_MAX};
    sites->count++;
    *ret_site = site;
    return 0;
}

int sites_get(struct sites *sites, uint32_t context, uint32_t type, uint32_t *ret_site)
{
    if (context < sites->last_capacity) {
        uint32_t last = sites->last_of_context[context];
        if (last != 0 && sites->items[last - 1].type == type) {
            *ret_site = last - 1;
            return 0;
        }
    }
    int error = array_reserve(&sites->last_of_context, &sites->last_capacity, (size_t)context + 1,
                              sizeof *sites->last_of_context);
    if (error < 0)
        return error;
    uint32_t site = key_index_find(&sites->index, context, type);
    if (site == KEY_INDEX_NONE) {
        error = add_site(sites, context, type, &site);
        if (error < 0)
            return error;
    }
    sites->last_of_context[context] = site + 1;
    *ret_site = site;
    return 0;
}

void site_count_birth(struct site *site, uint64_t bytes)
{
    site->born_objects++;
    site->born_bytes += bytes;
    site->alive_objects++;
    site->alive_bytes += bytes;
    if (site->alive_bytes > site->peak_bytes)
        site->peak_bytes = site->alive_bytes;
}

void site_count_death(struct site *site, const struct site_death *death)
{
    site->dead_objects++;
    site->dead_bytes += death->bytes;
    site->alive_objects--;
    site->alive_bytes -= death->bytes;
    if (death->survived_cycles == 0) {
        site->temporary_objects++;
        site->temporary_bytes += death->bytes;
    }
    site->lifetime_low_total_ns += death->lifetime_low_ns;
    histogram_add(&site->survived_cycles, death->survived_cycles);
    histogram_add(&site->lifetime_ns, death->lifetime_high_ns);
}

void site_merge(struct site *site, const struct site *other)
{
    site->born_objects += other->born_objects;
    site->born_bytes += other->born_bytes;
    site->dead_objects += other->dead_objects;
    site->dead_bytes += other->dead_bytes;
    site->alive_objects += other->alive_objects;
    site->alive_bytes += other->alive_bytes;
    site->peak_bytes += other->peak_bytes;
    site->temporary_objects += other->temporary_objects;
    site->temporary_bytes += other->temporary_bytes;
    site->lifetime_low_total_ns += other->lifetime_low_total_ns;
    histogram_merge(&site->survived_cycles, &other->survived_cycles);
    histogram_merge(&site->lifetime_ns, &other->lifetime_ns);
    if (other->alive_since_ns < site->alive_since_ns)
        site->alive_since_ns = other->alive_since_ns;
}

bool sites_check(const struct sites *sites)
{
    for (size_t at = 0; at < sites->count; at++) {
        const struct site *site = &sites->items[at];
        if (site->born_objects != site->dead_objects + site->alive_objects ||
            site->born_bytes != site->dead_bytes + site->alive_bytes)
            return false;
    }
    return true;
}

void sites_free(struct sites *sites)
{
    free(sites->items);
    free(sites->last_of_context);
    key_index_free(&sites->index);
    *sites = (struct sites){0};
}
