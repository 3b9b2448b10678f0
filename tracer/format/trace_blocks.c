#include "tracer/format/trace_blocks.h"

#include <errno.h>
#include <string.h>

#include "tracer/format/crash_file.h"
#include "tracer/format/heap_file.h"

static const char reason_cut[] = "the block is longer than the file";
static const char reason_checksum[] = "the block's checksum does not match";
static const char reason_missing[] = "blocks are missing between two whole ones";
static const char reason_file[] = "a block of another recording";
static const char reason_order[] = "a block that belongs before the one that stands before it";

/* "7f 45 4c 46 02 01 01 00": what a file begins with, for a message. */
static void first_bytes(const struct trace_input *input, char text[3 * TRACE_MAGIC_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    size_t count = input->available < TRACE_MAGIC_BYTES ? input->available : TRACE_MAGIC_BYTES, at = 0;
    for (size_t i = 0; i < count; i++) {
        text[at++] = digits[input->bytes[i] >> 4];
        text[at++] = digits[input->bytes[i] & 15];
        text[at++] = i + 1 < count ? ' ' : '\0';
    }
}

const struct trace_file_kind trace_file_trace = {TRACE_FILE_MAGIC, TRACE_VERSION_MAJOR, "trace", "gctrace file",
                                                 "'gctool trace PROGRAM' makes one"};
const struct trace_file_kind trace_file_heap = {HEAP_FILE_MAGIC, HEAP_VERSION_MAJOR, "heap dump", "gcheap file",
                                                "'gctool dump PID' makes one"};

/* A magic with so many bits changed is ours, and damaged: no other format is so near, nor are two of ours to each other (15 bits). */
enum { MAGIC_CHANGED_BITS_MAX = 4 };

static bool is_near(const uint8_t *bytes, const char *magic)
{
    int changed = 0;
    for (size_t at = 0; at < TRACE_MAGIC_BYTES; at++)
        changed += __builtin_popcount(bytes[at] ^ (uint8_t)magic[at]);
    return changed <= MAGIC_CHANGED_BITS_MAX;
}

const struct trace_file_kind *trace_file_kind_of(struct trace_input *input, struct error *reterr)
{
    if (trace_input_fill(input, TRACE_MAGIC_BYTES, reterr) < 0)
        return NULL;
    bool is_heap = input->available >= TRACE_MAGIC_BYTES && is_near(input->bytes, HEAP_FILE_MAGIC);
    return is_heap ? &trace_file_heap : &trace_file_trace;
}

/* Who reads the file, when it is one of ours; else who makes what was asked for. */
static const char *hint_of(const struct trace_input *input, const struct trace_file_kind *kind)
{
    static const struct {
        const char *magic, *hint;
    } ours[] = {{TRACE_FILE_MAGIC, "it is a trace: 'gctool report', 'leaks' and 'view' read it"},
                {HEAP_FILE_MAGIC, "it is a heap dump: 'gctool heap', 'leaks', 'goroutines' and 'view' read it"},
                {CRASH_FILE_MAGIC, "it is a crash record: 'gctool crash' reads it"}};
    for (size_t at = 0; at < sizeof ours / sizeof *ours && input->available >= TRACE_MAGIC_BYTES; at++)
        if (memcmp(input->bytes, ours[at].magic, TRACE_MAGIC_BYTES) == 0)
            return ours[at].hint;
    return kind->maker;
}

static int refuse_foreign(const struct trace_input *input, const struct trace_file_kind *kind, struct error *reterr)
{
    char text[3 * TRACE_MAGIC_BYTES];
    first_bytes(input, text);
    int code = error_set(reterr, -EINVAL, "cannot open %s '%s': not a %s (starts with %s)", kind->noun, input->name,
                         kind->file, text);
    error_hint(reterr, "%s", hint_of(input, kind));
    return code;
}

static int read_file_header(struct trace_blocks *blocks, const struct trace_file_kind *kind, struct error *reterr)
{
    struct trace_input *input = &blocks->input;
    int code = trace_input_fill(input, TRACE_FILE_HEADER_BYTES, reterr);
    if (code < 0)
        return code;
    if (input->available == 0)
        return error_set(reterr, -ENODATA, "cannot open %s '%s': the file is empty", kind->noun, input->name);
    size_t compared = input->available < TRACE_MAGIC_BYTES ? input->available : TRACE_MAGIC_BYTES;
    bool is_ours = compared == TRACE_MAGIC_BYTES ? is_near(input->bytes, kind->magic)
                                                 : memcmp(input->bytes, kind->magic, compared) == 0;
    if (!is_ours)
        return refuse_foreign(input, kind, reterr);
    if (input->available < TRACE_FILE_HEADER_BYTES)
        return error_set(reterr, -ENODATA, "cannot open %s '%s': it ends within its header, after %zu bytes",
                         kind->noun, input->name, input->available);
    bool intact = trace_file_header_read(input->bytes, &blocks->header);
    blocks->header.magic = kind == &trace_file_heap ? HEAP_FILE_MAGIC : NULL;
    /* A version that was flipped by damage is not one: then the blocks are tried as they are. */
    if (intact && blocks->header.major != kind->major) {
        code = error_set(reterr, -EPROTONOSUPPORT,
                         "cannot open %s '%s': it has version %u, this gctool reads version %d", kind->noun,
                         input->name, blocks->header.major, kind->major);
        error_hint(reterr, "use the gctool that recorded it, or a newer one");
        return code;
    }
    blocks->completeness.header = blocks->header;
    blocks->completeness.header_damaged = !intact;
    blocks->file = blocks->header.checksum;
    blocks->file_known = intact;
    trace_input_skip(input, TRACE_FILE_HEADER_BYTES);
    return 0;
}

int trace_blocks_open(struct trace_blocks *blocks, struct trace_input *take_input, const struct trace_file_kind *kind,
                      struct error *reterr)
{
    *blocks = (struct trace_blocks){.input = *take_input};
    int code = read_file_header(blocks, kind, reterr);
    if (code < 0)
        trace_blocks_close(blocks);
    return code;
}

void trace_blocks_gap(struct trace_blocks *blocks, struct trace_gap gap)
{
    struct trace_completeness *completeness = &blocks->completeness;
    if (completeness->gap_count < TRACE_GAPS_NAMED_MAX)
        completeness->gaps[completeness->gap_count] = gap;
    completeness->gap_count++;
    completeness->gap_bytes += gap.bytes;
    completeness->missing_blocks += gap.missing_blocks;
}

/* Tries the block at the window's begin. `ret_reason` NULL: it is whole. */
static int try_block(struct trace_blocks *blocks, struct trace_block *ret_block, const char **ret_reason,
                     struct error *reterr)
{
    struct trace_input *input = &blocks->input;
    int code = trace_input_fill(input, TRACE_BLOCK_HEADER_BYTES, reterr);
    if (code < 0)
        return code;
    *ret_reason = reason_cut;
    if (input->available < TRACE_BLOCK_HEADER_BYTES)
        return 0;
    *ret_reason = trace_block_header_read(input->bytes, &ret_block->header);
    if (*ret_reason != NULL)
        return 0;
    size_t bytes = TRACE_BLOCK_HEADER_BYTES + ret_block->header.stored_bytes;
    code = trace_input_fill(input, bytes, reterr);
    if (code < 0)
        return code;
    ret_block->stored = input->bytes + TRACE_BLOCK_HEADER_BYTES;
    ret_block->offset = input->offset;
    if (input->available < bytes)
        *ret_reason = reason_cut;
    else if (!trace_block_verify(input->bytes, ret_block->stored, ret_block->header.stored_bytes))
        *ret_reason = reason_checksum;
    return 0;
}

/* Moves the window to the next place after its begin where a block may begin; false: there is none. */
static int next_magic(struct trace_input *input, bool *ret_found, struct error *reterr)
{
    *ret_found = false;
    size_t from = 1;
    for (;;) {
        int code = trace_input_fill(input, from + TRACE_MAGIC_BYTES, reterr);
        if (code < 0)
            return code;
        if (input->available < from + TRACE_MAGIC_BYTES) {
            trace_input_skip(input, input->available);
            return 0;
        }
        const uint8_t *found = memmem(input->bytes + from, input->available - from, TRACE_BLOCK_MAGIC,
                                      TRACE_MAGIC_BYTES);
        if (found != NULL) {
            trace_input_skip(input, (size_t)(found - input->bytes));
            *ret_found = true;
            return 0;
        }
        /* The magic may begin in the last seven bytes. */
        trace_input_skip(input, input->available - (TRACE_MAGIC_BYTES - 1));
        from = 0;
    }
}

/* The next whole block at or after the window's begin; a gap in front of it is put into `ret_gap`. 1, 0 none, or negative. */
static int find_block(struct trace_blocks *blocks, struct trace_block *ret_block, struct trace_gap *ret_gap,
                      struct error *reterr)
{
    *ret_gap = (struct trace_gap){.offset = blocks->input.offset};
    for (;;) {
        const char *reason;
        int code = try_block(blocks, ret_block, &reason, reterr);
        if (code < 0)
            return code;
        ret_gap->bytes = blocks->input.offset - ret_gap->offset;
        if (reason == NULL)
            return 1;
        if (ret_gap->reason == NULL)
            ret_gap->reason = reason;
        bool found;
        code = next_magic(&blocks->input, &found, reterr);
        if (code < 0)
            return code;
        if (!found)
            return 0;
    }
}

/* Reads on to the end of the file, for its size alone. */
static int read_rest(struct trace_blocks *blocks, struct error *reterr)
{
    struct trace_input *input = &blocks->input;
    do {
        trace_input_skip(input, input->available);
        int code = trace_input_fill(input, 1, reterr);
        if (code < 0)
            return code;
    } while (input->available > 0);
    blocks->completeness.file_bytes = input->offset;
    return 0;
}

/* Why the block does not follow those before it, or NULL. */
static const char *misplaced(struct trace_blocks *blocks, const struct trace_block_header *header)
{
    if (!blocks->file_known) {
        blocks->file = header->file;
        blocks->file_known = true;
    }
    if (header->file != blocks->file)
        return reason_file;
    return header->number < blocks->number ? reason_order : NULL;
}

/* Whether the block follows those before it; tells the gap in front of it, and the block itself as a gap when it does not. */
static bool check_place(struct trace_blocks *blocks, const struct trace_block *block, struct trace_gap *gap)
{
    const struct trace_block_header *header = &block->header;
    const char *reason = misplaced(blocks, header);
    if (reason != NULL) {
        if (gap->bytes > 0)
            trace_blocks_gap(blocks, *gap);
        trace_blocks_gap(blocks, (struct trace_gap){.offset = block->offset,
                                                    .bytes = blocks->block_bytes,
                                                    .from_ns = blocks->last_ns,
                                                    .to_ns = blocks->last_ns,
                                                    .reason = reason});
        return false;
    }
    gap->missing_blocks = header->number - blocks->number;
    if (gap->reason == NULL)
        gap->reason = reason_missing;
    if (gap->bytes > 0 || gap->missing_blocks > 0)
        trace_blocks_gap(blocks, *gap);
    blocks->number = (uint64_t)header->number + 1;
    blocks->last_ns = header->last_ns > blocks->last_ns ? header->last_ns : blocks->last_ns;
    return true;
}

int trace_blocks_next(struct trace_blocks *blocks, struct trace_block *ret_block, struct error *reterr)
{
    struct trace_completeness *completeness = &blocks->completeness;
    while (!blocks->ended) {
        trace_input_skip(&blocks->input, blocks->block_bytes);
        blocks->block_bytes = 0;
        struct trace_gap gap;
        int code = find_block(blocks, ret_block, &gap, reterr);
        if (code < 0)
            return code;
        if (code == 0) {
            blocks->ended = true;
            completeness->truncated = true;
            completeness->truncated_offset = gap.offset;
            completeness->file_bytes = blocks->input.offset;
            completeness->unused_bytes = blocks->input.offset - gap.offset;
            return 0;
        }
        blocks->block_bytes = TRACE_BLOCK_HEADER_BYTES + ret_block->header.stored_bytes;
        gap.from_ns = blocks->last_ns;
        gap.to_ns = ret_block->header.first_ns;
        if (!check_place(blocks, ret_block, &gap))
            continue;
        completeness->blocks++;
        if (ret_block->header.kind == TRACE_BLOCK_END) {
            blocks->ended = true;
            completeness->has_end = true;
        }
        return 1;
    }
    if (!completeness->has_end)
        return 0;
    trace_input_skip(&blocks->input, blocks->block_bytes);
    blocks->block_bytes = 0;
    uint64_t end_offset = blocks->input.offset;
    int code = read_rest(blocks, reterr);
    if (completeness->file_bytes > end_offset)
        completeness->trailing_bytes = completeness->file_bytes - end_offset;
    return code;
}

void trace_blocks_close(struct trace_blocks *blocks)
{
    trace_input_close(&blocks->input);
}
