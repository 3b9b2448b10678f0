/* Goroutines and their waits as rows. See ranking.h.
 *
 * Live goroutines that were created at the same place, are in the same state and wait for the same reason at the same place are one row;
 * those that ended are one row for each place of creation. */
#include "gctool/analyze/ranking.h"

#include "base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a group of goroutines is called: the function's symbol, else where it was created, else its address. */
static char *group_name(const struct stacks *stacks, const struct goroutine_group *group)
{
    size_t count;
    const struct stack_frame *frames = stacks_frames_of(stacks, group->function, &count);
    char text[32] = "(unknown)";
    if (count > 0 && frames[count - 1].function)
        return strdup(frames[count - 1].function);
    if (group->function)
        snprintf(text, sizeof text, "0x%" PRIx64, group->function);
    return strdup(text);
}

/* Index into `names` by name; rows of one name have one index, so that it can be part of a key. */
struct group_names {
    char **texts;
    uint32_t *same; /* the first group with this name */
    size_t count;
};

static void group_names_free(struct group_names *names)
{
    for (size_t at = 0; at < names->count; at++)
        free(names->texts[at]);
    free(names->texts);
    free(names->same);
}

/* Groups are few (functions times places of creation), and most share nothing: a hash finds the first of each name. */
static int group_names_make(const struct model *model, struct group_names *ret_names)
{
    const struct goroutines *all = &model->goroutines;
    struct group_names names = {.texts = calloc(all->group_count + 1, sizeof *names.texts),
                                .same = calloc(all->group_count + 1, sizeof *names.same)};
    struct key_index by_function = {0};
    int error = names.texts && names.same ? 0 : -ENOMEM;
    for (; error == 0 && names.count < all->group_count; names.count++) {
        uint32_t at = (uint32_t)names.count;
        const struct goroutine_group *group = &all->groups[at];
        names.texts[at] = group_name(&model->stacks, group);
        uint32_t first = key_index_find(&by_function, 0, group->function);
        names.same[at] = first == KEY_INDEX_NONE ? at : first;
        if (!names.texts[at])
            error = -ENOMEM;
        else if (first == KEY_INDEX_NONE)
            error = key_index_add(&by_function, 0, group->function, at);
    }
    key_index_free(&by_function);
    if (error < 0)
        group_names_free(&names);
    else
        *ret_names = names;
    return error;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b); /* more comes first */
}

static int compare_goroutine_rows(const void *a, const void *b, void *argument)
{
    const enum ranking_key *key = argument;
    const struct goroutine_row *first = a, *second = b;
    int result = 0;
    if (*key == RANKING_TIME)
        result = compare_numbers(first->run_ns + first->wait_ns, second->run_ns + second->wait_ns);
    else if (*key != RANKING_NAME)
        result = compare_numbers(first->count, second->count);
    if (result == 0)
        result = strcmp(first->name, second->name);
    if (result == 0)
        result = first->state - second->state;
    if (result == 0)
        result = first->wait_reason - second->wait_reason;
    return result ? result : (first->example_id > second->example_id) - (first->example_id < second->example_id);
}

static int compare_wait_rows(const void *a, const void *b, void *argument)
{
    const enum ranking_key *key = argument;
    const struct wait_row *first = a, *second = b;
    int result = 0;
    if (*key == RANKING_COUNT)
        result = compare_numbers(first->count + first->now, second->count + second->now);
    else if (*key != RANKING_NAME)
        result = compare_numbers(first->total_ns, second->total_ns);
    if (result == 0)
        result = strcmp(first->name, second->name);
    return result ? result : (first->context > second->context) - (first->context < second->context);
}

struct goroutine_rows {
    struct goroutine_ranking ranking;
    size_t capacity;
    struct key_index index;
};

