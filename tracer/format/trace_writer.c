/* trace_writer.c: one open block of events and one of contexts; a full one goes out.
 *
 * Invariant W1: the contexts that the open block of events may name are in the file, or in the open block of contexts, which always
 * goes out first.
 */
#include "tracer/format/trace_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/error.h"
#include "tracer/format/trace_guess.h"
#include "tracer/format/trace_output.h"
#include "tracer/format/trace_tables.h"

enum {
    COMPRESSION_LEVEL = 1,   /* 150 MB/s a core; higher levels cost more than they save: docs/design/trace-format.md */
    COMPRESS_BYTES_MIN = 64, /* less does not pay for the frame around it */
    EVENT_BYTES_MAX = 64,    /* packed: a segment and an event without payload */
    WORD_BYTES_MAX = 10,
};

/* The open block of events. */
struct open_block {
    uint8_t *bytes, *to; /* `to` NULL: no block is open */
    uint64_t first_ns, last_ns;
    uint32_t events, births;
    uint64_t lost;
};

struct trace_writer {
    struct trace_output output;
    struct open_block block;
    struct trace_guesses guesses;
    uint64_t ring_times_ns[RINGS_COUNT_MAX];
    struct trace_payload table; /* contexts waiting for their block; symbols and notes while they are written */
    uint32_t context_next;      /* the id that goes on the open block of contexts */
    uint64_t last_pc;
    struct trace_symbol_packer *symbols;
    ZSTD_CCtx *compressor;
    struct trace_writer_totals totals;
};

/* Compresses `raw` into the output's block and appends it. */
static void write_block(struct trace_writer *writer, struct trace_block_header *header, const uint8_t *raw,
                        size_t raw_bytes)
{
    uint8_t *stored = trace_output_payload(&writer->output);
    header->raw_bytes = (uint32_t)raw_bytes;
    header->encoding = TRACE_PLAIN;
    header->stored_bytes = (uint32_t)raw_bytes;
    size_t compressed = 0;
    if (raw_bytes >= COMPRESS_BYTES_MIN)
        compressed = ZSTD_compressCCtx(writer->compressor, stored, raw_bytes - 1, raw, raw_bytes, COMPRESSION_LEVEL);
    if (compressed != 0 && !ZSTD_isError(compressed)) {
        header->encoding = TRACE_ZSTD;
        header->stored_bytes = (uint32_t)compressed;
    } else {
        memcpy(stored, raw, raw_bytes);
    }
    trace_output_block(&writer->output, header);
    if (writer->output.error.code == 0) {
        writer->totals.blocks++;
        writer->totals.raw_bytes += raw_bytes;
    }
}

/* A block of contexts, symbols or notes. */
static void write_table(struct trace_writer *writer, enum trace_block_kind kind)
{
    if (writer->table.count == 0)
        return;
    uint64_t now_ns = writer->block.last_ns;
    struct trace_block_header header = {
        .kind = (uint8_t)kind, .first_ns = now_ns, .last_ns = now_ns, .count = writer->table.count};
    write_block(writer, &header, writer->table.bytes, writer->table.size);
    writer->table.size = 0;
    writer->table.count = 0;
}

static void close_block(struct trace_writer *writer)
{
    write_table(writer, TRACE_BLOCK_CONTEXTS);
    struct open_block *block = &writer->block;
    if (block->to == NULL)
        return;
    struct trace_block_header header = {
        .kind = TRACE_BLOCK_EVENTS,
        .first_ns = block->first_ns,
        .last_ns = block->last_ns,
        .count = block->events,
        .lost = block->lost < UINT32_MAX ? (uint32_t)block->lost : UINT32_MAX,
    };
    write_block(writer, &header, block->bytes, (size_t)(block->to - block->bytes));
    if (writer->output.error.code == 0) {
        writer->totals.events += block->events;
        writer->totals.births += block->births;
    } else {
        writer->totals.dropped_events += block->events;
    }
    block->to = NULL;
}

static void open_block(struct trace_writer *writer, uint64_t time_ns)
{
    writer->block = (struct open_block){
        .bytes = writer->block.bytes, .to = writer->block.bytes, .first_ns = time_ns, .last_ns = time_ns};
    trace_guesses_reset(&writer->guesses);
}

