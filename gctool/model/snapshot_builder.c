/* Making a snapshot. Until the end edges and roots know their targets by address, since a target may come later than who points to it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "gctool/model/snapshot.h"

/* Objects of one span lie together, in the order in which they were added. */
struct object {
    uint32_t slot, birth, birth_cycle;
    uint64_t edge_begin;
};
struct edge {
    uint64_t target_address;
    uint32_t offset;
    uint8_t kind;
};

struct snapshot_builder {
    struct snapshot *snapshot;
    struct object *objects;
    size_t object_count, object_capacity;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    uint64_t *root_targets; /* beside snapshot->roots */
    size_t root_target_capacity;
};

void snapshot_builder_free(struct snapshot_builder *take_builder)
{
    if (take_builder == NULL)
        return;
    snapshot_free(take_builder->snapshot);
    free(take_builder->objects);
    free(take_builder->edges);
    free(take_builder->root_targets);
    free(take_builder);
}

struct snapshot_builder *snapshot_builder_new(void)
{
    struct snapshot_builder *builder = calloc(1, sizeof *builder);
    if (builder == NULL)
        return NULL;
    builder->snapshot = calloc(1, sizeof *builder->snapshot);
    if (builder->snapshot == NULL) {
        free(builder);
        return NULL;
    }
    return builder;
}

struct snapshot *snapshot_builder_snapshot(struct snapshot_builder *builder)
{
    return builder->snapshot;
}

int snapshot_add_span(struct snapshot_builder *builder, uint64_t base, uint64_t slot_bytes, uint32_t slot_count,
                      uint32_t type)
{
    struct snapshot *snapshot = builder->snapshot;
    uint64_t bytes, end;
    if (slot_bytes == 0 || slot_bytes % HEAP_GRAIN_BYTES != 0 || base % HEAP_GRAIN_BYTES != 0 ||
        __builtin_mul_overflow(slot_bytes, slot_count, &bytes) || __builtin_add_overflow(base, bytes, &end) ||
        type >= snapshot->type_count)
        return -EINVAL;
    int error = array_reserve(&snapshot->spans, &snapshot->span_capacity, snapshot->span_count + 1,
                              sizeof *snapshot->spans);
    if (error < 0)
        return error;
    snapshot->spans[snapshot->span_count++] = (struct snapshot_span){.base = base,
                                                                     .slot_bytes = slot_bytes,
                                                                     .slot_count = slot_count,
                                                                     .type = type,
                                                                     .first_object = (uint32_t)builder->object_count};
    return 0;
}

int snapshot_add_object(struct snapshot_builder *builder, uint32_t slot, uint32_t birth, uint32_t birth_cycle)
{
    struct snapshot *snapshot = builder->snapshot;
    if (snapshot->span_count == 0 || builder->object_count >= SNAPSHOT_NONE - 1)
        return -EINVAL;
    struct snapshot_span *span = &snapshot->spans[snapshot->span_count - 1];
    if (slot >= span->slot_count ||
        (span->object_count > 0 && slot <= builder->objects[builder->object_count - 1].slot))
        return -EINVAL;
    int error = array_reserve(&builder->objects, &builder->object_capacity, builder->object_count + 1,
                              sizeof *builder->objects);
    if (error < 0)
        return error;
    builder->objects[builder->object_count++] = (struct object){slot, birth, birth_cycle, builder->edge_count};
    span->object_count++;
    return 0;
}

int snapshot_add_edge(struct snapshot_builder *builder, uint64_t offset_words, uint64_t target_address,
                      enum heap_edge kind)
{
    if (builder->object_count == 0 || offset_words > UINT32_MAX || kind >= HEAP_EDGE_COUNT)
        return -EINVAL;
    int error = array_reserve(&builder->edges, &builder->edge_capacity, builder->edge_count + 1,
                              sizeof *builder->edges);
    if (error < 0)
        return error;
    builder->edges[builder->edge_count++] = (struct edge){target_address, (uint32_t)offset_words, (uint8_t)kind};
    return 0;
}

int snapshot_add_type(struct snapshot *snapshot, const struct snapshot_type *type)
{
    int error = array_reserve(&snapshot->types, &snapshot->type_capacity, snapshot->type_count + 1,
                              sizeof *snapshot->types);
    if (error == 0)
        snapshot->types[snapshot->type_count++] = *type;
    return error;
}

int snapshot_add_module(struct snapshot *snapshot, const struct snapshot_module *module)
{
    int error = array_reserve(&snapshot->modules, &snapshot->module_capacity, snapshot->module_count + 1,
                              sizeof *snapshot->modules);
    if (error == 0)
        snapshot->modules[snapshot->module_count++] = *module;
    return error;
}