/* Adds to the row with the same creation, state and wait; makes it when new. `row->name` is copied. */
static int add_goroutine_row(struct goroutine_rows *rows, uint64_t create_key, uint64_t wait_key,
                             const struct goroutine_row *row)
{
    uint32_t at = key_index_find(&rows->index, create_key, wait_key);
    if (at != KEY_INDEX_NONE) {
        struct goroutine_row *sum = &rows->ranking.rows[at];
        sum->count += row->count;
        sum->run_ns += row->run_ns;
        sum->ready_ns += row->ready_ns;
        sum->wait_ns += row->wait_ns;
        if (row->since_ns < sum->since_ns) {
            sum->since_ns = row->since_ns;
            sum->example_id = row->example_id;
        }
        return 0;
    }
    at = (uint32_t)rows->ranking.count;
    int error = array_reserve(&rows->ranking.rows, &rows->capacity, rows->ranking.count + 1,
                              sizeof *rows->ranking.rows);
    if (error == 0)
        error = key_index_add(&rows->index, create_key, wait_key, at);
    if (error < 0)
        return error;
    rows->ranking.rows[at] = *row;
    rows->ranking.rows[at].name = strdup(row->name);
    rows->ranking.count++;
    return rows->ranking.rows[at].name ? 0 : -ENOMEM;
}

static int add_live(struct model *model, const struct ranking_options *options, const struct group_names *names,
                    const struct goroutine *goroutine, struct goroutine_rows *rows)
{
    const struct goroutines *all = &model->goroutines;
    const struct goroutine_group *group = &all->groups[goroutine->group];
    const char *given = names_find(&model->names, EVENT_NAMES_GOROUTINE, goroutine->id);
    bool waiting = goroutine->state == GOROUTINE_WAITING;
    uint32_t wait_context = waiting ? all->waits[goroutine->wait].context : 0;
    const char *texts[] = {names->texts[goroutine->group], given,
                           waiting ? names_find(&model->names, EVENT_NAMES_WAIT_REASON, goroutine->wait_reason) : NULL};
    uint32_t contexts[] = {group->context, wait_context};
    if (!ranking_keeps(options->filter, &model->stacks, texts, 3, contexts, 2))
        return 0;
    struct goroutine_row row = {
        .name = names->texts[goroutine->group],
        .create_context = group->context,
        .create_place = stacks_place(&model->stacks, group->context),
        .wait_context = wait_context,
        .wait_place = stacks_place(&model->stacks, wait_context),
        .state = goroutine->state,
        .wait_reason = goroutine->wait_reason,
        .count = 1,
        .run_ns = goroutine->run_ns,
        .ready_ns = goroutine->ready_ns,
        .wait_ns = goroutine->wait_ns,
        .since_ns = goroutine->state_since_ns,
        .example_id = goroutine->id,
    };
    rows->ranking.total++;
    uint64_t create = options->by_stack ? group->context : row.create_place;
    uint64_t wait = options->by_stack ? wait_context : row.wait_place;
    return add_goroutine_row(rows, (uint64_t)names->same[goroutine->group] << 32 | create,
                             (uint64_t)row.state << 40 | (uint64_t)row.wait_reason << 32 | wait, &row);
}

static int add_ended(struct model *model, const struct ranking_options *options, const struct group_names *names,
                     uint32_t group_index, const struct goroutine_group *group, struct goroutine_rows *rows)
{
    const char *name = names->texts[group_index];
    if (group->ended == 0 || !ranking_keeps(options->filter, &model->stacks, &name, 1, &group->context, 1))
        return 0;
    struct goroutine_row row = {
        .name = names->texts[group_index],
        .create_context = group->context,
        .create_place = stacks_place(&model->stacks, group->context),
        .state = GOROUTINE_ENDED,
        .count = group->ended,
        .run_ns = group->run_ns,
        .ready_ns = group->ready_ns,
        .wait_ns = group->wait_ns,
    };
    rows->ranking.total += group->ended;
    uint64_t create = options->by_stack ? group->context : row.create_place;
    return add_goroutine_row(rows, (uint64_t)names->same[group_index] << 32 | create, (uint64_t)GOROUTINE_ENDED << 40,
                             &row);
}

