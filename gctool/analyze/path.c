#include "gctool/analyze/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { PLAIN_BYTES_MAX = 512 };

/* ---- shapes ---- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint32_t type_of(const struct snapshot *snapshot, uint32_t object)
{
    return snapshot_span_of(snapshot, object)->type;
}

/* Where a word lies, the same for all elements of an array. A type that is larger than a few words may have arrays inside: only what its words
 * point to tells them apart. */
static uint64_t field_of(const struct snapshot *snapshot, uint32_t object, uint64_t edge)
{
    uint64_t offset = (uint64_t)snapshot->edges[edge].offset * 8;
    uint64_t size = snapshot->types[type_of(snapshot, object)].size;
    return size == 0 || size > PLAIN_BYTES_MAX ? 0 : offset % size;
}

/* What the last step to the object is like; 0: a root's. */
static uint64_t step_kind(const struct reach *reach, uint32_t object)
{
    const struct reach_step *step = &reach->steps[object];
    if (step->from == SNAPSHOT_NONE)
        return 0;
    uint64_t kind = mix(1, type_of(reach->snapshot, step->from));
    kind = mix(kind, field_of(reach->snapshot, step->from, step->via));
    return mix(kind, type_of(reach->snapshot, object)) | 1;
}

/* Globals are told apart, frames of goroutines by what the goroutine runs. */
static uint64_t root_kind(const struct snapshot *snapshot, const struct snapshot_root *root)
{
    const struct snapshot_goroutine *goroutine = snapshot_find_goroutine(snapshot, root->owner);
    uint64_t what = goroutine != NULL ? goroutine->function : root->kind == HEAP_ROOT_DATA ? root->address : 0;
    return mix(mix(2, root->kind), what) | 1;
}

/* In the order in which objects were reached, so that the shape of the way to `from` is known. Steps within one type (lists, trees) add
 * nothing: however deep an object hangs, it hangs there. */
static void find_shapes(struct paths *paths)
{
    const struct reach *reach = &paths->reach;
    for (uint32_t at = 0; at < reach->filled; at++) {
        uint32_t object = reach->queue[at], type = type_of(paths->snapshot, object);
        const struct reach_step *step = &reach->steps[object];
        if (step->from == SNAPSHOT_NONE)
            paths->shapes[object] = mix(root_kind(paths->snapshot, &paths->snapshot->roots[step->via]), type) | 1;
        else if (type_of(paths->snapshot, step->from) == type)
            paths->shapes[object] = paths->shapes[step->from];
        else
            paths->shapes[object] = mix(paths->shapes[step->from], step_kind(reach, object)) | 1;
    }
}

/* ---- all ways ---- */

static bool is_leaked(const struct snapshot *snapshot, const struct leaks *leaks, const struct snapshot_root *root)
{
    const struct snapshot_goroutine *goroutine = snapshot_find_goroutine(snapshot, root->owner);
    return goroutine != NULL && leaks->items[goroutine - snapshot->goroutines].verdict == LEAK_LEAKED;
}

int paths_start(struct paths *paths, const struct snapshot *snapshot, const struct leaks *leaks)
{
    *paths = (struct paths){.snapshot = snapshot};
    int error = reach_start(&paths->reach, snapshot);
    if (error < 0)
        return error;
    paths->shapes = calloc(snapshot->object_count + 1, sizeof *paths->shapes);
    if (paths->shapes == NULL) {
        paths_end(paths);
        return -ENOMEM;
    }
    for (int wave = PATH_WAVE_ALIVE; wave <= PATH_WAVE_LEAKED; wave++) {
        for (size_t at = 0; at < REACH_ROOT_KINDS; at++)
            for (size_t root = 0; root < snapshot->root_count; root++)
                if (snapshot->roots[root].kind == reach_root_order[at] &&
                    is_leaked(snapshot, leaks, &snapshot->roots[root]) == (wave == PATH_WAVE_LEAKED))
                    reach_add_root(&paths->reach, root);
        reach_run(&paths->reach, NULL, NULL);
        reach_next_wave(&paths->reach);
    }
    find_shapes(paths);
    return 0;
}

/* ---- groups ---- */

static int add_to_group(struct paths *paths, struct key_index *index, uint32_t object)
{
    uint32_t type = type_of(paths->snapshot, object);
    uint32_t at = key_index_find(index, paths->shapes[object], type);
    if (at == KEY_INDEX_NONE) {
        int error = array_reserve(&paths->groups, &paths->capacity, paths->count + 1, sizeof *paths->groups);
        if (error == 0)
            error = key_index_add(index, paths->shapes[object], type, (uint32_t)paths->count);
        if (error < 0)
            return error;
        at = (uint32_t)paths->count++;
        paths->groups[at] = (struct path_group){.shape = paths->shapes[object], .type = type, .example = object};
    }
    paths->groups[at].objects++;
    paths->groups[at].bytes += snapshot_bytes(paths->snapshot, object);
    return 0;
}

