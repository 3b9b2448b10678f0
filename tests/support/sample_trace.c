/* sample_trace.c: files in memory. */
#include "support/sample_trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "base/error.h"
#include "tracer/format/little_endian.h"

enum { HEADER_CHECKSUM_AT = 56, BLOCK_FILE_AT = 48 };

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "sample_trace: cannot %s\n", what);
        abort();
    }
}

struct sample_writer sample_open(void)
{
    struct sample_writer writer = {.fd = memfd_create("sample", MFD_CLOEXEC)};
    require(writer.fd >= 0, "make a memfd");
    const struct trace_note notes[] = {{"program", "/usr/bin/sample"}, {"argument", "sample"}, {"argument", "--fast"}};
    struct trace_writer_options options = {
        .start_wall_ns = 1700000000123456789, .pid = 4711, .notes = notes, .note_count = 3};
    require(trace_writer_open_fd(dup(writer.fd), "sample", &options, &writer.trace, NULL) == 0, "open a writer");
    return writer;
}

static void log_event(struct sample_log *log, const uint64_t head[3], const uint64_t *event)
{
    size_t words = 3 + 1 + head[2];
    if (log->count + words > log->capacity) {
        log->capacity = 2 * log->capacity + words;
        log->words = reallocarray(log->words, log->capacity, sizeof log->words[0]);
        require(log->words != NULL, "allocate");
    }
    memcpy(log->words + log->count, head, 3 * sizeof head[0]);
    memcpy(log->words + log->count + 3, event, (words - 3) * sizeof event[0]);
    log->count += words;
}

void sample_event(struct sample_writer *writer, uint32_t ring, uint64_t word, const uint64_t *payload, size_t words)
{
    uint64_t event[TRACE_PAYLOAD_WORDS_MAX + 1] = {word};
    if (words > 0)
        memcpy(event + 1, payload, words * sizeof payload[0]);
    trace_writer_words(writer->trace, ring, event, words + 1);
    if (event_word_kind(word) == EVENT_TIME)
        writer->times_ns[ring] = event_word_argument(word);
    else if (writer->log != NULL)
        log_event(writer->log, (const uint64_t[]){ring, writer->times_ns[ring], words}, event);
}

void sample_time(struct sample_writer *writer, uint32_t ring, uint64_t time_ns)
{
    sample_event(writer, ring, event_word(EVENT_TIME, time_ns), NULL, 0);
}

size_t sample_text(uint64_t *payload, const char *text)
{
    size_t bytes = strlen(text), words = (bytes + 7) / 8;
    memset(payload, 0, words * 8);
    memcpy(payload, text, bytes);
    return words;
}

static struct sample_trace take_file(int take_fd)
{
    off_t size = lseek(take_fd, 0, SEEK_END);
    struct sample_trace trace = {.bytes = malloc((size_t)size + 1), .size = (size_t)size};
    require(trace.bytes != NULL && pread(take_fd, trace.bytes, trace.size, 0) == size, "read the file");
    close(take_fd);
    return trace;
}

struct sample_trace sample_finish(struct sample_writer *take_writer)
{
    const struct trace_end end = {.ending = TRACE_ENDED};
    require(trace_writer_finish(take_writer->trace, &end, NULL) == 0, "finish the file");
    return take_file(take_writer->fd);
}

struct sample_trace sample_abandon(struct sample_writer *take_writer)
{
    trace_writer_abandon(take_writer->trace);
    return take_file(take_writer->fd);
}

struct sample_trace sample_header(uint16_t major, uint16_t minor)
{
    struct sample_trace trace = {.bytes = malloc(TRACE_FILE_HEADER_BYTES), .size = TRACE_FILE_HEADER_BYTES};
    require(trace.bytes != NULL, "allocate");
    struct trace_file_header header = {.major = major, .minor = minor};
    trace_file_header_write(&header, trace.bytes);
    return trace;
}

