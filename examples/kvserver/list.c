#include "list.h"

enum { CHUNK_BYTES_MIN = 64, CHUNK_BYTES_MAX = 4096 };

struct chunk {
    struct chunk *previous, *next;
    uint32_t capacity, begin, end; /* of bytes */
    uint32_t slots, first_slot, count;
    char storage
        []; /* uint16_t starts[slots], then bytes[capacity]. A start fits: the chunk of a larger element has no other */
};
static GCRT_TYPE_TAIL_OF(chunk_type, struct chunk, char_type, storage, previous, next);
static GCRT_TYPE(list_type, struct list, first, last);

struct list *list_new(void)
{
    return gcrt_new(&list_type);
}

static uint16_t *starts_of(struct chunk *chunk)
{
    return (uint16_t *)(void *)chunk->storage;
}

static char *bytes_of(struct chunk *chunk)
{
    return chunk->storage + chunk->slots * sizeof(uint16_t);
}

/* Where the element at `index` of the chunk ends. */
static uint32_t end_of(struct chunk *chunk, uint32_t index)
{
    return index + 1 < chunk->count ? starts_of(chunk)[chunk->first_slot + index + 1] : chunk->end;
}

/* ---- pushing ---- */

/* Twice as large as its neighbour, so that short lists stay small; elements are expected to be like this one, of `size` bytes. */
static struct chunk *make_chunk(const struct chunk *neighbour, enum list_end end, size_t size)
{
    size_t capacity = neighbour == NULL ? CHUNK_BYTES_MIN : (size_t)neighbour->capacity * 2;
    if (capacity > CHUNK_BYTES_MAX)
        capacity = CHUNK_BYTES_MAX;
    if (capacity < size)
        capacity = size;
    size_t slots = capacity / size + 1;
    struct chunk *chunk = gcrt_new_tail(&chunk_type, slots * sizeof(uint16_t) + capacity);
    chunk->capacity = (uint32_t)capacity;
    chunk->slots = (uint32_t)slots;
    chunk->begin = chunk->end = end == LIST_LEFT ? chunk->capacity : 0;
    chunk->first_slot = end == LIST_LEFT ? chunk->slots : 0;
    return chunk;
}

static void link_chunk(struct list *list, enum list_end end, struct chunk *chunk)
{
    if (list->first == NULL) {
        gcrt_store(&list->first, chunk);
        gcrt_store(&list->last, chunk);
    } else if (end == LIST_LEFT) {
        gcrt_store(&chunk->next, list->first);
        gcrt_store(&list->first->previous, chunk);
        gcrt_store(&list->first, chunk);
    } else {
        gcrt_store(&chunk->previous, list->last);
        gcrt_store(&list->last->next, chunk);
        gcrt_store(&list->last, chunk);
    }
}

static bool has_room(const struct chunk *chunk, enum list_end end, size_t size)
{
    if (end == LIST_LEFT)
        return chunk->begin >= size && chunk->first_slot > 0;
    return chunk->capacity - chunk->end >= size && chunk->first_slot + chunk->count < chunk->slots;
}

void list_push(struct list *list, enum list_end end, struct bytes element)
{
    size_t size = bulk_size(element.length);
    struct chunk *chunk = end == LIST_LEFT ? list->first : list->last;
    if (chunk == NULL || !has_room(chunk, end, size)) {
        chunk = make_chunk(chunk, end, size);
        link_chunk(list, end, chunk);
    }
    uint32_t start = end == LIST_LEFT ? chunk->begin - (uint32_t)size : chunk->end;
    uint32_t slot = end == LIST_LEFT ? --chunk->first_slot : chunk->first_slot + chunk->count;
    starts_of(chunk)[slot] = (uint16_t)start;
    bulk_encode(bytes_of(chunk) + start, element);
    if (end == LIST_LEFT)
        chunk->begin = start;
    else
        chunk->end += (uint32_t)size;
    chunk->count++;
    list->length++;
}

/* ---- popping ---- */

static void unlink_chunk(struct list *list, enum list_end end)
{
    struct chunk *rest = end == LIST_LEFT ? list->first->next : list->last->previous;
    if (rest == NULL) {
        gcrt_store(&list->first, NULL);
        gcrt_store(&list->last, NULL);
    } else if (end == LIST_LEFT) {
        gcrt_store(&rest->previous, NULL);
        gcrt_store(&list->first, rest);
    } else {
        gcrt_store(&rest->next, NULL);
        gcrt_store(&list->last, rest);
    }
}

void list_pop(struct list *list, enum list_end end, struct reply *reply)
{
    struct chunk *chunk = end == LIST_LEFT ? list->first : list->last;
    uint32_t index = end == LIST_LEFT ? 0 : chunk->count - 1;
    uint32_t start = starts_of(chunk)[chunk->first_slot + index], stop = end_of(chunk, index);
    reply_raw(reply, (struct bytes){bytes_of(chunk) + start, stop - start});
    if (end == LIST_LEFT) {
        chunk->begin = stop;
        chunk->first_slot++;
    } else {
        chunk->end = start;
    }
    chunk->count--;
    list->length--;
    if (chunk->count == 0)
        unlink_chunk(list, end);
}

/* ---- ranges ---- */

/* The chunk that holds index *start, which becomes the index in it. Walks from the nearer end. */
static struct chunk *find_chunk(const struct list *list, size_t *start)
{
    struct chunk *chunk = list->first;
    if (*start < list->length / 2) {
        for (; *start >= chunk->count; chunk = chunk->next)
            *start -= chunk->count;
        return chunk;
    }
    size_t from_end = list->length - *start; /* at least 1 */
    for (chunk = list->last; from_end > chunk->count; chunk = chunk->previous)
        from_end -= chunk->count;
    *start = chunk->count - from_end;
    return chunk;
}

void list_range(const struct list *list, size_t start, size_t count, struct reply *reply)
{
    if (count == 0)
        return;
    for (struct chunk *chunk = find_chunk(list, &start); count > 0; chunk = chunk->next, start = 0) {
        size_t here = chunk->count - start < count ? chunk->count - start : count;
        uint32_t begin = starts_of(chunk)[chunk->first_slot + start];
        uint32_t end = end_of(chunk, (uint32_t)(start + here - 1));
        reply_raw(reply, (struct bytes){bytes_of(chunk) + begin, end - begin});
        count -= here;
    }
}
