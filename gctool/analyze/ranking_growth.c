/* Sites that grow: suspects, no proof. See ranking.h.
 *
 * The recording is cut into four parts of as many collections; of each the least that was alive counts, so that garbage that waits for the next
 * collection does not. A site grows when each part's least is above that of the part before, which a cache that fills up and then stays does not. */
#include "gctool/analyze/ranking.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static uint64_t least(const uint64_t *samples, size_t begin, size_t end)
{
    uint64_t result = UINT64_MAX;
    for (size_t at = begin; at < end; at++)
        if (samples[at] < result)
            result = samples[at];
    return result;
}

/* Sets the row's growth; false: it does not grow. */
static bool judge(struct growth_row *row, size_t count)
{
    uint64_t parts[GROWTH_PARTS];
    if (count < GROWTH_PARTS * GROWTH_SAMPLES_OF_PART)
        return false;
    for (size_t part = 0; part < GROWTH_PARTS; part++)
        parts[part] = least(row->samples, count * part / GROWTH_PARTS, count * (part + 1) / GROWTH_PARTS);
    for (size_t part = 1; part < GROWTH_PARTS; part++)
        if (parts[part] <= parts[part - 1])
            return false;
    row->first_bytes = parts[0];
    row->last_bytes = parts[GROWTH_PARTS - 1];
    return row->last_bytes - row->first_bytes >= GROWTH_BYTES_MIN;
}

static int add_site(struct growth_ranking *ranking, size_t *capacity, struct key_index *index, struct model *model,
                    uint32_t at, bool by_stack)
{
    const struct site *site = &model->sites.items[at];
    uint32_t place = stacks_place(&model->stacks, site->context);
    uint32_t row = key_index_find(index, by_stack ? site->context : place, site->type);
    if (row == KEY_INDEX_NONE) {
        int error = array_reserve(&ranking->rows, capacity, ranking->count + 1, sizeof *ranking->rows);
        if (error == 0)
            error = key_index_add(index, by_stack ? site->context : place, site->type, (uint32_t)ranking->count);
        if (error < 0)
            return error;
        row = (uint32_t)ranking->count++;
        const struct type_info *type = names_find_type(&model->names, site->type);
        ranking->rows[row] = (struct growth_row){.type = type != NULL && type->name[0] ? type->name : "(unnamed type)",
                                                 .place = place,
                                                 .context = site->context};
    }
    ranking->rows[row].alive_objects += site->alive_objects;
    for (size_t sample = 0; at < model->growth.capacity && sample < model->growth.count; sample++)
        ranking->rows[row].samples[sample] += model->growth.samples[at][sample];
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    const struct growth_row *first = a, *second = b;
    uint64_t grown = first->last_bytes - first->first_bytes, other = second->last_bytes - second->first_bytes;
    if (grown != other)
        return grown < other ? 1 : -1;
    int order = strcmp(first->type, second->type);
    return order != 0 ? order : (first->context > second->context) - (first->context < second->context);
}

static void keep_what_grows(struct growth_ranking *ranking, const struct model *model, const char *filter)
{
    size_t kept = 0;
    for (size_t at = 0; at < ranking->count; at++) {
        struct growth_row *row = &ranking->rows[at];
        if (judge(row, model->growth.count) && ranking_keeps(filter, &model->stacks, &row->type, 1, &row->context, 1))
            ranking->rows[kept++] = *row;
    }
    ranking->count = kept;
}

int ranking_growth(struct model *model, const struct ranking_options *options, struct growth_ranking *ret_ranking)
{
    struct growth_ranking ranking = {0};
    struct key_index index = {0};
    size_t capacity = 0;
    int error = 0;
    for (size_t at = 0; at < model->sites.count && error == 0; at++)
        error = add_site(&ranking, &capacity, &index, model, (uint32_t)at, options->by_stack);
    key_index_free(&index);
    if (error < 0) {
        free(ranking.rows);
        return error;
    }
    keep_what_grows(&ranking, model, options->filter);
    if (ranking.count > 0)
        qsort(ranking.rows, ranking.count, sizeof *ranking.rows, compare_rows);
    if (options->limit != 0 && ranking.count > options->limit) {
        ranking.left_out = ranking.count - options->limit;
        ranking.count = options->limit;
    }
    *ret_ranking = ranking;
    return 0;
}

void growth_ranking_free(struct growth_ranking *ranking)
{
    free(ranking->rows);
    *ranking = (struct growth_ranking){0};
}