void sample_append_block(struct sample_trace *trace, struct trace_block_header header, const void *payload, size_t size)
{
    uint32_t number = 0;
    for (size_t at = TRACE_FILE_HEADER_BYTES; at < trace->size; number++)
        at = sample_block_at(trace, number + 1);
    header.number = number;
    header.file = get_u64(trace->bytes + HEADER_CHECKSUM_AT);
    if (header.stored_bytes == 0)
        header.raw_bytes = (uint32_t)size;
    header.stored_bytes = (uint32_t)size;
    trace->bytes = realloc(trace->bytes, trace->size + TRACE_BLOCK_HEADER_BYTES + size);
    require(trace->bytes != NULL, "allocate");
    trace_block_header_write(&header, payload, trace->bytes + trace->size);
    memcpy(trace->bytes + trace->size + TRACE_BLOCK_HEADER_BYTES, payload, size);
    trace->size += TRACE_BLOCK_HEADER_BYTES + size;
}

size_t sample_block_at(const struct sample_trace *trace, size_t nth)
{
    size_t at = TRACE_FILE_HEADER_BYTES;
    while (nth-- > 0 && at < trace->size)
        at += TRACE_BLOCK_HEADER_BYTES + get_u32(trace->bytes + at + 16);
    return at;
}

void sample_reseal(struct sample_trace *trace)
{
    struct trace_file_header file = {0};
    if (trace->size < TRACE_FILE_HEADER_BYTES)
        return;
    (void)trace_file_header_read(trace->bytes, &file);
    trace_file_header_write(&file, trace->bytes);
    size_t at = TRACE_FILE_HEADER_BYTES;
    while (trace->size - at >= TRACE_BLOCK_HEADER_BYTES) {
        struct trace_block_header header;
        uint8_t *block = trace->bytes + at;
        if (trace_block_header_read(block, &header) != NULL ||
            header.stored_bytes > trace->size - at - TRACE_BLOCK_HEADER_BYTES) {
            at++;
            continue;
        }
        header.file = file.checksum;
        trace_block_header_write(&header, block + TRACE_BLOCK_HEADER_BYTES, block);
        at += TRACE_BLOCK_HEADER_BYTES + header.stored_bytes;
    }
}

struct sample_trace sample_plain(const struct sample_trace *trace)
{
    static uint8_t raw[TRACE_BLOCK_RAW_MAX];
    struct sample_trace plain = {.bytes = malloc(TRACE_FILE_HEADER_BYTES), .size = TRACE_FILE_HEADER_BYTES};
    require(plain.bytes != NULL, "allocate");
    memcpy(plain.bytes, trace->bytes, TRACE_FILE_HEADER_BYTES);
    for (size_t nth = 0, at; (at = sample_block_at(trace, nth)) < trace->size; nth++) {
        struct trace_block_header header;
        require(trace_block_header_read(trace->bytes + at, &header) == NULL, "read a block");
        const uint8_t *stored = trace->bytes + at + TRACE_BLOCK_HEADER_BYTES;
        if (header.encoding == TRACE_ZSTD) {
            size_t bytes = ZSTD_decompress(raw, sizeof raw, stored, header.stored_bytes);
            require(bytes == header.raw_bytes, "decompress a block");
            stored = raw;
        }
        header.encoding = TRACE_PLAIN;
        header.stored_bytes = 0;
        sample_append_block(&plain, header, stored, header.raw_bytes);
    }
    return plain;
}

struct sample_trace sample_copy(const struct sample_trace *trace)
{
    struct sample_trace copy = {.bytes = malloc(trace->size + 1), .size = trace->size};
    require(copy.bytes != NULL, "allocate");
    memcpy(copy.bytes, trace->bytes, trace->size);
    return copy;
}

void sample_write_file(const struct sample_trace *trace, const char *path)
{
    FILE *file = fopen(path, "wb");
    require(file != NULL && fwrite(trace->bytes, 1, trace->size, file) == trace->size && fclose(file) == 0, path);
}

struct sample_trace sample_read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    require(file != NULL, path);
    int fd = dup(fileno(file));
    fclose(file);
    return take_file(fd);
}

void sample_free(struct sample_trace *trace)
{
    free(trace->bytes);
    *trace = (struct sample_trace){0};
}

uint64_t sample_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1d;
}
