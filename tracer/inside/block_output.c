#include "tracer/inside/block_output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tracer/format/little_endian.h"
#include "tracer/format/trace_file.h"
#include "tracer/format/varint.h"
#include "tracer/inside/xxh64.h"

enum { CHECKSUM_AT = 56 };

static struct {
    int fd, error;
    uint64_t file; /* checksum of the file header, by which blocks name their file */
    uint32_t block_number;
    uint8_t kind; /* of the open block; 0: none */
    uint32_t entry_count;
    size_t size;
    uint8_t payload[TRACE_BLOCK_RAW_MAX];
} output;

static void write_all(const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0 && output.error == 0) {
        ssize_t written = write(output.fd, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            output.error = written < 0 ? -errno : -EIO;
            return;
        }
        at += written;
        size -= (size_t)written;
    }
}

void block_output_start(int fd, const struct block_file *file, uint32_t pid, uint64_t wall_ns)
{
    uint8_t header[TRACE_FILE_HEADER_BYTES] = {0};
    memcpy(header, file->magic, TRACE_MAGIC_BYTES);
    put_u16(header + 8, file->major);
    put_u16(header + 10, file->minor);
    put_u32(header + 12, pid);
    put_u64(header + 16, wall_ns);
    put_u64(header + CHECKSUM_AT, xxh64(header, CHECKSUM_AT, 0));
    output.fd = fd;
    output.error = 0;
    output.block_number = 0;
    output.kind = 0;
    output.file = get_u64(header + CHECKSUM_AT);
    write_all(header, sizeof header);
}

void block_output_flush(void)
{
    if (output.kind == 0)
        return;
    uint8_t header[TRACE_BLOCK_HEADER_BYTES] = {0};
    memcpy(header, TRACE_BLOCK_MAGIC, TRACE_MAGIC_BYTES);
    header[8] = output.kind;
    header[9] = TRACE_PLAIN;
    put_u32(header + 12, output.block_number++);
    put_u32(header + 16, (uint32_t)output.size);
    put_u32(header + 20, (uint32_t)output.size);
    put_u32(header + 40, output.entry_count);
    put_u64(header + 48, output.file);
    put_u64(header + CHECKSUM_AT, xxh64(output.payload, output.size, xxh64(header, CHECKSUM_AT, 0)));
    write_all(header, sizeof header);
    write_all(output.payload, output.size);
    output.kind = 0;
}

bool block_output_fits(size_t bytes)
{
    return output.size + bytes <= sizeof output.payload;
}

bool block_output_entry(uint8_t kind, size_t bytes_max)
{
    bool is_first = output.kind != kind || !block_output_fits(bytes_max);
    if (is_first) {
        block_output_flush();
        output.kind = kind;
        output.size = 0;
        output.entry_count = 0;
    }
    output.entry_count++;
    return is_first;
}

void block_output_number(uint64_t value)
{
    output.size = (size_t)(varint_write(output.payload + output.size, value) - output.payload);
}

void block_output_delta(uint64_t value, uint64_t base)
{
    block_output_number(zigzag_delta(value, base));
}

void block_output_bytes(const void *bytes, size_t size)
{
    memcpy(output.payload + output.size, bytes, size);
    output.size += size;
}

void block_output_text(const char *text)
{
    size_t size = text != NULL ? strnlen(text, BLOCK_TEXT_BYTES_MAX) : 0;
    block_output_number(size);
    if (size > 0)
        block_output_bytes(text, size);
}

int block_output_finish(void)
{
    block_output_entry(TRACE_BLOCK_END, TRACE_END_BYTES);
    uint8_t end[TRACE_END_BYTES] = {0};
    put_u32(end, TRACE_ENDED);
    block_output_bytes(end, sizeof end);
    block_output_flush();
    return output.error;
}
