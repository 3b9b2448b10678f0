#include "gctool/analyze/heap_sections.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "gctool/analyze/where.h"

/* Objects of one type, or of one type and birth. */
struct group {
    uint32_t type, place, context; /* context: of the first */
    uint64_t objects, bytes, garbage_bytes, oldest_cycle;
};

struct groups {
    struct group *items;
    size_t count, capacity;
    struct key_index index;
};

static const char *type_name(const struct snapshot *snapshot, uint32_t type)
{
    const char *name = snapshot->types[type].name;
    return name[0] != '\0' ? name : "(unnamed type)";
}

/* ---- summary ---- */

int heap_summary(const struct snapshot *snapshot, const struct reach *reach, struct rows *ret_rows)
{
    uint64_t bytes = 0, reached_objects = 0, reached_bytes = 0;
    for (uint32_t object = 0; object < snapshot->object_count; object++) {
        uint64_t slot_bytes = snapshot_bytes(snapshot, object);
        bytes += slot_bytes;
        reached_objects += reach_has(reach, object);
        reached_bytes += reach_has(reach, object) ? slot_bytes : 0;
    }
    const struct rows_value values[] = {
        {"program", "program", UNIT_TEXT, 0, snapshot->program},
        {"pid", "process", UNIT_COUNT, snapshot->pid, NULL},
        {"cycles", "collections so far", UNIT_COUNT, snapshot->cycle, NULL},
        {"objects", "objects", UNIT_COUNT, snapshot->object_count, NULL},
        {"bytes", "bytes", UNIT_BYTES, bytes, NULL},
        {"reachable_objects", "reachable objects", UNIT_COUNT, reached_objects, NULL},
        {"reachable_bytes", "reachable bytes", UNIT_BYTES, reached_bytes, NULL},
        {"references", "references between objects", UNIT_COUNT, snapshot->edge_count, NULL},
        {"roots", "root words", UNIT_COUNT, snapshot->root_count, NULL},
        {"goroutines", "goroutines", UNIT_COUNT, snapshot->goroutine_count, NULL},
        {"complete", "all of it could be read", UNIT_FLAG, snapshot->complete, NULL},
    };
    rows_start(ret_rows, "summary", "the heap");
    rows_put_values(ret_rows, values, sizeof values / sizeof *values);
    return ret_rows->failed ? -ENOMEM : 0;
}

/* ---- groups ---- */

static int group_of(struct groups *groups, uint64_t high, uint64_t low, struct group **ret_group)
{
    uint32_t at = key_index_find(&groups->index, high, low);
    if (at == KEY_INDEX_NONE) {
        int error = array_reserve(&groups->items, &groups->capacity, groups->count + 1, sizeof *groups->items);
        if (error == 0)
            error = key_index_add(&groups->index, high, low, (uint32_t)groups->count);
        if (error < 0)
            return error;
        at = (uint32_t)groups->count++;
        groups->items[at] = (struct group){.oldest_cycle = UINT64_MAX};
    }
    *ret_group = &groups->items[at];
    return 0;
}

static int add_object(struct groups *groups, struct snapshot *snapshot, const struct reach *reach, uint32_t object,
                      const struct snapshot_span *span, bool by_site, bool by_stack)
{
    uint32_t context = by_site ? snapshot->births[object] : 0;
    uint32_t place = by_site ? stacks_place(&snapshot->stacks, context) : 0;
    struct group *group;
    int error = group_of(groups, span->type, by_stack ? context : place, &group);
    if (error < 0)
        return error;
    if (group->objects == 0) {
        group->type = span->type;
        group->place = place;
        group->context = context;
    }
    group->objects++;
    group->bytes += span->slot_bytes;
    group->garbage_bytes += reach_has(reach, object) ? 0 : span->slot_bytes;
    if (snapshot->birth_cycles[object] < group->oldest_cycle)
        group->oldest_cycle = snapshot->birth_cycles[object];
    return 0;
}

static int collect(struct groups *groups, struct snapshot *snapshot, const struct reach *reach, bool by_site,
                   bool by_stack)
{
    for (size_t i = 0; i < snapshot->span_count; i++) {
        const struct snapshot_span *span = &snapshot->spans[i];
        for (uint32_t at = 0; at < span->object_count; at++) {
            int error = add_object(groups, snapshot, reach, span->first_object + at, span, by_site, by_stack);
            if (error < 0)
                return error;
        }
    }
    return 0;
}

struct order {
    const struct snapshot *snapshot;
    enum ranking_key key;
};