/* Makes room for an event of `ring` and says when it was. */
static void begin_event(struct trace_writer *writer, uint32_t ring, uint32_t payload_words)
{
    struct open_block *block = &writer->block;
    uint64_t time_ns = writer->ring_times_ns[ring];
    size_t need = EVENT_BYTES_MAX + payload_words * WORD_BYTES_MAX;
    if (block->to != NULL && need > TRACE_BLOCK_RAW_MAX - (size_t)(block->to - block->bytes))
        close_block(writer);
    if (block->to == NULL)
        open_block(writer, time_ns);
    if (ring != writer->guesses.ring || time_ns != writer->guesses.time_ns) {
        block->to = trace_pack_segment(&writer->guesses, block->to, ring, time_ns);
        block->first_ns = time_ns < block->first_ns ? time_ns : block->first_ns;
        block->last_ns = time_ns > block->last_ns ? time_ns : block->last_ns;
    }
    block->events++;
}

/* An event that is no birth and no TIME; returns the words it took, 0 when it makes no sense. */
static size_t write_event(struct trace_writer *writer, uint32_t ring, const uint64_t *words, size_t count)
{
    int payload_words = trace_kind_words(event_word_kind(words[0]));
    if (payload_words == EVENT_COUNTED)
        payload_words = (int)event_word_words(words[0]);
    if (payload_words < 0 || payload_words > TRACE_PAYLOAD_WORDS_MAX || (size_t)payload_words >= count)
        return 0;
    begin_event(writer, ring, (uint32_t)payload_words);
    if (event_word_kind(words[0]) == EVENT_LOST)
        writer->block.lost += event_word_argument(words[0]);
    writer->block.to = trace_pack_event(&writer->guesses, writer->block.to, words[0], words + 1,
                                        (uint32_t)payload_words);
    return (size_t)payload_words + 1;
}

void trace_writer_words(struct trace_writer *writer, uint32_t ring, const uint64_t *words, size_t count)
{
    if (ring >= RINGS_COUNT_MAX) {
        writer->totals.invalid_words += count;
        return;
    }
    for (size_t i = 0; i < count;) {
        size_t taken = 1;
        switch (event_word_kind(words[i])) {
        case EVENT_TIME:
            writer->ring_times_ns[ring] = event_word_argument(words[i]);
            break;
        case EVENT_BIRTH:
            begin_event(writer, ring, 0);
            writer->block.births++;
            writer->block.to = trace_pack_birth(&writer->guesses, writer->block.to, words[i]);
            break;
        default:
            taken = write_event(writer, ring, words + i, count - i);
            if (taken == 0) {
                /* Where the next event would begin cannot be known. */
                writer->totals.invalid_words += count - i;
                return;
            }
        }
        i += taken;
    }
}

static bool append_context(struct trace_writer *writer, uint32_t id, const struct ring_context *node)
{
    if (id != writer->context_next)
        write_table(writer, TRACE_BLOCK_CONTEXTS);
    writer->context_next = id + 1;
    return trace_context_append(&writer->table, id, node, &writer->last_pc);
}

void trace_writer_contexts(struct trace_writer *writer, uint32_t first, const struct ring_context *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t id = first + (uint32_t)i;
        struct ring_context node = nodes[i];
        if (id == 0 || id >= TRACE_CONTEXT_MAX)
            continue; /* node 0 is known to everybody, and nothing can name the others */
        if (node.parent >= id)
            node.parent = 0; /* no reader would believe it */
        while (!append_context(writer, id, &node))
            write_table(writer, TRACE_BLOCK_CONTEXTS);
        writer->totals.contexts++;
    }
}

void trace_writer_symbols(struct trace_writer *writer, const struct trace_symbol *symbols, size_t count)
{
    close_block(writer);
    trace_symbol_packer_reset(writer->symbols);
    for (size_t i = 0; i < count; i++) {
        while (!trace_symbol_append(writer->symbols, &writer->table, &symbols[i])) {
            write_table(writer, TRACE_BLOCK_SYMBOLS);
            trace_symbol_packer_reset(writer->symbols);
        }
        writer->totals.symbols++;
    }
    write_table(writer, TRACE_BLOCK_SYMBOLS);
}

