/* trace_file.c: the frame of a .gctrace file to and from bytes. */
#include "tracer/format/trace_file.h"

#include <xxhash.h>

#include "tracer/format/heap_file.h"
#include "tracer/format/little_endian.h"

enum { CHECKSUM_AT = 56 };

void trace_file_header_write(struct trace_file_header *header, uint8_t out[TRACE_FILE_HEADER_BYTES])
{
    memset(out, 0, TRACE_FILE_HEADER_BYTES);
    memcpy(out, header->magic != NULL ? header->magic : TRACE_FILE_MAGIC, TRACE_MAGIC_BYTES);
    put_u16(out + 8, header->major);
    put_u16(out + 10, header->minor);
    put_u32(out + 12, header->pid);
    put_u64(out + 16, header->start_wall_ns);
    header->checksum = XXH64(out, CHECKSUM_AT, 0);
    put_u64(out + CHECKSUM_AT, header->checksum);
}

bool trace_file_header_read(const uint8_t in[TRACE_FILE_HEADER_BYTES], struct trace_file_header *ret_header)
{
    ret_header->magic = memcmp(in, HEAP_FILE_MAGIC, TRACE_MAGIC_BYTES) == 0 ? HEAP_FILE_MAGIC : NULL;
    ret_header->major = get_u16(in + 8);
    ret_header->minor = get_u16(in + 10);
    ret_header->pid = get_u32(in + 12);
    ret_header->start_wall_ns = get_u64(in + 16);
    ret_header->checksum = get_u64(in + CHECKSUM_AT);
    return ret_header->checksum == XXH64(in, CHECKSUM_AT, 0);
}

static uint64_t block_checksum(const uint8_t header[TRACE_BLOCK_HEADER_BYTES], const uint8_t *payload, uint32_t bytes)
{
    return XXH64(payload, bytes, XXH64(header, CHECKSUM_AT, 0));
}

void trace_block_header_write(const struct trace_block_header *header, const uint8_t *payload,
                              uint8_t out[TRACE_BLOCK_HEADER_BYTES])
{
    memset(out, 0, TRACE_BLOCK_HEADER_BYTES);
    memcpy(out, TRACE_BLOCK_MAGIC, TRACE_MAGIC_BYTES);
    out[8] = header->kind;
    out[9] = header->encoding;
    put_u32(out + 12, header->number);
    put_u32(out + 16, header->stored_bytes);
    put_u32(out + 20, header->raw_bytes);
    put_u64(out + 24, header->first_ns);
    put_u64(out + 32, header->last_ns);
    put_u32(out + 40, header->count);
    put_u32(out + 44, header->lost);
    put_u64(out + 48, header->file);
    put_u64(out + CHECKSUM_AT, block_checksum(out, payload, header->stored_bytes));
}

const char *trace_block_header_read(const uint8_t in[TRACE_BLOCK_HEADER_BYTES], struct trace_block_header *ret_header)
{
    if (memcmp(in, TRACE_BLOCK_MAGIC, TRACE_MAGIC_BYTES) != 0)
        return "no block begins here";
    *ret_header = (struct trace_block_header){
        .kind = in[8],
        .encoding = in[9],
        .number = get_u32(in + 12),
        .stored_bytes = get_u32(in + 16),
        .raw_bytes = get_u32(in + 20),
        .first_ns = get_u64(in + 24),
        .last_ns = get_u64(in + 32),
        .count = get_u32(in + 40),
        .lost = get_u32(in + 44),
        .file = get_u64(in + 48),
    };
    if (ret_header->stored_bytes > TRACE_BLOCK_STORED_MAX || ret_header->raw_bytes > TRACE_BLOCK_RAW_MAX)
        return "a block is larger than any block";
    if (ret_header->encoding > TRACE_ZSTD)
        return "a block has an unknown encoding";
    if (ret_header->encoding == TRACE_PLAIN && ret_header->stored_bytes != ret_header->raw_bytes)
        return "a block's two sizes disagree";
    return NULL;
}

bool trace_block_verify(const uint8_t in[TRACE_BLOCK_HEADER_BYTES], const uint8_t *payload, uint32_t stored_bytes)
{
    return get_u64(in + CHECKSUM_AT) == block_checksum(in, payload, stored_bytes);
}

void trace_end_write(const struct trace_end *end, uint8_t out[TRACE_END_BYTES])
{
    put_u32(out, end->ending);
    put_u32(out + 4, (uint32_t)end->wait_status);
    put_u64(out + 8, end->lost_events);
    put_u64(out + 16, end->lost_contexts);
}

void trace_end_read(const uint8_t in[TRACE_END_BYTES], struct trace_end *ret_end)
{
    ret_end->ending = (enum trace_ending)get_u32(in);
    ret_end->wait_status = (int32_t)get_u32(in + 4);
    ret_end->lost_events = get_u64(in + 8);
    ret_end->lost_contexts = get_u64(in + 16);
}

void trace_left_out_write(const struct trace_left_out *left_out, uint8_t out[TRACE_GAP_BYTES])
{
    put_u64(out, left_out->offset);
    put_u64(out + 8, left_out->bytes);
    put_u64(out + 16, left_out->missing_blocks);
    put_u64(out + 24, left_out->from_ns);
    put_u64(out + 32, left_out->to_ns);
}

void trace_left_out_read(const uint8_t in[TRACE_GAP_BYTES], struct trace_left_out *ret_left_out)
{
    ret_left_out->offset = get_u64(in);
    ret_left_out->bytes = get_u64(in + 8);
    ret_left_out->missing_blocks = get_u64(in + 16);
    ret_left_out->from_ns = get_u64(in + 24);
    ret_left_out->to_ns = get_u64(in + 32);
}