static int compare_more(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

/* Equal ones by name and place, so that the same snapshot gives the same text. */
static int compare_groups(const void *a, const void *b, void *argument)
{
    const struct group *first = a, *second = b;
    const struct order *order = argument;
    int result = 0;
    if (order->key == RANKING_BYTES)
        result = compare_more(first->bytes, second->bytes);
    else if (order->key == RANKING_COUNT)
        result = compare_more(first->objects, second->objects);
    else if (order->key == RANKING_TIME)
        result = compare_more(second->oldest_cycle, first->oldest_cycle);
    if (result == 0)
        result = strcmp(type_name(order->snapshot, first->type), type_name(order->snapshot, second->type));
    return result != 0 ? result : (first->context > second->context) - (first->context < second->context);
}

static void apply_filter(struct groups *groups, const struct snapshot *snapshot, const char *filter)
{
    size_t kept = 0;
    for (size_t i = 0; i < groups->count; i++) {
        const char *name = type_name(snapshot, groups->items[i].type);
        if (ranking_keeps(filter, &snapshot->stacks, &name, 1, &groups->items[i].context, 1))
            groups->items[kept++] = groups->items[i];
    }
    groups->count = kept;
}

static void put_group(struct rows *rows, const struct snapshot *snapshot, const struct group *group, uint64_t all_bytes)
{
    rows_put_number(rows, group->bytes);
    rows_put_number(rows, all_bytes != 0 ? group->bytes * 1000 / all_bytes : 0);
    rows_put_number(rows, group->objects);
    rows_put_number(rows, group->garbage_bytes);
    rows_put_text(rows, type_name(snapshot, group->type));
}

static void add_group_columns(struct rows *rows)
{
    rows_add_column(rows, "bytes", "bytes", UNIT_BYTES);
    rows_add_column(rows, "share_permille", "share", UNIT_PERMILLE);
    rows_add_column(rows, "objects", "objects", UNIT_COUNT);
    rows_add_column(rows, "garbage_bytes", "of these garbage", UNIT_BYTES);
    rows_add_column(rows, "type", "type", UNIT_TEXT);
}

static int make(struct snapshot *snapshot, const struct reach *reach, const struct ranking_options *options,
                bool by_site, struct rows *rows)
{
    struct groups groups = {0};
    int error = collect(&groups, snapshot, reach, by_site, by_site && options->by_stack);
    uint64_t all_bytes = 0;
    for (size_t i = 0; i < groups.count; i++)
        all_bytes += groups.items[i].bytes;
    apply_filter(&groups, snapshot, options->filter);
    struct order order = {snapshot, options->sort};
    if (groups.count > 0)
        qsort_r(groups.items, groups.count, sizeof *groups.items, compare_groups, &order);
    size_t shown = options->limit != 0 && options->limit < groups.count ? options->limit : groups.count;
    for (size_t i = 0; i < shown && error == 0; i++) {
        put_group(rows, snapshot, &groups.items[i], all_bytes);
        if (by_site)
            where_put_place(rows, &snapshot->stacks, groups.items[i].place);
        if (by_site && options->by_stack)
            where_put_stack(rows, &snapshot->stacks, groups.items[i].context);
    }
    rows->left_out = groups.count - shown;
    free(groups.items);
    key_index_free(&groups.index);
    return error == 0 && rows->failed ? -ENOMEM : error;
}

int heap_types(struct snapshot *snapshot, const struct reach *reach, const struct ranking_options *options,
               struct rows *ret_rows)
{
    rows_start(ret_rows, "types", "what the heap holds, by type");
    add_group_columns(ret_rows);
    return make(snapshot, reach, options, false, ret_rows);
}

bool heap_has_births(const struct snapshot *snapshot)
{
    for (uint32_t object = 0; object < snapshot->object_count; object++)
        if (snapshot->births[object] != 0)
            return true;
    return false;
}

int heap_sites(struct snapshot *snapshot, const struct reach *reach, const struct ranking_options *options,
               struct rows *ret_rows)
{
    rows_start(ret_rows, "sites", "what the heap holds, and who made it");
    add_group_columns(ret_rows);
    rows_add_column(ret_rows, "function", "function", UNIT_TEXT);
    rows_add_column(ret_rows, "location", "location", UNIT_TEXT);
    if (options->by_stack)
        rows_add_column(ret_rows, "stack", "stack", UNIT_STACK);
    return make(snapshot, reach, options, true, ret_rows);
}
