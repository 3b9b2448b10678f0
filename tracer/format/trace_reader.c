/* trace_reader.c: blocks -> events, contexts, notes, symbols. */
#include "tracer/format/trace_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/error.h"
#include "tracer/format/trace_blocks.h"
#include "tracer/format/trace_packing.h"
#include "tracer/format/trace_tables.h"

static const char reason_zstd[] = "the block does not decompress to what its header says";
static const char reason_count[] = "the block does not hold the events its header says";
static const char reason_kind[] = "a kind of block that this version does not have";
static const char reason_left_out[] = "left out by a repair";
static const char reason_size[] = "the block has not the size of its kind";

struct trace_reader {
    struct trace_blocks blocks;
    struct trace_unpacker unpacker;
    struct trace_block block; /* the one being read; its `stored` may be gone */
    uint32_t block_events;    /* given out of it */
    bool in_events, block_pending, finished;
    struct trace_notes notes;
    struct trace_contexts contexts;
    struct trace_symbols symbols;
    ZSTD_DCtx *decompressor;
    uint8_t *raw; /* TRACE_BLOCK_RAW_MAX + TRACE_UNPACK_SLACK */
};

/* The rest of the block makes no sense although its checksum matches: its writer is to blame, or somebody who computes checksums. */
static void give_up_block(struct trace_reader *reader, uint64_t from_ns, const char *reason)
{
    trace_blocks_gap(&reader->blocks, (struct trace_gap){.offset = reader->block.offset,
                                                         .bytes = reader->block.header.stored_bytes,
                                                         .from_ns = from_ns,
                                                         .to_ns = reader->block.header.last_ns,
                                                         .reason = reason});
}

static bool decompress(struct trace_reader *reader)
{
    const struct trace_block_header *header = &reader->block.header;
    if (header->encoding == TRACE_PLAIN) {
        memcpy(reader->raw, reader->block.stored, header->raw_bytes);
        return true;
    }
    size_t bytes = ZSTD_decompressDCtx(reader->decompressor, reader->raw, header->raw_bytes, reader->block.stored,
                                       header->stored_bytes);
    return !ZSTD_isError(bytes) && bytes == header->raw_bytes;
}

static void take_left_out(struct trace_reader *reader)
{
    struct trace_left_out left_out;
    trace_left_out_read(reader->raw, &left_out);
    trace_blocks_gap(&reader->blocks, (struct trace_gap){.offset = reader->block.offset,
                                                         .bytes = left_out.bytes,
                                                         .missing_blocks = left_out.missing_blocks,
                                                         .from_ns = left_out.from_ns,
                                                         .to_ns = left_out.to_ns,
                                                         .reason = reason_left_out});
}

/* Lost events are a sum of what a file says; a nonsensical one must not come out as 0. */
static void add_lost(struct trace_completeness *completeness, uint64_t events)
{
    if (__builtin_add_overflow(completeness->lost_events, events, &completeness->lost_events))
        completeness->lost_events = UINT64_MAX;
}

/* Takes a block, decompressed. 0; -EBADMSG with a reason; -ENOMEM. */
static int take_block(struct trace_reader *reader, const char **ret_reason)
{
    struct trace_completeness *completeness = &reader->blocks.completeness;
    size_t bytes = reader->block.header.raw_bytes;
    *ret_reason = reason_size;
    switch (reader->block.header.kind) {
    case TRACE_BLOCK_EVENTS:
        trace_unpacker_reset(&reader->unpacker, reader->raw, bytes);
        reader->block_events = 0;
        reader->in_events = true;
        return 0;
    case TRACE_BLOCK_CONTEXTS:
        return trace_contexts_read(&reader->contexts, reader->raw, bytes, ret_reason);
    case TRACE_BLOCK_SYMBOLS:
        return trace_symbols_read(&reader->symbols, reader->raw, bytes, ret_reason);
    case TRACE_BLOCK_NOTES:
        return trace_notes_read(&reader->notes, reader->raw, bytes, ret_reason);
    case TRACE_BLOCK_GAP:
        if (bytes < TRACE_GAP_BYTES)
            return -EBADMSG;
        take_left_out(reader);
        return 0;
    case TRACE_BLOCK_END:
        if (bytes < TRACE_END_BYTES)
            return -EBADMSG;
        trace_end_read(reader->raw, &completeness->end);
        add_lost(completeness, completeness->end.lost_events);
        return 0;
    default:
        *ret_reason = reason_kind;
        if (reader->blocks.header.minor <= TRACE_VERSION_MINOR)
            return -EBADMSG;
        completeness->skipped_blocks++;
        return 0;
    }
}

/* 1: a block was taken, or given up; 0: there is none; negative. */
static int next_block(struct trace_reader *reader, struct error *reterr)
{
    if (!reader->block_pending) {
        int code = trace_blocks_next(&reader->blocks, &reader->block, reterr);
        if (code <= 0)
            return code;
    }
    reader->block_pending = false;
    const char *reason = reason_zstd;
    int code = decompress(reader) ? take_block(reader, &reason) : -EBADMSG;
    if (code == -EBADMSG)
        give_up_block(reader, reader->block.header.first_ns, reason);
    else if (code < 0)
        return error_set(reterr, code, "cannot read trace '%s': out of memory", reader->blocks.input.name);
    return 1;
}

static void finish(struct trace_reader *reader)
{
    struct trace_completeness *completeness = &reader->blocks.completeness;
    reader->finished = true;
    completeness->whole = completeness->has_end && completeness->end.ending != TRACE_REPAIRED &&
                          completeness->gap_count == 0 && completeness->lost_events == 0 &&
                          completeness->end.lost_contexts == 0 && !completeness->header_damaged &&
                          completeness->trailing_bytes == 0;
}