static int compare_groups(const void *a, const void *b)
{
    const struct path_group *first = a, *second = b;
    if (first->bytes != second->bytes)
        return first->bytes < second->bytes ? 1 : -1;
    return (first->example > second->example) - (first->example < second->example);
}

int paths_group_type(struct paths *paths, const char *text)
{
    const struct snapshot *snapshot = paths->snapshot;
    struct key_index index = {0};
    int error = 0;
    for (uint32_t at = 0; at < paths->reach.filled && error == 0; at++) /* the first of a group is the nearest */
        if (strstr(snapshot->types[type_of(snapshot, paths->reach.queue[at])].name, text) != NULL)
            error = add_to_group(paths, &index, paths->reach.queue[at]);
    for (uint32_t object = 0; object < snapshot->object_count && error == 0; object++)
        if (!reach_has(&paths->reach, object) && strstr(snapshot->types[type_of(snapshot, object)].name, text) != NULL)
            error = add_to_group(paths, &index, object);
    key_index_free(&index);
    if (paths->count > 0)
        qsort(paths->groups, paths->count, sizeof *paths->groups, compare_groups);
    return error;
}

int paths_group_object(struct paths *paths, uint32_t object)
{
    struct key_index index = {0};
    uint64_t shape = paths->shapes[object];
    uint32_t type = type_of(paths->snapshot, object);
    int error = add_to_group(paths, &index, object);
    for (uint32_t other = 0; other < paths->snapshot->object_count && error == 0; other++)
        if (other != object && paths->shapes[other] == shape && type_of(paths->snapshot, other) == type)
            error = add_to_group(paths, &index, other);
    key_index_free(&index);
    return error;
}

/* ---- one way ---- */

static void reverse(struct path *path)
{
    for (size_t low = 0, high = path->count; low + 1 < high; low++) {
        struct path_step other = path->steps[--high];
        path->steps[high] = path->steps[low];
        path->steps[low] = other;
    }
}

/* From the object back to its root. Of a run of equal steps the first and the last object are kept. */
static int walk_back(const struct reach *reach, uint32_t object, struct path *path)
{
    size_t capacity = 0;
    struct path_step step = {.object = object, .edge = UINT64_MAX};
    for (;;) {
        int error = array_reserve(&path->steps, &capacity, path->count + 1, sizeof *path->steps);
        if (error < 0)
            return error;
        path->steps[path->count++] = step;
        const struct reach_step *way = &reach->steps[step.object];
        uint64_t kind = step_kind(reach, step.object);
        step.skipped = 0;
        for (; way->from != SNAPSHOT_NONE && step_kind(reach, way->from) == kind; step.skipped++)
            way = &reach->steps[way->from];
        if (way->from == SNAPSHOT_NONE) {
            path->root = (size_t)way->via;
            return 0;
        }
        step.edge = way->via;
        step.object = way->from;
    }
}

int path_tell(const struct reach *reach, uint32_t object, struct path *ret_path)
{
    *ret_path = (struct path){.root = SIZE_MAX};
    if (!reach_has(reach, object)) {
        ret_path->steps = calloc(1, sizeof *ret_path->steps);
        if (ret_path->steps == NULL)
            return -ENOMEM;
        ret_path->steps[0] = (struct path_step){.object = object, .edge = UINT64_MAX};
        ret_path->count = 1;
        return 0;
    }
    int error = walk_back(reach, object, ret_path);
    if (error < 0)
        path_free(ret_path);
    else
        reverse(ret_path);
    return error;
}

/* How many of the group each object leads to, counted from the last that was reached back to the roots. */
static int count_below(const struct paths *paths, const struct path_group *group, uint32_t **ret_counts)
{
    const struct reach *reach = &paths->reach;
    uint32_t *counts = calloc(paths->snapshot->object_count + 1, sizeof *counts);
    if (counts == NULL)
        return -ENOMEM;
    for (uint32_t at = reach->filled; at-- > 0;) {
        uint32_t object = reach->queue[at];
        if (paths->shapes[object] == group->shape && type_of(paths->snapshot, object) == group->type)
            counts[object]++;
        if (reach->steps[object].from != SNAPSHOT_NONE)
            counts[reach->steps[object].from] += counts[object];
    }
    *ret_counts = counts;
    return 0;
}

int paths_tell(const struct paths *paths, const struct path_group *group, struct path *ret_path)
{
    uint32_t *counts;
    int error = path_tell(&paths->reach, group->example, ret_path);
    if (error < 0)
        return error;
    error = count_below(paths, group, &counts);
    if (error < 0) {
        path_free(ret_path);
        return error;
    }
    size_t last = ret_path->count - 1;
    for (size_t at = 0; at < last; at++)
        ret_path->steps[at].suspect = counts[ret_path->steps[at + 1].object] < group->objects || at + 1 == last;
    free(counts);
    return 0;
}

void path_free(struct path *path)
{
    free(path->steps);
    *path = (struct path){0};
}

void paths_end(struct paths *paths)
{
    reach_end(&paths->reach);
    free(paths->shapes);
    free(paths->groups);
    *paths = (struct paths){0};
}
