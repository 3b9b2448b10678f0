#include "gctool/analyze/goroutine_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "gctool/analyze/where.h"

struct group {
    const struct snapshot_goroutine *first; /* the one that waits longest */
    uint64_t count, kept_objects, kept_bytes;
    uint32_t wait_object; /* of the first; SNAPSHOT_NONE: it waits for none in the heap */
};

struct groups {
    struct group *items;
    size_t count, capacity;
    struct key_index index;
};

static const char *name_of(const struct snapshot *snapshot, const struct snapshot_goroutine *goroutine)
{
    size_t count;
    const struct stack_frame *frames = stacks_frames_of(&snapshot->stacks, goroutine->function + 1, &count);
    if (goroutine->name != NULL)
        return goroutine->name;
    return count > 0 && frames[count - 1].function != NULL ? frames[count - 1].function : "(unknown function)";
}

static uint32_t wait_object(const struct snapshot *snapshot, const struct snapshot_goroutine *goroutine)
{
    return goroutine->wait_count > 0 ? snapshot_find(snapshot, snapshot->waits[goroutine->first_wait]) : SNAPSHOT_NONE;
}

/* One group: the same name, site, status, reason, and place of the wait, or whole stack when rows are by stack. */
static int group_of(struct groups *groups, struct snapshot *snapshot, const struct snapshot_goroutine *goroutine,
                    bool by_stack, struct group **ret_group)
{
    uint64_t what = text_hash(0, name_of(snapshot, goroutine));
    what = text_hash(what, goroutine->site);
    what = text_hash(what, goroutine->status);
    what = text_hash(what, goroutine->wait_reason);
    uint32_t where = by_stack ? goroutine->stack : stacks_place(&snapshot->stacks, goroutine->stack);
    uint32_t at = key_index_find(&groups->index, what, where);
    if (at == KEY_INDEX_NONE) {
        int error = array_reserve(&groups->items, &groups->capacity, groups->count + 1, sizeof *groups->items);
        if (error == 0)
            error = key_index_add(&groups->index, what, where, (uint32_t)groups->count);
        if (error < 0)
            return error;
        at = (uint32_t)groups->count++;
    }
    *ret_group = &groups->items[at];
    return 0;
}

static int add(struct groups *groups, struct snapshot *snapshot, const struct snapshot_goroutine *goroutine,
               const struct leak *leak, bool by_stack)
{
    struct group *group;
    int error = group_of(groups, snapshot, goroutine, by_stack, &group);
    if (error < 0)
        return error;
    if (group->first == NULL || goroutine->waiting_ns > group->first->waiting_ns) {
        group->first = goroutine;
        group->wait_object = wait_object(snapshot, goroutine);
    }
    group->count++;
    if (leak != NULL) {
        group->kept_objects += leak->kept_objects;
        group->kept_bytes += leak->kept_bytes;
    }
    return 0;
}

