/* objects.c: the living objects of a program and what their words point to, as their types say. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gctool/remote/remote.h"

/* One object: its bytes, copied. */
struct object {
    const uint8_t *bytes;
    uint64_t size;
};

static uint64_t word_of(const struct object *object, uint64_t offset)
{
    uint64_t word;
    memcpy(&word, object->bytes + offset, sizeof word);
    return word;
}

static int add_pointer(struct remote *remote, const struct object *object, uint64_t offset)
{
    uint64_t word = word_of(object, offset), target = word != 0 ? remote_target(remote, word) : 0;
    if (target == 0)
        return 0;
    return snapshot_add_edge(remote->builder, offset / sizeof word, target,
                             target == word ? HEAP_EDGE_PRECISE : HEAP_EDGE_INTERIOR);
}

/* Every word, also one that points just behind an object. */
static int add_words(struct remote *remote, const struct object *object)
{
    int error = 0;
    for (uint64_t offset = 0; offset + sizeof(uint64_t) <= object->size && error == 0; offset += sizeof(uint64_t)) {
        uint64_t word = word_of(object, offset), target = remote_target(remote, word);
        if (target == 0)
            target = heap_image_slot_at(&remote->heap, word - 1);
        if (target != 0)
            error = snapshot_add_edge(remote->builder, offset / sizeof word, target, HEAP_EDGE_CONSERVATIVE);
    }
    return error;
}

static int add_of_type(struct remote *remote, const struct object *object, const struct image_type *type, uint64_t at)
{
    int error = 0;
    for (uint32_t i = 0; i < type->range_count; i++)
        for (uint32_t word = 0; word < type->ranges[i].words && error == 0; word++) {
            uint64_t offset = at + type->ranges[i].offset + (uint64_t)word * sizeof(uint64_t);
            if (offset + sizeof(uint64_t) > object->size)
                break;
            error = add_pointer(remote, object, offset);
        }
    return error;
}

static int add_of_array(struct remote *remote, const struct object *object, const struct image_type *element,
                        uint64_t at)
{
    int error = 0;
    if (element->size == 0 || element->range_count == 0)
        return 0;
    for (; element->size <= object->size && at <= object->size - element->size && error == 0; at += element->size)
        error = add_of_type(remote, object, element, at);
    return error;
}

static int add_edges(struct remote *remote, const struct object *object, const struct image_kind *kind)
{
    const struct image_type *types = remote->heap.types, *type = &types[kind->type];
    if (kind->trace == IMAGE_NOTHING)
        return 0;
    if (kind->trace == IMAGE_WORDS)
        return add_words(remote, object);
    if (kind->is_array)
        return add_of_array(remote, object, type, 0);
    int error = add_of_type(remote, object, type, 0);
    if (error == 0 && kind->has_tail)
        error = add_of_array(remote, object, &types[type->tail], type->tail_offset);
    return error;
}

/* `bytes` NULL: they cannot be read, so the objects stand without edges. */
static int add_objects(struct remote *remote, uint32_t first, const uint8_t *bytes)
{
    const struct image_span *span = &remote->heap.spans[first];
    const struct image_kind *kind = &remote->heap.kinds[span->kind];
    int error = 0;
    for (uint32_t slot = 0; slot < span->slot_count && error == 0; slot++) {
        if (!heap_image_lives(&remote->heap, first, slot))
            continue;
        error = snapshot_add_object(remote->builder, slot, 0, 0);
        struct object object = {bytes + slot * span->slot_bytes, span->slot_bytes};
        if (error == 0 && bytes != NULL)
            error = add_edges(remote, &object, kind);
        remote->unread_objects += bytes == NULL && kind->trace != IMAGE_NOTHING;
    }
    return error;
}

static int add_span(struct remote *remote, uint32_t first)
{
    const struct image_span *span = &remote->heap.spans[first];
    const struct image_kind *kind = &remote->heap.kinds[span->kind];
    uint64_t base = heap_image_span_base(&remote->heap, first), size = span->slot_bytes * span->slot_count;
    int error = snapshot_add_span(remote->builder, base, span->slot_bytes, span->slot_count, kind->shown_type);
    uint8_t *bytes = NULL;
    if (error == 0 && kind->trace != IMAGE_NOTHING) {
        bytes = malloc(size);
        if (bytes == NULL)
            return -ENOMEM;
        if (!memory_read(remote->memory, base, bytes, size)) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (error == 0)
        error = add_objects(remote, first, bytes);
    free(bytes);
    return error == -EINVAL ? 0 : error;
}

int remote_objects(struct remote *remote)
{
    const struct heap_image *image = &remote->heap;
    int error = 0;
    for (uint32_t first = 1; first < image->page_top && error == 0;) {
        if (image->spans[first].is_used)
            error = add_span(remote, first);
        first += image->spans[first].page_count;
    }
    return error;
}
