/* Sites as rows: summed by place, measured, sorted, cut. See ranking.h. */
#include "gctool/analyze/ranking.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *type_name(const struct model *model, uint32_t type)
{
    const struct type_info *info = names_find_type(&model->names, type);
    return info && info->name[0] ? info->name : "(unnamed type)";
}

/* Sets what the row is ranked by. The time of the dead is the mean of the upper ends of their lifetimes, of the living the age of
 * the oldest. */
static void measure_row(struct site_row *row, enum site_measure measure, uint64_t now_ns)
{
    const struct site *site = &row->site;
    uint64_t mean_ns = site->dead_objects ? site->lifetime_ns.total / site->dead_objects : 0;
    switch (measure) {
    case SITES_ALLOCATED:
        row->objects = site->born_objects;
        row->bytes = site->born_bytes;
        row->time_ns = mean_ns;
        break;
    case SITES_ALIVE:
        row->objects = site->alive_objects;
        row->bytes = site->alive_bytes;
        row->time_ns = now_ns > site->alive_since_ns ? now_ns - site->alive_since_ns : 0;
        break;
    case SITES_TEMPORARY:
        row->objects = site->temporary_objects;
        row->bytes = site->temporary_bytes;
        row->time_ns = mean_ns;
        break;
    case SITES_DEAD:
        row->objects = site->dead_objects;
        row->bytes = site->dead_bytes;
        row->time_ns = mean_ns;
        break;
    }
}

struct order {
    enum ranking_key key;
    const struct stacks *stacks;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b); /* more comes first */
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int compare_places(const struct stacks *stacks, uint32_t a, uint32_t b)
{
    if (a == b || a >= stacks->place_count || b >= stacks->place_count)
        return a < b ? -1 : a > b;
    const struct stack_frame *first = &stacks->places[a], *second = &stacks->places[b];
    int order = compare_texts(first->file, second->file);
    if (order == 0)
        order = (first->line > second->line) - (first->line < second->line);
    return order ? order : compare_texts(first->function, second->function);
}

static int compare_rows(const void *a, const void *b, void *argument)
{
    const struct order *order = argument;
    const struct site_row *first = a, *second = b;
    int result = 0;
    if (order->key == RANKING_COUNT)
        result = compare_numbers(first->objects, second->objects);
    else if (order->key == RANKING_TIME)
        result = compare_numbers(first->time_ns, second->time_ns);
    else if (order->key == RANKING_BYTES)
        result = compare_numbers(first->bytes, second->bytes);
    if (result == 0)
        result = strcmp(first->type, second->type);
    if (result == 0)
        result = compare_places(order->stacks, first->place, second->place);
    return result ? result
                  : (first->site.context > second->site.context) - (first->site.context < second->site.context);
}

/* The row that `site` belongs to, made when new. */
static int row_of(struct model *model, const struct site *site, bool by_stack, struct key_index *index,
                  struct site_ranking *ranking, size_t *capacity, struct site_row **ret_row)
{
    uint32_t place = stacks_place(&model->stacks, site->context);
    uint32_t row = key_index_find(index, by_stack ? site->context : place, site->type);
    if (row == KEY_INDEX_NONE) {
        int error = array_reserve(&ranking->rows, capacity, ranking->count + 1, sizeof *ranking->rows);
        if (error < 0)
            return error;
        row = (uint32_t)ranking->count;
        error = key_index_add(index, by_stack ? site->context : place, site->type, row);
        if (error < 0)
            return error;
        ranking->rows[row] = (struct site_row){.type = type_name(model, site->type), .place = place};
        ranking->rows[row].site = (struct site){
            .context = site->context, .type = site->type, .alive_since_ns = UINT64_MAX};
        ranking->count++;
    }
    *ret_row = &ranking->rows[row];
    return 0;
}

static int collect(struct model *model, enum site_measure measure, const struct ranking_options *options,
                   struct key_index *index, struct site_ranking *ranking)
{
    size_t capacity = 0;
    for (size_t at = 0; at < model->sites.count; at++) {
        const struct site *site = &model->sites.items[at];
        struct site_row alone = {.site = *site, .type = type_name(model, site->type)};
        measure_row(&alone, measure, model->last_ns);
        if (alone.objects == 0 || !ranking_keeps(options->filter, &model->stacks, &alone.type, 1, &site->context, 1))
            continue;
        struct site_row *row;
        int error = row_of(model, site, options->by_stack, index, ranking, &capacity, &row);
        if (error < 0)
            return error;
        site_merge(&row->site, site);
        row->stacks++;
        ranking->total_objects += alone.objects;
        ranking->total_bytes += alone.bytes;
    }
    return 0;
}

int ranking_sites(struct model *model, enum site_measure measure, const struct ranking_options *options,
                  struct site_ranking *ret_ranking)
{
    struct site_ranking ranking = {0};
    struct key_index index = {0};
    int error = collect(model, measure, options, &index, &ranking);
    key_index_free(&index);
    if (error < 0) {
        free(ranking.rows);
        return error;
    }
    for (size_t at = 0; at < ranking.count; at++)
        measure_row(&ranking.rows[at], measure, model->last_ns);
    struct order order = {.key = options->sort, .stacks = &model->stacks};
    if (ranking.count > 0)
        qsort_r(ranking.rows, ranking.count, sizeof *ranking.rows, compare_rows, &order);
    if (options->limit && ranking.count > options->limit) {
        ranking.left_out = ranking.count - options->limit;
        ranking.count = options->limit;
    }
    *ret_ranking = ranking;
    return 0;
}

void site_ranking_free(struct site_ranking *ranking)
{
    free(ranking->rows);
    *ranking = (struct site_ranking){0};
}
