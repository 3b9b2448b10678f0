/* See symbols.h. */
#include "gctool/drain/symbols.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gctool/process/symbolizer.h"
#include "tracer/format/events.h"
#include "tracer/format/trace_writer.h"

/* A set of addresses, not 0. Open addressing; at most half full. */
struct address_set {
    uint64_t *items;
    size_t capacity, count; /* a power of two */
};

struct symbols {
    struct symbolizer *symbolizer;
    struct address_set functions;
};

/* Payload of MODULE: as in the table of events. */
enum { MODULE_BUILD_ID_WORD = 3, MODULE_PATH_WORD = 6, BUILD_ID_BYTES = 20 };

static size_t find_place(const struct address_set *set, uint64_t address)
{
    size_t at = address * 0x9e3779b97f4a7c15ULL >> 20 & (set->capacity - 1);
    while (set->items[at] != 0 && set->items[at] != address)
        at = (at + 1) & (set->capacity - 1);
    return at;
}

static int grow(struct address_set *set)
{
    struct address_set larger = {.capacity = set->capacity ? 2 * set->capacity : 64, .count = set->count};
    larger.items = calloc(larger.capacity, sizeof *larger.items);
    if (!larger.items)
        return -ENOMEM;
    for (size_t at = 0; at < set->capacity; at++)
        if (set->items[at] != 0)
            larger.items[find_place(&larger, set->items[at])] = set->items[at];
    free(set->items);
    *set = larger;
    return 0;
}

/* 1: it is new; 0: it was there; -ENOMEM. */
static int insert(struct address_set *set, uint64_t address)
{
    if (2 * set->count >= set->capacity && grow(set) < 0)
        return -ENOMEM;
    size_t at = find_place(set, address);
    if (set->items[at] == address)
        return 0;
    set->items[at] = address;
    set->count++;
    return 1;
}

struct symbols *symbols_new(void)
{
    struct symbols *symbols = calloc(1, sizeof *symbols);
    if (!symbols)
        return NULL;
    symbols->symbolizer = symbolizer_new();
    if (symbols->symbolizer)
        return symbols;
    free(symbols);
    return NULL;
}

void symbols_add_module(struct symbols *symbols, const uint64_t *event)
{
    const uint64_t *payload = event + 1;
    size_t words = event_word_words(*event);
    uint8_t build_id[sizeof(uint32_t) + BUILD_ID_BYTES];
    if (words <= MODULE_PATH_WORD)
        return;
    memcpy(build_id, payload + MODULE_BUILD_ID_WORD, sizeof build_id);
    uint32_t build_id_bytes;
    memcpy(&build_id_bytes, build_id, sizeof build_id_bytes);
    char *path = strndup((const char *)(payload + MODULE_PATH_WORD), (words - MODULE_PATH_WORD) * sizeof(uint64_t));
    if (!path || build_id_bytes > BUILD_ID_BYTES) {
        free(path);
        return;
    }
    /* What cannot be read stays a number in reports. */
    int error = symbolizer_add_module(symbols->symbolizer, payload[0], payload[1], payload[2],
                                      build_id + sizeof build_id_bytes, build_id_bytes, path, NULL);
    (void)error;
    free(path);
}

void symbols_add_function(struct symbols *symbols, uint64_t address)
{
    if (address != 0)
        insert(&symbols->functions, address); /* no memory: it stays a number */
}

/* ---- writing: many at a time, since each call of the writer makes a block ---- */

enum { BATCH_SYMBOLS = 2048 };

struct batch {
    struct trace_writer *writer;
    size_t count;
    struct trace_symbol items[BATCH_SYMBOLS]; /* their frames and texts are one allocation each */
};

static void batch_write(struct batch *batch)
{
    trace_writer_symbols(batch->writer, batch->items, batch->count);
    for (size_t at = 0; at < batch->count; at++)
        free((void *)(uintptr_t)batch->items[at].frames);
    batch->count = 0;
}

static const char *copy_text(char **to, const char *text)
{
    char *copy = *to;
    *to = stpcpy(copy, text) + 1;
    return copy;
}

/* The symbolizer's frames live until its next call. */
static int batch_add(struct batch *batch, uint64_t pc, const struct trace_frame *frames, size_t count)
{
    size_t bytes = count * sizeof *frames;
    for (size_t at = 0; at < count; at++)
        bytes += strlen(frames[at].function) + strlen(frames[at].file) + 2;
    struct trace_frame *copy = malloc(bytes);
    if (!copy)
        return -ENOMEM;
    char *text = (char *)(copy + count);
    for (size_t at = 0; at < count; at++)
        copy[at] = (struct trace_frame){copy_text(&text, frames[at].function), copy_text(&text, frames[at].file),
                                        frames[at].line};
    batch->items[batch->count++] = (struct trace_symbol){.pc = pc, .frames = copy, .frame_count = count};
    if (batch->count == BATCH_SYMBOLS)
        batch_write(batch);
    return 0;
}

/* `shift` is 0 for a return address, 1 for the first byte of a function: the symbolizer looks at the byte before. */
static int write_once(struct symbols *symbols, struct address_set *written, uint64_t address, unsigned shift,
                      struct batch *batch)
{
    int error = address == 0 ? 0 : insert(written, address);
    if (error <= 0)
        return error;
    const struct trace_frame *frames;
    size_t count = symbolizer_find(symbols->symbolizer, address + shift, &frames);
    return count == 0 ? 0 : batch_add(batch, address, frames, count);
}

int symbols_write(struct symbols *symbols, const struct ring_context *nodes, size_t count, struct trace_writer *writer)
{
    struct address_set written = {0};
    struct batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return -ENOMEM;
    batch->writer = writer;
    int error = 0;
    for (size_t at = 1; at < count && error == 0; at++)
        error = write_once(symbols, &written, nodes[at].pc, 0, batch);
    for (size_t at = 0; at < symbols->functions.capacity && error == 0; at++)
        error = write_once(symbols, &written, symbols->functions.items[at], 1, batch);
    batch_write(batch);
    free(batch);
    free(written.items);
    return error;
}

void symbols_free(struct symbols *take_symbols)
{
    if (!take_symbols)
        return;
    symbolizer_free(take_symbols->symbolizer);
    free(take_symbols->functions.items);
    free(take_symbols);
}