int snapshot_add_root(struct snapshot_builder *builder, const struct snapshot_root *root, uint64_t target_address)
{
    struct snapshot *snapshot = builder->snapshot;
    if (root->kind >= HEAP_ROOT_COUNT)
        return -EINVAL;
    int error = array_reserve(&snapshot->roots, &snapshot->root_capacity, snapshot->root_count + 1,
                              sizeof *snapshot->roots);
    if (error == 0)
        error = array_reserve(&builder->root_targets, &builder->root_target_capacity, snapshot->root_count + 1,
                              sizeof *builder->root_targets);
    if (error < 0)
        return error;
    builder->root_targets[snapshot->root_count] = target_address;
    snapshot->roots[snapshot->root_count++] = *root;
    return 0;
}

/* Appends numbers to one of the snapshot's pools. */
static int add_numbers(uint64_t **pool, size_t *count, size_t *capacity, const uint64_t *numbers, size_t number_count)
{
    if (*count + number_count > UINT32_MAX)
        return -EINVAL;
    int error = array_reserve(pool, capacity, *count + number_count, sizeof **pool);
    if (error < 0 || number_count == 0)
        return error;
    memcpy(*pool + *count, numbers, number_count * sizeof *numbers);
    *count += number_count;
    return 0;
}

int snapshot_add_goroutine(struct snapshot_builder *builder, const struct snapshot_goroutine *goroutine,
                           const uint64_t *frames, size_t frame_count, const uint64_t *waits, size_t wait_count)
{
    struct snapshot *snapshot = builder->snapshot;
    struct snapshot_goroutine added = *goroutine;
    added.first_frame = (uint32_t)snapshot->frame_count;
    added.first_wait = (uint32_t)snapshot->wait_count;
    int error = array_reserve(&snapshot->goroutines, &snapshot->goroutine_capacity, snapshot->goroutine_count + 1,
                              sizeof *snapshot->goroutines);
    if (error == 0)
        error = add_numbers(&snapshot->frames, &snapshot->frame_count, &snapshot->frame_capacity, frames, frame_count);
    if (error == 0)
        error = add_numbers(&snapshot->waits, &snapshot->wait_count, &snapshot->wait_capacity, waits, wait_count);
    if (error < 0)
        return error;
    added.frame_count = (uint32_t)frame_count;
    added.wait_count = (uint32_t)wait_count;
    snapshot->goroutines[snapshot->goroutine_count++] = added;
    return 0;
}

/* ---- the end ---- */

static int compare_spans(const void *a, const void *b)
{
    const struct snapshot_span *first = a, *second = b;
    return (first->base > second->base) - (first->base < second->base);
}

static int compare_goroutines(const void *a, const void *b)
{
    const struct snapshot_goroutine *first = a, *second = b;
    return (first->id > second->id) - (first->id < second->id);
}

/* Of spans that overlap (a damaged file) the first stays. Returns the objects that are left. */
static size_t drop_overlaps(struct snapshot *snapshot)
{
    size_t kept = 0, objects = 0;
    uint64_t end = 0;
    for (size_t i = 0; i < snapshot->span_count; i++) {
        const struct snapshot_span *span = &snapshot->spans[i];
        if (span->base < end)
            continue;
        end = span->base + span->slot_bytes * span->slot_count;
        objects += span->object_count;
        snapshot->spans[kept++] = *span;
    }
    if (kept != snapshot->span_count)
        snapshot->complete = false;
    snapshot->span_count = kept;
    return objects;
}

static int allocate_objects(struct snapshot *snapshot, size_t object_count, size_t edge_count)
{
    snapshot->object_count = (uint32_t)object_count;
    snapshot->slots = calloc(object_count + 1, sizeof *snapshot->slots);
    snapshot->births = calloc(object_count + 1, sizeof *snapshot->births);
    snapshot->birth_cycles = calloc(object_count + 1, sizeof *snapshot->birth_cycles);
    snapshot->edge_begin = calloc(object_count + 1, sizeof *snapshot->edge_begin);
    snapshot->edges = calloc(edge_count + 1, sizeof *snapshot->edges);
    bool failed = snapshot->slots == NULL || snapshot->births == NULL || snapshot->birth_cycles == NULL ||
                  snapshot->edge_begin == NULL || snapshot->edges == NULL;
    return failed ? -ENOMEM : 0;
}

/* Gives objects their final numbers, in the order of the spans. */
static void number_objects(struct snapshot_builder *builder)
{
    struct snapshot *snapshot = builder->snapshot;
    uint32_t number = 0;
    for (size_t i = 0; i < snapshot->span_count; i++) {
        struct snapshot_span *span = &snapshot->spans[i];
        uint32_t from = span->first_object;
        span->first_object = number;
        for (uint32_t at = 0; at < span->object_count; at++, number++) {
            const struct object *object = &builder->objects[from + at];
            snapshot->slots[number] = object->slot;
            snapshot->births[number] = object->birth;
            snapshot->birth_cycles[number] = object->birth_cycle;
            snapshot->edge_begin[number] = from + at; /* for resolve_edges(), which puts the edges' place here */
        }
    }
}

