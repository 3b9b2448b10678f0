/* trace_symbols.c: names of addresses. A string is written once a block; frames name it by number. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "tracer/format/trace_tables.h"
#include "tracer/format/varint.h"

enum {
    TAG_STRING = 1,
    TAG_SYMBOL = 2,
    STRING_TABLE = 1 << 15, /* open addressing; a block ends before it is three quarters full */
    STRINGS_MAX = STRING_TABLE / 4 * 3,
};

/* Strings already in the block, found by hash: `at` and `bytes` say where in the payload. */
struct string_slot {
    uint32_t number_plus_one, at, bytes;
};
struct trace_symbol_packer {
    struct string_slot slots[STRING_TABLE];
    uint32_t string_count;
    uint64_t last_pc;
};

struct trace_symbol_packer *trace_symbol_packer_new(void)
{
    return calloc(1, sizeof(struct trace_symbol_packer));
}

void trace_symbol_packer_reset(struct trace_symbol_packer *packer)
{
    memset(packer, 0, sizeof *packer);
}

void trace_symbol_packer_free(struct trace_symbol_packer *packer)
{
    free(packer);
}

static size_t text_bytes(const char *text)
{
    return strnlen(text, TRACE_TEXT_BYTES_MAX);
}

/* The number of the string, which is appended when the block does not have it yet. */
static uint32_t string_number(struct trace_symbol_packer *packer, struct trace_payload *payload, const char *text)
{
    size_t bytes = text_bytes(text);
    uint64_t at = XXH64(text, bytes, 0) % STRING_TABLE;
    for (; packer->slots[at].number_plus_one != 0; at = (at + 1) % STRING_TABLE) {
        const struct string_slot *slot = &packer->slots[at];
        if (slot->bytes == bytes && memcmp(payload->bytes + slot->at, text, bytes) == 0)
            return slot->number_plus_one - 1;
    }
    uint8_t *to = payload->bytes + payload->size;
    *to++ = TAG_STRING;
    to = varint_write(to, bytes);
    memcpy(to, text, bytes);
    packer->slots[at] = (struct string_slot){packer->string_count + 1, (uint32_t)(to - payload->bytes),
                                             (uint32_t)bytes};
    payload->size = (size_t)(to + bytes - payload->bytes);
    return packer->string_count++;
}

bool trace_symbol_append(struct trace_symbol_packer *packer, struct trace_payload *payload,
                         const struct trace_symbol *symbol)
{
    size_t frame_count = symbol->frame_count < TRACE_FRAMES_MAX ? symbol->frame_count : TRACE_FRAMES_MAX;
    size_t need = 1 + 2 * VARINT_BYTES_MAX;
    for (size_t i = 0; i < frame_count; i++)
        need += text_bytes(symbol->frames[i].function) + text_bytes(symbol->frames[i].file) + 2 + 5 * VARINT_BYTES_MAX;
    /* Frames of 2 x 16 KiB of text do not all fit: the outer ones are left out. */
    while (need > TRACE_BLOCK_RAW_MAX) {
        frame_count--;
        need -= text_bytes(symbol->frames[frame_count].function) + text_bytes(symbol->frames[frame_count].file);
    }
    if (need > TRACE_BLOCK_RAW_MAX - payload->size || packer->string_count + 2 * frame_count > STRINGS_MAX)
        return false;

    uint32_t numbers[TRACE_FRAMES_MAX][2];
    for (size_t i = 0; i < frame_count; i++) {
        numbers[i][0] = string_number(packer, payload, symbol->frames[i].function);
        numbers[i][1] = string_number(packer, payload, symbol->frames[i].file);
    }
    uint8_t *to = payload->bytes + payload->size;
    *to++ = TAG_SYMBOL;
    to = varint_write(to, zigzag_delta(symbol->pc, packer->last_pc));
    to = varint_write(to, frame_count);
    for (size_t i = 0; i < frame_count; i++) {
        to = varint_write(to, numbers[i][0]);
        to = varint_write(to, numbers[i][1]);
        to = varint_write(to, symbol->frames[i].line);
    }
    packer->last_pc = symbol->pc;
    payload->size = (size_t)(to - payload->bytes);
    payload->count++;
    return true;
}

/* A block being read: its strings by number, each ended by a zero in `texts`. */
struct symbol_block {
    const uint8_t *next, *end;
    char *texts;
    size_t text_bytes;
    uint32_t *string_at;
    size_t string_count;
    struct trace_frame *frames;
    size_t frame_count;
    uint64_t last_pc;
};

static bool block_number(struct symbol_block *block, uint64_t below, uint64_t *ret_number)
{
    block->next = varint_read_bounded(block->next, block->end, ret_number);
    return block->next != NULL && *ret_number < below;
}

static const char *block_string(struct symbol_block *block)
{
    uint64_t bytes;
    if (!block_number(block, TRACE_TEXT_BYTES_MAX + 1, &bytes) || bytes > (size_t)(block->end - block->next))
        return "a text is longer than its block";
    block->string_at[block->string_count++] = (uint32_t)block->text_bytes;
    memcpy(block->texts + block->text_bytes, block->next, bytes);
    block->text_bytes += bytes;
    block->texts[block->text_bytes++] = '\0';
    block->next += bytes;
    return NULL;
}

