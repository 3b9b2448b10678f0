#include "gctool/remote/kind_image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "gctool/remote/remote.h"

enum { KINDS_MAX = 1 << 17, RANGES_MAX = 1 << 16, NAME_BYTES = 512, TAIL_DEPTH_MAX = 2 };

static int add_type(struct remote *remote, uint64_t address, unsigned depth, uint32_t *ret_index);

/* Ranges lie in the program's read-only data, so a core may lack them. */
static int read_ranges(struct remote *remote, const struct record *record, struct image_type *type)
{
    uint64_t at = record_u64(remote, record, LAYOUT_TYPE_RANGES);
    uint64_t count = record_u64(remote, record, LAYOUT_TYPE_RANGE_COUNT);
    type->is_known = count == 0;
    if (count == 0 || count > RANGES_MAX)
        return 0;
    type->ranges = calloc(count, sizeof *type->ranges);
    if (type->ranges == NULL)
        return -ENOMEM;
    uint32_t size = layout_number(&remote->layout, LAYOUT_RANGE_BYTES);
    for (uint64_t i = 0; i < count; i++) {
        struct record range;
        if (!remote_record(remote, at + i * size, LAYOUT_RANGE_BYTES, &range))
            return 0;
        type->ranges[i] = (struct image_range){record_u32(remote, &range, LAYOUT_RANGE_OFFSET),
                                               record_u32(remote, &range, LAYOUT_RANGE_WORDS)};
    }
    type->range_count = (uint32_t)count;
    type->is_known = true;
    return 0;
}

static int read_type(struct remote *remote, struct image_type *type, unsigned depth)
{
    struct record record;
    char name[NAME_BYTES];
    if (!remote_record(remote, type->address, LAYOUT_TYPE_BYTES, &record))
        return 0;
    type->size = record_u64(remote, &record, LAYOUT_TYPE_SIZE);
    type->tail_offset = record_u64(remote, &record, LAYOUT_TYPE_TAIL_OFFSET);
    memory_read_text(remote->memory, record_u64(remote, &record, LAYOUT_TYPE_NAME), name, sizeof name);
    int error = texts_keep(&remote->snapshot->texts, name, &type->name);
    if (error == 0)
        error = read_ranges(remote, &record, type);
    if (record_u64(remote, &record, LAYOUT_TYPE_TRACE) != 0)
        type->is_known = false; /* what its function would tell, nobody but the program knows */
    uint64_t tail = record_u64(remote, &record, LAYOUT_TYPE_TAIL_ELEMENT);
    if (error == 0 && tail != 0 && depth < TAIL_DEPTH_MAX)
        error = add_type(remote, tail, depth + 1, &type->tail);
    if (type->tail != 0 && !remote->heap.types[type->tail].is_known)
        type->is_known = false;
    return error;
}

/* The types' array may move while a tail's type is added, so the new one is made aside. */
static int add_type(struct remote *remote, uint64_t address, unsigned depth, uint32_t *ret_index)
{
    struct heap_image *image = &remote->heap;
    for (size_t i = image->type_count; i-- > 1;)
        if (image->types[i].address == address) {
            *ret_index = (uint32_t)i;
            return 0;
        }
    struct image_type type = {.address = address};
    int error = read_type(remote, &type, depth);
    if (error == 0)
        error = array_reserve(&image->types, &image->type_capacity, image->type_count + 1, sizeof *image->types);
    if (error < 0) {
        free(type.ranges);
        return error;
    }
    remote->guessed_types += !type.is_known;
    *ret_index = (uint32_t)image->type_count;
    image->types[image->type_count++] = type;
    return 0;
}

static enum image_trace trace_of(const struct remote *remote, const struct image_type *type, uint8_t trace)
{
    if (trace == layout_number(&remote->layout, LAYOUT_TRACE_NOTHING))
        return IMAGE_NOTHING;
    return trace == layout_number(&remote->layout, LAYOUT_TRACE_RANGES) && type->is_known ? IMAGE_RANGES : IMAGE_WORDS;
}

/* As the runtime names kinds. */
static int show_type(struct remote *remote, const struct image_kind *kind, uint8_t shape)
{
    const struct image_type *type = &remote->heap.types[kind->type];
    bool is_plain = type->address == layout_address(&remote->layout, LAYOUT_AT_TYPE_BYTES) ||
                    type->address == layout_address(&remote->layout, LAYOUT_AT_TYPE_CONSERVATIVE);
    char name[NAME_BYTES + 2];
    const char *kept = NULL;
    snprintf(name, sizeof name, "%s%s", type->name != NULL ? type->name : "", kind->is_array && !is_plain ? "[]" : "");
    int error = type->name != NULL ? texts_keep(&remote->snapshot->texts, name, &kept) : 0;
    struct snapshot_type shown = {kept != NULL ? kept : "", type->size, shape};
    return error == 0 ? snapshot_add_type(remote->snapshot, &shown) : error;
}

static int read_kind(struct remote *remote, uint32_t id, const struct record *record, uint32_t *last_type_id)
{
    struct image_kind *kind = &remote->heap.kinds[id];
    uint8_t shape = record_u8(remote, record, LAYOUT_KIND_SHAPE);
    int error = add_type(remote, record_u64(remote, record, LAYOUT_KIND_TYPE), 0, &kind->type);
    if (error < 0)
        return error;
    kind->is_array = shape == layout_number(&remote->layout, LAYOUT_SHAPE_ARRAY);
    kind->has_tail = shape == layout_number(&remote->layout, LAYOUT_SHAPE_TAIL);
    kind->trace = trace_of(remote, &remote->heap.types[kind->type], record_u8(remote, record, LAYOUT_KIND_TRACE));
    uint32_t type_id = record_u32(remote, record, LAYOUT_KIND_TYPE_ID);
    if (type_id != *last_type_id)
        error = show_type(remote, kind, shape);
    *last_type_id = type_id;
    kind->shown_type = (uint32_t)remote->snapshot->type_count - 1;
    return error;
}

int kind_image_read(struct remote *remote)
{
    struct heap_image *image = &remote->heap;
    uint64_t at = remote_u64(remote, layout_address(&remote->layout, LAYOUT_AT_KINDS));
    uint32_t count = remote_u32(remote, layout_address(&remote->layout, LAYOUT_AT_KIND_NEXT_ID));
    uint32_t size = layout_number(&remote->layout, LAYOUT_KIND_BYTES), last_type_id = 0;
    if (count == 0 || count > KINDS_MAX)
        return -ENODATA;
    image->kinds = calloc(count, sizeof *image->kinds);
    int error = image->kinds == NULL ? -ENOMEM
                                     : array_reserve(&image->types, &image->type_capacity, 1, sizeof *image->types);
    image->type_count = 1; /* 0: none */
    image->kind_count = count;
    for (uint32_t id = 1; id < count && error == 0; id++) {
        struct record record;
        if (!remote_record(remote, at + (uint64_t)id * size, LAYOUT_KIND_BYTES, &record))
            return -ENODATA;
        error = read_kind(remote, id, &record, &last_type_id);
    }
    return error;
}