int ranking_goroutines(struct model *model, const struct ranking_options *options,
                       struct goroutine_ranking *ret_ranking)
{
    const struct goroutines *all = &model->goroutines;
    struct group_names names;
    int error = group_names_make(model, &names);
    if (error < 0)
        return error;
    struct goroutine_rows rows = {0};
    for (size_t at = 0; error == 0 && at < all->count; at++)
        if (all->items[at].state != GOROUTINE_ENDED)
            error = add_live(model, options, &names, &all->items[at], &rows);
    for (uint32_t at = 0; error == 0 && at < all->group_count; at++)
        error = add_ended(model, options, &names, at, &all->groups[at], &rows);
    group_names_free(&names);
    key_index_free(&rows.index);
    if (error < 0) {
        goroutine_ranking_free(&rows.ranking);
        return error;
    }
    enum ranking_key key = options->sort;
    if (rows.ranking.count > 0)
        qsort_r(rows.ranking.rows, rows.ranking.count, sizeof *rows.ranking.rows, compare_goroutine_rows, &key);
    *ret_ranking = rows.ranking;
    while (options->limit && ret_ranking->count > options->limit) {
        free(ret_ranking->rows[--ret_ranking->count].name);
        ret_ranking->left_out++;
    }
    return 0;
}

struct wait_rows {
    struct wait_ranking ranking;
    size_t capacity;
    struct key_index index;
};

static int add_wait(struct model *model, const struct ranking_options *options, const struct group_names *names,
                    const struct goroutine_wait *wait, struct wait_rows *rows)
{
    const char *texts[] = {names->texts[wait->group], names_find(&model->names, EVENT_NAMES_WAIT_REASON, wait->reason)};
    if ((wait->count == 0 && wait->now == 0) ||
        !ranking_keeps(options->filter, &model->stacks, texts, 2, &wait->context, 1))
        return 0;
    rows->ranking.total_ns += wait->total_ns;
    uint32_t place = stacks_place(&model->stacks, wait->context);
    uint64_t high = (uint64_t)names->same[wait->group] << 8 | wait->reason;
    uint64_t low = options->by_stack ? wait->context : place;
    uint32_t at = key_index_find(&rows->index, high, low);
    if (at != KEY_INDEX_NONE) {
        struct wait_row *sum = &rows->ranking.rows[at];
        sum->count += wait->count;
        sum->now += wait->now;
        sum->total_ns += wait->total_ns;
        if (wait->longest_ns > sum->longest_ns)
            sum->longest_ns = wait->longest_ns;
        return 0;
    }
    at = (uint32_t)rows->ranking.count;
    int error = array_reserve(&rows->ranking.rows, &rows->capacity, rows->ranking.count + 1,
                              sizeof *rows->ranking.rows);
    if (error == 0)
        error = key_index_add(&rows->index, high, low, at);
    if (error < 0)
        return error;
    rows->ranking.rows[at] = (struct wait_row){.name = strdup(names->texts[wait->group]),
                                               .context = wait->context,
                                               .place = place,
                                               .reason = wait->reason,
                                               .count = wait->count,
                                               .total_ns = wait->total_ns,
                                               .longest_ns = wait->longest_ns,
                                               .now = wait->now};
    rows->ranking.count++;
    return rows->ranking.rows[at].name ? 0 : -ENOMEM;
}

int ranking_waits(struct model *model, const struct ranking_options *options, struct wait_ranking *ret_ranking)
{
    struct group_names names;
    int error = group_names_make(model, &names);
    if (error < 0)
        return error;
    struct wait_rows rows = {0};
    for (size_t at = 0; error == 0 && at < model->goroutines.wait_count; at++)
        error = add_wait(model, options, &names, &model->goroutines.waits[at], &rows);
    group_names_free(&names);
    key_index_free(&rows.index);
    if (error < 0) {
        wait_ranking_free(&rows.ranking);
        return error;
    }
    enum ranking_key key = options->sort;
    if (rows.ranking.count > 0)
        qsort_r(rows.ranking.rows, rows.ranking.count, sizeof *rows.ranking.rows, compare_wait_rows, &key);
    *ret_ranking = rows.ranking;
    while (options->limit && ret_ranking->count > options->limit) {
        free(ret_ranking->rows[--ret_ranking->count].name);
        ret_ranking->left_out++;
    }
    return 0;
}

void goroutine_ranking_free(struct goroutine_ranking *ranking)
{
    for (size_t at = 0; at < ranking->count; at++)
        free(ranking->rows[at].name);
    free(ranking->rows);
    *ranking = (struct goroutine_ranking){0};
}

void wait_ranking_free(struct wait_ranking *ranking)
{
    for (size_t at = 0; at < ranking->count; at++)
        free(ranking->rows[at].name);
    free(ranking->rows);
    *ranking = (struct wait_ranking){0};
}