/* What points to no object: to a stack, or to nothing. */
static int add_stack_word(struct snapshot *snapshot, uint64_t target_address, struct snapshot_stack_word word)
{
    word.goroutine = snapshot_find_stack(snapshot, target_address);
    if (word.goroutine == SNAPSHOT_NONE) {
        snapshot->dangling_edges++;
        return 0;
    }
    int error = array_reserve(&snapshot->stack_words, &snapshot->stack_word_capacity, snapshot->stack_word_count + 1,
                              sizeof *snapshot->stack_words);
    if (error == 0)
        snapshot->stack_words[snapshot->stack_word_count++] = word;
    return error;
}

static int resolve_edges(struct snapshot_builder *builder)
{
    struct snapshot *snapshot = builder->snapshot;
    size_t count = 0;
    for (uint32_t number = 0; number < snapshot->object_count; number++) {
        size_t from = snapshot->edge_begin[number];
        size_t end = from + 1 < builder->object_count ? builder->objects[from + 1].edge_begin : builder->edge_count;
        snapshot->edge_begin[number] = count;
        for (size_t i = builder->objects[from].edge_begin; i < end; i++) {
            const struct edge *edge = &builder->edges[i];
            uint32_t target = snapshot_find(snapshot, edge->target_address);
            if (target != SNAPSHOT_NONE)
                snapshot->edges[count++] = (struct snapshot_edge){target, edge->offset, edge->kind};
            else if (add_stack_word(snapshot, edge->target_address,
                                    (struct snapshot_stack_word){.object = number, .kind = edge->kind}) < 0)
                return -ENOMEM;
        }
    }
    snapshot->edge_begin[snapshot->object_count] = count;
    snapshot->edge_count = count;
    return 0;
}

static int compare_owners(const void *a, const void *b)
{
    const struct snapshot_stack_word *first = a, *second = b;
    return (first->owner > second->owner) - (first->owner < second->owner);
}

static int resolve_roots(struct snapshot_builder *builder)
{
    struct snapshot *snapshot = builder->snapshot;
    size_t kept = 0, of_objects = snapshot->stack_word_count;
    for (size_t i = 0; i < snapshot->root_count; i++) {
        struct snapshot_root root = snapshot->roots[i];
        root.target = snapshot_find(snapshot, builder->root_targets[i]);
        if (root.target != SNAPSHOT_NONE)
            snapshot->roots[kept++] = root;
        else if (add_stack_word(snapshot, builder->root_targets[i],
                                (struct snapshot_stack_word){SNAPSHOT_NONE, 0, root.owner, root.kind}) < 0)
            return -ENOMEM;
    }
    snapshot->root_count = kept;
    if (snapshot->stack_word_count > of_objects)
        qsort(snapshot->stack_words + of_objects, snapshot->stack_word_count - of_objects,
              sizeof *snapshot->stack_words, compare_owners);
    return 0;
}

/* Of goroutines with one id (a damaged file) the first stays. */
static void order_goroutines(struct snapshot *snapshot)
{
    if (snapshot->goroutine_count == 0)
        return;
    qsort(snapshot->goroutines, snapshot->goroutine_count, sizeof *snapshot->goroutines, compare_goroutines);
    size_t kept = 1;
    for (size_t i = 1; i < snapshot->goroutine_count; i++)
        if (snapshot->goroutines[i].id != snapshot->goroutines[kept - 1].id)
            snapshot->goroutines[kept++] = snapshot->goroutines[i];
    if (kept != snapshot->goroutine_count)
        snapshot->complete = false;
    snapshot->goroutine_count = kept;
}

static int compare_stacks(const void *a, const void *b, void *argument)
{
    const struct snapshot_goroutine *goroutines = argument;
    uint64_t first = goroutines[*(const uint32_t *)a].stack_low, second = goroutines[*(const uint32_t *)b].stack_low;
    return (first > second) - (first < second);
}

static int order_stacks(struct snapshot *snapshot)
{
    size_t count = snapshot->goroutine_count;
    snapshot->stack_order = calloc(count + 1, sizeof *snapshot->stack_order);
    if (snapshot->stack_order == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < count; i++)
        snapshot->stack_order[i] = i;
    qsort_r(snapshot->stack_order, count, sizeof *snapshot->stack_order, compare_stacks, snapshot->goroutines);
    return 0;
}

int snapshot_finish(struct snapshot_builder *take_builder, struct snapshot **ret_snapshot)
{
    struct snapshot *snapshot = take_builder->snapshot;
    if (snapshot->span_count > 0)
        qsort(snapshot->spans, snapshot->span_count, sizeof *snapshot->spans, compare_spans);
    int error = allocate_objects(snapshot, drop_overlaps(snapshot), take_builder->edge_count);
    order_goroutines(snapshot);
    if (error == 0)
        error = order_stacks(snapshot);
    if (error == 0) {
        number_objects(take_builder);
        error = resolve_edges(take_builder);
    }
    if (error == 0)
        error = resolve_roots(take_builder);
    if (error == 0) {
        *ret_snapshot = snapshot;
        take_builder->snapshot = NULL;
    }
    snapshot_builder_free(take_builder);
    return error;
}