static int compare_more(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

static int compare_groups(const void *a, const void *b, void *key)
{
    const struct group *first = a, *second = b;
    enum ranking_key by = *(const enum ranking_key *)key;
    int result = 0;
    if (by == RANKING_BYTES)
        result = compare_more(first->kept_bytes, second->kept_bytes);
    else if (by == RANKING_TIME)
        result = compare_more(first->first->waiting_ns, second->first->waiting_ns);
    if (result == 0 && by != RANKING_NAME)
        result = compare_more(first->count, second->count);
    return result != 0 ? result : (first->first->id > second->first->id) - (first->first->id < second->first->id);
}

static void apply_filter(struct groups *groups, const struct snapshot *snapshot, const char *filter)
{
    size_t kept = 0;
    for (size_t i = 0; i < groups->count; i++) {
        const struct snapshot_goroutine *first = groups->items[i].first;
        const char *texts[] = {name_of(snapshot, first), first->site, first->wait_reason};
        if (ranking_keeps(filter, &snapshot->stacks, texts, 3, &first->stack, 1))
            groups->items[kept++] = groups->items[i];
    }
    groups->count = kept;
}

static size_t order(struct groups *groups, const struct snapshot *snapshot, const struct ranking_options *options,
                    struct rows *rows)
{
    enum ranking_key key = options->sort;
    apply_filter(groups, snapshot, options->filter);
    if (groups->count > 0)
        qsort_r(groups->items, groups->count, sizeof *groups->items, compare_groups, &key);
    size_t shown = options->limit != 0 && options->limit < groups->count ? options->limit : groups->count;
    rows->left_out = groups->count - shown;
    return shown;
}

static void add_columns(struct rows *rows)
{
    rows_add_column(rows, "goroutines", "count", UNIT_COUNT);
    rows_add_column(rows, "name", "runs", UNIT_TEXT);
    rows_add_column(rows, "state", "state", UNIT_TEXT);
    rows_add_column(rows, "wait_reason", "waits for", UNIT_TEXT);
    rows_add_column(rows, "waiting_ns", "since", UNIT_NS);
    rows_add_column(rows, "wait_function", "in", UNIT_TEXT);
    rows_add_column(rows, "wait_location", "at", UNIT_TEXT);
    rows_add_column(rows, "creation_site", "started at", UNIT_TEXT);
    rows_add_column(rows, "example_id", "one of them", UNIT_COUNT);
}

static void put_group(struct rows *rows, struct snapshot *snapshot, const struct group *group)
{
    const struct snapshot_goroutine *first = group->first;
    rows_put_number(rows, group->count);
    rows_put_text(rows, name_of(snapshot, first));
    rows_put_text(rows, first->status);
    if (first->waiting) {
        rows_put_text(rows, first->wait_reason);
        rows_put_number(rows, first->waiting_ns);
    } else {
        rows_put_nothing(rows);
        rows_put_nothing(rows);
    }
    where_put_place(rows, &snapshot->stacks, stacks_place(&snapshot->stacks, first->stack));
    rows_put_text(rows, first->site != NULL ? path_last_part(first->site) : NULL);
    rows_put_number(rows, first->id);
}

static void groups_free(struct groups *groups)
{
    free(groups->items);
    key_index_free(&groups->index);
}

int goroutine_rows(struct snapshot *snapshot, const struct ranking_options *options, struct rows *ret_rows)
{
    struct groups groups = {0};
    int error = 0;
    rows_start(ret_rows, "goroutines", "goroutines by what they run and wait for");
    add_columns(ret_rows);
    if (options->by_stack)
        rows_add_column(ret_rows, "stack", "stack", UNIT_STACK);
    for (size_t i = 0; i < snapshot->goroutine_count && error == 0; i++)
        error = add(&groups, snapshot, &snapshot->goroutines[i], NULL, options->by_stack);
    size_t shown = error == 0 ? order(&groups, snapshot, options, ret_rows) : 0;
    for (size_t i = 0; i < shown; i++) {
        put_group(ret_rows, snapshot, &groups.items[i]);
        if (options->by_stack)
            where_put_stack(ret_rows, &snapshot->stacks, groups.items[i].first->stack);
    }
    groups_free(&groups);
    return error == 0 && ret_rows->failed ? -ENOMEM : error;
}

/* ---- leaks ---- */

/* What it waits for, and who made that. */
static void put_wait_object(struct rows *rows, struct snapshot *snapshot, const struct group *group)
{
    char text[600];
    if (group->wait_object == SNAPSHOT_NONE) {
        bool nothing = group->first->wait_count == 0;
        snprintf(text, sizeof text, "0x%" PRIx64, nothing ? 0 : snapshot->waits[group->first->first_wait]);
        rows_put_text(rows, nothing ? "nothing that exists" : text);
        rows_put_nothing(rows);
        return;
    }
    const struct snapshot_span *span = snapshot_span_of(snapshot, group->wait_object);
    snprintf(text, sizeof text, "%s 0x%" PRIx64, snapshot->types[span->type].name,
             snapshot_address(snapshot, group->wait_object));
    rows_put_text(rows, text);
    uint32_t place = stacks_place(&snapshot->stacks, snapshot->births[group->wait_object]);
    stack_frame_describe(stacks_place_frame(&snapshot->stacks, place), text, sizeof text);
    rows_put_text(rows, place != STACK_PLACE_UNKNOWN ? text : NULL);
}

int leak_rows(struct snapshot *snapshot, const struct leaks *leaks, enum leak_verdict verdict,
              const struct ranking_options *options, struct rows *ret_rows)
{
    struct groups groups = {0};
    int error = 0;
    if (verdict == LEAK_LEAKED)
        rows_start(ret_rows, "leaked", "goroutines that wait for ever");
    else
        rows_start(ret_rows, "undecided",
                   "goroutines that wait for ever, unless unscanned memory holds what they wait for");
    rows_add_column(ret_rows, "kept_bytes", "keeps", UNIT_BYTES);
    rows_add_column(ret_rows, "kept_objects", "objects", UNIT_COUNT);
    add_columns(ret_rows);
    rows_add_column(ret_rows, "wait_object", "object", UNIT_TEXT);
    rows_add_column(ret_rows, "wait_object_birth", "made by", UNIT_TEXT);
    if (options->by_stack)
        rows_add_column(ret_rows, "stack", "stack", UNIT_STACK);
    for (size_t i = 0; i < snapshot->goroutine_count && error == 0; i++)
        if (leaks->items[i].verdict == verdict)
            error = add(&groups, snapshot, &snapshot->goroutines[i], &leaks->items[i], options->by_stack);
    size_t shown = error == 0 ? order(&groups, snapshot, options, ret_rows) : 0;
    for (size_t i = 0; i < shown; i++) {
        rows_put_number(ret_rows, groups.items[i].kept_bytes);
        rows_put_number(ret_rows, groups.items[i].kept_objects);
        put_group(ret_rows, snapshot, &groups.items[i]);
        put_wait_object(ret_rows, snapshot, &groups.items[i]);
        if (options->by_stack)
            where_put_stack(ret_rows, &snapshot->stacks, groups.items[i].first->stack);
    }
    groups_free(&groups);
    return error == 0 && ret_rows->failed ? -ENOMEM : error;
}
