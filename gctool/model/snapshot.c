#include "gctool/model/snapshot.h"

#include <stdlib.h>

uint64_t snapshot_address(const struct snapshot *snapshot, uint32_t object)
{
    const struct snapshot_span *span = snapshot_span_of(snapshot, object);
    return span->base + snapshot->slots[object] * span->slot_bytes;
}

const struct snapshot_span *snapshot_span_of(const struct snapshot *snapshot, uint32_t object)
{
    size_t low = 0, high = snapshot->span_count;
    while (high - low > 1) { /* spans[low].first_object <= object < spans[high].first_object */
        size_t middle = low + (high - low) / 2;
        if (snapshot->spans[middle].first_object <= object)
            low = middle;
        else
            high = middle;
    }
    return &snapshot->spans[low];
}

uint64_t snapshot_bytes(const struct snapshot *snapshot, uint32_t object)
{
    return snapshot_span_of(snapshot, object)->slot_bytes;
}

static const struct snapshot_span *find_span(const struct snapshot *snapshot, uint64_t address)
{
    size_t low = 0, high = snapshot->span_count;
    while (low < high) { /* spans before `low` begin at or before the address, those from `high` on behind it */
        size_t middle = low + (high - low) / 2;
        if (snapshot->spans[middle].base <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct snapshot_span *span = &snapshot->spans[low - 1];
    return (address - span->base) / span->slot_bytes < span->slot_count ? span : NULL;
}

uint32_t snapshot_find(const struct snapshot *snapshot, uint64_t address)
{
    const struct snapshot_span *span = find_span(snapshot, address);
    if (span == NULL)
        return SNAPSHOT_NONE;
    uint32_t slot = (uint32_t)((address - span->base) / span->slot_bytes);
    uint32_t low = span->first_object, high = low + span->object_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (snapshot->slots[middle] < slot)
            low = middle + 1;
        else
            high = middle;
    }
    return low < span->first_object + span->object_count && snapshot->slots[low] == slot ? low : SNAPSHOT_NONE;
}

uint32_t snapshot_find_stack(const struct snapshot *snapshot, uint64_t address)
{
    size_t low = 0, high = snapshot->goroutine_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (snapshot->goroutines[snapshot->stack_order[middle]].stack_low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low > 0 && address < snapshot->goroutines[snapshot->stack_order[low - 1]].stack_high;
    return found ? snapshot->stack_order[low - 1] : SNAPSHOT_NONE;
}

const struct snapshot_goroutine *snapshot_find_goroutine(const struct snapshot *snapshot, uint64_t id)
{
    size_t low = 0, high = snapshot->goroutine_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (snapshot->goroutines[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < snapshot->goroutine_count && snapshot->goroutines[low].id == id;
    return found ? &snapshot->goroutines[low] : NULL;
}

static bool check_spans(const struct snapshot *snapshot)
{
    uint64_t first = 0, end = 0;
    for (size_t i = 0; i < snapshot->span_count; i++) {
        const struct snapshot_span *span = &snapshot->spans[i];
        if (span->base < end || span->first_object != first || span->type >= snapshot->type_count ||
            span->object_count > span->slot_count)
            return false;
        for (uint32_t object = 0; object < span->object_count; object++) {
            uint32_t at = span->first_object + object;
            if (snapshot->slots[at] >= span->slot_count ||
                (object > 0 && snapshot->slots[at] <= snapshot->slots[at - 1]))
                return false;
        }
        first += span->object_count;
        end = span->base + span->slot_bytes * span->slot_count;
    }
    return first == snapshot->object_count;
}

static bool check_edges(const struct snapshot *snapshot)
{
    if (snapshot->edge_begin[0] != 0 || snapshot->edge_begin[snapshot->object_count] != snapshot->edge_count)
        return false;
    for (uint32_t object = 0; object < snapshot->object_count; object++)
        if (snapshot->edge_begin[object] > snapshot->edge_begin[object + 1])
            return false;
    for (size_t i = 0; i < snapshot->edge_count; i++)
        if (snapshot->edges[i].target >= snapshot->object_count || snapshot->edges[i].kind >= HEAP_EDGE_COUNT)
            return false;
    return true;
}

static bool check_stack_words(const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->stack_word_count; i++) {
        const struct snapshot_stack_word *word = &snapshot->stack_words[i];
        bool is_root = word->object == SNAPSHOT_NONE;
        if (word->goroutine >= snapshot->goroutine_count || (!is_root && word->object >= snapshot->object_count) ||
            word->kind >= (is_root ? (int)HEAP_ROOT_COUNT : (int)HEAP_EDGE_COUNT) ||
            (i > 0 &&
             (word->object < word[-1].object || (word->object == word[-1].object && word->owner < word[-1].owner))))
            return false;
    }
    return true;
}

bool snapshot_check(const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->root_count; i++)
        if (snapshot->roots[i].target >= snapshot->object_count || snapshot->roots[i].kind >= HEAP_ROOT_COUNT)
            return false;
    for (size_t i = 1; i < snapshot->goroutine_count; i++)
        if (snapshot->goroutines[i - 1].id >= snapshot->goroutines[i].id)
            return false;
    return check_spans(snapshot) && check_edges(snapshot) && check_stack_words(snapshot);
}

void snapshot_free(struct snapshot *take_snapshot)
{
    if (take_snapshot == NULL)
        return;
    free(take_snapshot->types);
    free(take_snapshot->spans);
    free(take_snapshot->slots);
    free(take_snapshot->births);
    free(take_snapshot->birth_cycles);
    free(take_snapshot->edge_begin);
    free(take_snapshot->edges);
    free(take_snapshot->modules);
    free(take_snapshot->roots);
    free(take_snapshot->goroutines);
    free(take_snapshot->stack_order);
    free(take_snapshot->stack_words);
    free(take_snapshot->frames);
    free(take_snapshot->waits);
    stacks_free(&take_snapshot->stacks);
    texts_free(&take_snapshot->texts);
    free(take_snapshot);
}
