#include "tracer/format/trace_repair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tracer/format/trace_blocks.h"
#include "tracer/format/trace_output.h"

/* Puts a block with a plain payload of `bytes` bytes, already in place. */
static void put_plain(struct trace_output *output, enum trace_block_kind kind, uint32_t bytes, uint64_t first_ns,
                      uint64_t last_ns)
{
    struct trace_block_header header = {.kind = (uint8_t)kind,
                                        .encoding = TRACE_PLAIN,
                                        .stored_bytes = bytes,
                                        .raw_bytes = bytes,
                                        .first_ns = first_ns,
                                        .last_ns = last_ns,
                                        .count = 1};
    trace_output_block(output, &header);
}

static void put_gap(struct trace_output *output, const struct trace_left_out *left_out)
{
    trace_left_out_write(left_out, trace_output_payload(output));
    put_plain(output, TRACE_BLOCK_GAP, TRACE_GAP_BYTES, left_out->from_ns, left_out->to_ns);
}

static void put_end(struct trace_output *output, uint64_t time_ns)
{
    struct trace_end end = {.ending = TRACE_REPAIRED};
    trace_end_write(&end, trace_output_payload(output));
    put_plain(output, TRACE_BLOCK_END, TRACE_END_BYTES, time_ns, time_ns);
}

static void copy_block(struct trace_output *output, const struct trace_block *block, struct trace_repair *repair)
{
    struct trace_block_header header = block->header;
    memcpy(trace_output_payload(output), block->stored, header.stored_bytes);
    trace_output_block(output, &header);
    repair->kept_blocks++;
    repair->kept_bytes += TRACE_BLOCK_HEADER_BYTES + header.stored_bytes;
}

/* What the completeness has more than at the last call: one gap block for it. */
static void put_new_gaps(struct trace_output *output, const struct trace_completeness *now, struct trace_repair *repair,
                         uint64_t from_ns, uint64_t to_ns, uint64_t offset)
{
    if (now->gap_count == repair->gaps)
        return;
    struct trace_left_out left_out = {.offset = offset,
                                      .bytes = now->gap_bytes - repair->left_out_bytes,
                                      .missing_blocks = now->missing_blocks - repair->missing_blocks,
                                      .from_ns = from_ns,
                                      .to_ns = to_ns};
    put_gap(output, &left_out);
    repair->gaps = now->gap_count;
    repair->left_out_bytes = now->gap_bytes;
    repair->missing_blocks = now->missing_blocks;
}

static int copy_blocks(struct trace_blocks *blocks, struct trace_output *output, struct trace_repair *repair,
                       struct error *reterr)
{
    struct trace_block block;
    uint64_t last_ns = 0, next_offset = TRACE_FILE_HEADER_BYTES;
    int code;
    while ((code = trace_blocks_next(blocks, &block, reterr)) > 0 && output->error.code == 0) {
        put_new_gaps(output, &blocks->completeness, repair, last_ns, block.header.first_ns, next_offset);
        copy_block(output, &block, repair);
        last_ns = blocks->last_ns;
        next_offset = block.offset + TRACE_BLOCK_HEADER_BYTES + block.header.stored_bytes;
    }
    if (code < 0 || output->error.code < 0)
        return code;
    put_new_gaps(output, &blocks->completeness, repair, last_ns, last_ns, next_offset);
    repair->end_written = !blocks->completeness.has_end;
    if (repair->end_written)
        put_end(output, last_ns);
    repair->left_out_bytes += blocks->completeness.unused_bytes + blocks->completeness.trailing_bytes;
    return 0;
}

/* A new file beside `to`; its name is given for the rename. */
static int create_beside(const char *to, struct trace_output *output, char **ret_path, struct error *reterr)
{
    if (asprintf(ret_path, "%s.XXXXXX", to) < 0)
        return error_set(reterr, -ENOMEM, "cannot repair into '%s': out of memory", to);
    int fd = mkstemp(*ret_path);
    if (fd < 0) {
        int code = error_set(reterr, -errno, "cannot create '%s': %s", to, strerror(errno));
        free(*ret_path);
        return code;
    }
    mode_t mask = umask(0);
    umask(mask);
    int code = fchmod(fd, 0666 & ~mask) < 0 ? error_set(reterr, -errno, "cannot create '%s': %s", to, strerror(errno))
                                            : 0;
    if (code < 0)
        close(fd);
    else
        code = trace_output_open(output, fd, to, reterr);
    if (code < 0) {
        unlink(*ret_path);
        free(*ret_path);
    }
    return code;
}

static int repair_into(struct trace_blocks *blocks, const char *to, struct trace_repair *repair, struct error *reterr)
{
    struct trace_output output;
    char *path;
    int code = create_beside(to, &output, &path, reterr);
    if (code < 0)
        return code;
    struct trace_file_header header = blocks->header;
    header.major = TRACE_VERSION_MAJOR;
    trace_output_file_header(&output, &header);
    int read_code = copy_blocks(blocks, &output, repair, reterr);
    /* What went wrong first is told. */
    code = trace_output_close(&output, read_code < 0 ? NULL : reterr);
    code = read_code < 0 ? read_code : code;
    if (code == 0 && rename(path, to) < 0)
        code = error_set(reterr, -errno, "cannot replace '%s': %s", to, strerror(errno));
    if (code < 0)
        unlink(path);
    free(path);
    return code;
}

int trace_repair(const char *from, const char *to, struct trace_repair *ret_repair, struct error *reterr)
{
    *ret_repair = (struct trace_repair){0};
    struct trace_input input;
    int code = trace_input_open(&input, from, reterr);
    if (code < 0)
        return code;
    struct trace_blocks *blocks = malloc(sizeof *blocks);
    if (blocks == NULL) {
        trace_input_close(&input);
        return error_set(reterr, -ENOMEM, "cannot repair '%s': out of memory", from);
    }
    code = trace_blocks_open(blocks, &input, reterr);
    if (code == 0) {
        code = repair_into(blocks, to, ret_repair, reterr);
        trace_blocks_close(blocks);
    }
    free(blocks);
    return code;
}
