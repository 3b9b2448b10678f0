/* trace_notes.c: facts about a recording, by name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tracer/format/trace_tables.h"
#include "tracer/format/varint.h"

enum { NOTES_BYTES_MAX = 8 << 20 }; /* more than the longest command line that Linux allows */

static uint8_t *text_write(uint8_t *to, const char *text, size_t bytes)
{
    to = varint_write(to, bytes);
    memcpy(to, text, bytes);
    return to + bytes;
}

bool trace_note_append(struct trace_payload *payload, const struct trace_note *note)
{
    size_t name_bytes = strnlen(note->name, TRACE_TEXT_BYTES_MAX),
           text_bytes = strnlen(note->text, TRACE_TEXT_BYTES_MAX);
    if (payload->size + name_bytes + text_bytes + 2 * VARINT_BYTES_MAX > TRACE_BLOCK_RAW_MAX)
        return false;
    uint8_t *to = text_write(payload->bytes + payload->size, note->name, name_bytes);
    to = text_write(to, note->text, text_bytes);
    payload->size = (size_t)(to - payload->bytes);
    payload->count++;
    return true;
}

static const uint8_t *text_read(const uint8_t *from, const uint8_t *end, const uint8_t **ret_text, uint64_t *ret_bytes)
{
    from = varint_read_bounded(from, end, ret_bytes);
    if (from == NULL || *ret_bytes > TRACE_TEXT_BYTES_MAX || *ret_bytes > (size_t)(end - from))
        return NULL;
    *ret_text = from;
    return from + *ret_bytes;
}

static int note_put(struct trace_notes *notes, const uint8_t *name, size_t name_bytes, const uint8_t *text,
                    size_t text_bytes)
{
    if (notes->count == notes->capacity) {
        size_t capacity = notes->capacity ? notes->capacity * 2 : 16;
        struct trace_note *items = reallocarray(notes->items, capacity, sizeof *items);
        if (items == NULL)
            return -ENOMEM;
        notes->items = items;
        notes->capacity = capacity;
    }
    char *both = malloc(name_bytes + text_bytes + 2);
    if (both == NULL)
        return -ENOMEM;
    memcpy(both, name, name_bytes);
    both[name_bytes] = '\0';
    memcpy(both + name_bytes + 1, text, text_bytes);
    both[name_bytes + 1 + text_bytes] = '\0';
    notes->items[notes->count++] = (struct trace_note){both, both + name_bytes + 1};
    notes->bytes += name_bytes + text_bytes + sizeof notes->items[0];
    return 0;
}

int trace_notes_read(struct trace_notes *notes, const uint8_t *bytes, size_t size, const char **ret_reason)
{
    const uint8_t *end = bytes + size, *name, *text;
    uint64_t name_bytes, text_bytes;
    while (bytes < end) {
        *ret_reason = "a note is longer than its block";
        bytes = text_read(bytes, end, &name, &name_bytes);
        if (bytes != NULL)
            bytes = text_read(bytes, end, &text, &text_bytes);
        if (bytes == NULL)
            return -EBADMSG;
        *ret_reason = "more notes than a reader holds";
        if (notes->bytes > NOTES_BYTES_MAX)
            return -EBADMSG;
        int error = note_put(notes, name, name_bytes, text, text_bytes);
        if (error < 0)
            return error;
    }
    return 0;
}

void trace_notes_free(struct trace_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        free((void *)(uintptr_t)notes->items[i].name);
    free(notes->items);
}