static void write_notes(struct trace_writer *writer, const struct trace_note *notes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        while (!trace_note_append(&writer->table, &notes[i]))
            write_table(writer, TRACE_BLOCK_NOTES);
    }
    write_table(writer, TRACE_BLOCK_NOTES);
}

void trace_writer_flush(struct trace_writer *writer)
{
    close_block(writer);
}

int trace_writer_error(const struct trace_writer *writer, struct error *reterr)
{
    if (writer->output.error.code < 0 && reterr != NULL)
        *reterr = writer->output.error;
    return writer->output.error.code;
}

void trace_writer_totals(const struct trace_writer *writer, struct trace_writer_totals *ret_totals)
{
    *ret_totals = writer->totals;
    ret_totals->file_bytes = writer->output.bytes;
}

static void writer_free(struct trace_writer *writer)
{
    ZSTD_freeCCtx(writer->compressor);
    trace_symbol_packer_free(writer->symbols);
    free(writer->block.bytes);
    free(writer->table.bytes);
    free(writer);
}

int trace_writer_open_fd(int take_fd, const char *name, const struct trace_writer_options *options,
                         struct trace_writer **ret_writer, struct error *reterr)
{
    *ret_writer = NULL;
    struct trace_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        close(take_fd);
        return error_set(reterr, -ENOMEM, "cannot write trace '%s': out of memory", name);
    }
    int code = trace_output_open(&writer->output, take_fd, name, reterr);
    if (code < 0) {
        free(writer);
        return code;
    }
    writer->block.bytes = malloc(TRACE_BLOCK_RAW_MAX);
    writer->table.bytes = malloc(TRACE_BLOCK_RAW_MAX);
    writer->symbols = trace_symbol_packer_new();
    writer->compressor = ZSTD_createCCtx();
    if (writer->block.bytes == NULL || writer->table.bytes == NULL || writer->symbols == NULL ||
        writer->compressor == NULL)
        error_set(&writer->output.error, -ENOMEM, "cannot write trace '%s': out of memory", name);

    struct trace_file_header header = {.major = TRACE_VERSION_MAJOR,
                                       .minor = TRACE_VERSION_MINOR,
                                       .pid = options->pid,
                                       .start_wall_ns = options->start_wall_ns};
    trace_output_file_header(&writer->output, &header);
    if (writer->output.error.code == 0)
        write_notes(writer, options->notes, options->note_count);
    if (writer->output.error.code < 0) {
        code = trace_output_close(&writer->output, reterr);
        writer_free(writer);
        return code;
    }
    *ret_writer = writer;
    return 0;
}

int trace_writer_open(const char *path, const struct trace_writer_options *options, struct trace_writer **ret_writer,
                      struct error *reterr)
{
    *ret_writer = NULL;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        int code = error_set(reterr, -errno, "cannot create trace '%s': %s", path, strerror(errno));
        error_hint(reterr, "choose another file with -o");
        return code;
    }
    return trace_writer_open_fd(fd, path, options, ret_writer, reterr);
}

int trace_writer_finish(struct trace_writer *take_writer, const struct trace_end *end, struct error *reterr)
{
    struct trace_writer *writer = take_writer;
    close_block(writer);
    uint64_t now_ns = writer->block.last_ns;
    uint8_t payload[TRACE_END_BYTES];
    trace_end_write(end, payload);
    struct trace_block_header header = {.kind = TRACE_BLOCK_END, .first_ns = now_ns, .last_ns = now_ns, .count = 1};
    write_block(writer, &header, payload, sizeof payload);
    int code = trace_output_close(&writer->output, reterr);
    writer_free(writer);
    return code;
}

void trace_writer_abandon(struct trace_writer *take_writer)
{
    if (take_writer == NULL)
        return;
    close_block(take_writer);
    int code = trace_output_close(&take_writer->output, NULL);
    (void)code;
    writer_free(take_writer);
}