static void count_event(struct trace_reader *reader, const struct trace_event *event)
{
    struct trace_completeness *completeness = &reader->blocks.completeness;
    reader->block_events++;
    if (completeness->events++ == 0 || event->time_ns < completeness->first_ns)
        completeness->first_ns = event->time_ns;
    if (event->time_ns > completeness->last_ns)
        completeness->last_ns = event->time_ns;
    if (event_word_kind(event->word) == EVENT_LOST)
        add_lost(completeness, event_word_argument(event->word));
}

int trace_reader_next(struct trace_reader *reader, struct trace_event *ret_event, struct error *reterr)
{
    while (!reader->finished) {
        const char *reason = reason_count;
        while (reader->in_events) {
            int code = trace_unpack_next(&reader->unpacker, ret_event, &reason);
            if (code > 0) {
                count_event(reader, ret_event);
                return 1;
            }
            reader->in_events = false;
            if (code < 0 || reader->block_events != reader->block.header.count)
                give_up_block(reader, reader->unpacker.guesses.time_ns, reason);
        }
        int code = next_block(reader, reterr);
        if (code < 0)
            return code;
        if (code == 0)
            finish(reader);
    }
    return 0;
}

/* Notes stand first: they are known once the reader is open. */
static int read_notes(struct trace_reader *reader, struct error *reterr)
{
    for (;;) {
        int code = trace_blocks_next(&reader->blocks, &reader->block, reterr);
        if (code <= 0)
            return code;
        reader->block_pending = true;
        if (reader->block.header.kind != TRACE_BLOCK_NOTES)
            return 0;
        code = next_block(reader, reterr);
        if (code < 0)
            return code;
    }
}

int trace_reader_open_input(struct trace_input *take_input, struct trace_reader **ret_reader, struct error *reterr)
{
    *ret_reader = NULL;
    struct trace_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        trace_input_close(take_input);
        return error_set(reterr, -ENOMEM, "cannot open trace: out of memory");
    }
    int code = trace_blocks_open(&reader->blocks, take_input, &trace_file_trace, reterr);
    if (code < 0) {
        free(reader);
        return code;
    }
    reader->decompressor = ZSTD_createDCtx();
    /* Zeroed once: bytes behind a payload may be looked at, never used. */
    reader->raw = calloc(1, TRACE_BLOCK_RAW_MAX + TRACE_UNPACK_SLACK);
    if (reader->decompressor == NULL || reader->raw == NULL)
        code = error_set(reterr, -ENOMEM, "cannot open trace '%s': out of memory", reader->blocks.input.name);
    else
        code = read_notes(reader, reterr);
    if (code < 0) {
        trace_reader_close(reader);
        return code;
    }
    *ret_reader = reader;
    return 0;
}

int trace_reader_open_fd(int take_fd, const char *name, struct trace_reader **ret_reader, struct error *reterr)
{
    struct trace_input input;
    int code = trace_input_open_fd(&input, take_fd, name, reterr);
    return code < 0 ? code : trace_reader_open_input(&input, ret_reader, reterr);
}

int trace_reader_open_memory(const void *bytes, size_t size, struct trace_reader **ret_reader, struct error *reterr)
{
    struct trace_input input;
    int code = trace_input_open_memory(&input, bytes, size, reterr);
    return code < 0 ? code : trace_reader_open_input(&input, ret_reader, reterr);
}

int trace_reader_open(const char *path, struct trace_reader **ret_reader, struct error *reterr)
{
    struct trace_input input;
    int code = trace_input_open(&input, path, reterr);
    return code < 0 ? code : trace_reader_open_input(&input, ret_reader, reterr);
}

const struct trace_file_header *trace_reader_header(const struct trace_reader *reader)
{
    return &reader->blocks.header;
}

const char *trace_reader_note(const struct trace_reader *reader, const char *name, size_t nth)
{
    for (size_t i = 0; i < reader->notes.count; i++) {
        if (strcmp(reader->notes.items[i].name, name) == 0 && nth-- == 0)
            return reader->notes.items[i].text;
    }
    return NULL;
}

bool trace_reader_context(const struct trace_reader *reader, uint32_t id, struct ring_context *ret_node)
{
    return trace_contexts_find(&reader->contexts, id, ret_node);
}

uint32_t trace_reader_context_count(const struct trace_reader *reader)
{
    return reader->contexts.end;
}

size_t trace_reader_symbol(struct trace_reader *reader, uint64_t pc, const struct trace_frame **ret_frames)
{
    return trace_symbols_find(&reader->symbols, pc, ret_frames);
}

const struct trace_completeness *trace_reader_completeness(struct trace_reader *reader)
{
    struct trace_completeness *completeness = &reader->blocks.completeness;
    if (completeness->file_bytes < reader->blocks.input.offset)
        completeness->file_bytes = reader->blocks.input.offset; /* so far */
    completeness->contexts = reader->contexts.count;
    completeness->symbols = reader->symbols.count;
    return completeness;
}

void trace_reader_close(struct trace_reader *take_reader)
{
    if (take_reader == NULL)
        return;
    trace_blocks_close(&take_reader->blocks);
    trace_notes_free(&take_reader->notes);
    trace_contexts_free(&take_reader->contexts);
    trace_symbols_free(&take_reader->symbols);
    ZSTD_freeDCtx(take_reader->decompressor);
    free(take_reader->raw);
    free(take_reader);
}

void trace_reader_closep(struct trace_reader **reader)
{
    trace_reader_close(*reader);
}