static const char *block_symbol(struct symbol_block *block, struct trace_symbol *symbol)
{
    uint64_t delta, frame_count;
    if (!block_number(block, UINT64_MAX, &delta) || !block_number(block, TRACE_FRAMES_MAX + 1, &frame_count))
        return "a symbol has too many frames";
    symbol->pc = block->last_pc = zigzag_apply(delta, block->last_pc);
    symbol->frames = block->frames + block->frame_count;
    symbol->frame_count = frame_count;
    for (uint64_t i = 0; i < frame_count; i++) {
        uint64_t function, file, line;
        if (!block_number(block, block->string_count, &function) || !block_number(block, block->string_count, &file) ||
            !block_number(block, 1ULL << 32, &line))
            return "a symbol names a text that its block does not have";
        block->frames[block->frame_count++] = (struct trace_frame){
            block->texts + block->string_at[function], block->texts + block->string_at[file], (uint32_t)line};
    }
    return NULL;
}

static int symbols_reserve(struct trace_symbols *symbols)
{
    if (symbols->count == symbols->capacity) {
        size_t capacity = symbols->capacity ? symbols->capacity * 2 : 256;
        struct trace_symbol *items = reallocarray(symbols->items, capacity, sizeof *items);
        if (items == NULL)
            return -ENOMEM;
        symbols->items = items;
        symbols->capacity = capacity;
    }
    return 0;
}

static int symbols_reserve_block(struct trace_symbols *symbols)
{
    if (symbols->block_count < symbols->block_capacity)
        return 0;
    size_t capacity = symbols->block_capacity ? symbols->block_capacity * 2 : 16;
    char **texts = reallocarray(symbols->texts, capacity, sizeof *texts);
    if (texts == NULL)
        return -ENOMEM;
    symbols->texts = texts;
    struct trace_frame **frames = reallocarray(symbols->frames, capacity, sizeof *frames);
    if (frames == NULL)
        return -ENOMEM;
    symbols->frames = frames;
    symbols->block_capacity = capacity;
    return 0;
}

static int block_read(struct trace_symbols *symbols, struct symbol_block *block, const char **ret_reason)
{
    const char *reason = NULL;
    while (reason == NULL && block->next < block->end) {
        int error = symbols_reserve(symbols);
        if (error < 0)
            return error;
        switch (*block->next++) {
        case TAG_STRING:
            reason = block_string(block);
            break;
        case TAG_SYMBOL:
            reason = block_symbol(block, &symbols->items[symbols->count]);
            if (reason == NULL)
                symbols->count++;
            break;
        default:
            reason = "neither a text nor a symbol";
        }
    }
    *ret_reason = reason;
    return reason == NULL ? 0 : -EBADMSG;
}

int trace_symbols_read(struct trace_symbols *symbols, const uint8_t *bytes, size_t size, const char **ret_reason)
{
    /* A string takes two bytes of the block at least, and its zero here; a frame three. */
    size_t text_room = size + 1, frame_room = size / 3 + 1, string_room = size / 2 + 1;
    uint64_t room = text_room + frame_room * sizeof(struct trace_frame);
    *ret_reason = "more symbols than a reader holds";
    if (room > TRACE_SYMBOL_BYTES_MAX - symbols->bytes)
        return -EBADMSG;
    if (symbols_reserve_block(symbols) < 0)
        return -ENOMEM;
    struct symbol_block block = {.next = bytes, .end = bytes + size};
    block.texts = malloc(text_room);
    block.frames = calloc(frame_room, sizeof *block.frames);
    block.string_at = calloc(string_room, sizeof *block.string_at);
    if (block.texts == NULL || block.frames == NULL || block.string_at == NULL) {
        free(block.texts);
        free(block.frames);
        free(block.string_at);
        return -ENOMEM;
    }
    symbols->texts[symbols->block_count] = block.texts;
    symbols->frames[symbols->block_count++] = block.frames;
    symbols->bytes += room;
    symbols->sorted = false;
    int error = block_read(symbols, &block, ret_reason);
    free(block.string_at);
    return error;
}

static int symbol_compare(const void *left, const void *right)
{
    uint64_t a = ((const struct trace_symbol *)left)->pc, b = ((const struct trace_symbol *)right)->pc;
    return (a > b) - (a < b);
}

size_t trace_symbols_find(struct trace_symbols *symbols, uint64_t pc, const struct trace_frame **ret_frames)
{
    *ret_frames = NULL;
    if (symbols->count == 0)
        return 0;
    if (!symbols->sorted) {
        qsort(symbols->items, symbols->count, sizeof symbols->items[0], symbol_compare);
        symbols->sorted = true;
    }
    struct trace_symbol key = {.pc = pc};
    const struct trace_symbol *found = bsearch(&key, symbols->items, symbols->count, sizeof symbols->items[0],
                                               symbol_compare);
    if (found == NULL)
        return 0;
    *ret_frames = found->frames;
    return found->frame_count;
}

void trace_symbols_free(struct trace_symbols *symbols)
{
    for (size_t i = 0; i < symbols->block_count; i++) {
        free(symbols->texts[i]);
        free(symbols->frames[i]);
    }
    free(symbols->texts);
    free(symbols->frames);
    free(symbols->items);
}
