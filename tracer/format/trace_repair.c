/* trace_repair.c: blocks are copied from one file to another. */
#include "tracer/format/trace_repair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tracer/format/trace_blocks.h"
#include "tracer/format/trace_output.h"

/* A repair under way. `kept` is the end of the last block that was kept. */
struct copy {
    struct trace_blocks blocks;
    struct trace_output output;
    uint64_t kept_end, kept_ns;
    struct trace_repair *repair;
};

/* Appends a block whose plain payload of `bytes` bytes is in place. */
static void put_plain(struct copy *copy, enum trace_block_kind kind, uint32_t bytes, uint64_t from_ns, uint64_t to_ns)
{
    struct trace_block_header header = {.kind = (uint8_t)kind,
                                        .encoding = TRACE_PLAIN,
                                        .stored_bytes = bytes,
                                        .raw_bytes = bytes,
                                        .first_ns = from_ns,
                                        .last_ns = to_ns,
                                        .count = 1};
    trace_output_block(&copy->output, &header);
}

/* Says in place of what was not kept that it is missing. */
static void put_gap(struct copy *copy, uint64_t bytes, uint64_t missing_blocks, uint64_t to_ns)
{
    if (bytes == 0 && missing_blocks == 0)
        return;
    struct trace_left_out left_out = {.offset = copy->kept_end,
                                      .bytes = bytes,
                                      .missing_blocks = missing_blocks,
                                      .from_ns = copy->kept_ns,
                                      .to_ns = to_ns > copy->kept_ns ? to_ns : copy->kept_ns};
    trace_left_out_write(&left_out, trace_output_payload(&copy->output));
    put_plain(copy, TRACE_BLOCK_GAP, TRACE_GAP_BYTES, left_out.from_ns, left_out.to_ns);
    copy->repair->gaps++;
    copy->repair->left_out_bytes += bytes;
    copy->repair->missing_blocks += missing_blocks;
}

/* One gap for all that was found missing since the last call. */
static void put_gaps_since(struct copy *copy, struct trace_completeness *told, uint64_t to_ns)
{
    const struct trace_completeness *now = &copy->blocks.completeness;
    put_gap(copy, now->gap_bytes - told->gap_bytes, now->missing_blocks - told->missing_blocks, to_ns);
    *told = *now;
}

static void put_block(struct copy *copy, const struct trace_block *block)
{
    struct trace_block_header header = block->header;
    memcpy(trace_output_payload(&copy->output), block->stored, header.stored_bytes);
    trace_output_block(&copy->output, &header);
    uint64_t bytes = TRACE_BLOCK_HEADER_BYTES + header.stored_bytes;
    copy->kept_end = block->offset + bytes;
    copy->kept_ns = copy->blocks.last_ns;
    copy->repair->kept_blocks++;
    copy->repair->kept_bytes += bytes;
}

/* A damaged header is written anew, without the facts that it held. */
static void put_header(struct copy *copy)
{
    struct trace_file_header header = copy->blocks.header;
    bool damaged = copy->blocks.completeness.header_damaged;
    if (damaged)
        header = (struct trace_file_header){
            .magic = header.magic, .major = TRACE_VERSION_MAJOR, .minor = TRACE_VERSION_MINOR};
    trace_output_file_header(&copy->output, &header);
    put_gap(copy, damaged ? TRACE_FILE_HEADER_BYTES : 0, 0, 0);
    copy->kept_end = TRACE_FILE_HEADER_BYTES;
}

static void put_end(struct copy *copy)
{
    struct trace_end end = {.ending = TRACE_REPAIRED};
    trace_end_write(&end, trace_output_payload(&copy->output));
    put_plain(copy, TRACE_BLOCK_END, TRACE_END_BYTES, copy->kept_ns, copy->kept_ns);
    copy->repair->end_written = true;
}

static int copy_all(struct copy *copy, struct error *reterr)
{
    struct trace_completeness told = {0};
    struct trace_block block;
    int code;
    put_header(copy);
    while ((code = trace_blocks_next(&copy->blocks, &block, reterr)) > 0 && copy->output.error.code == 0) {
        put_gaps_since(copy, &told, block.header.first_ns);
        put_block(copy, &block);
    }
    if (code < 0)
        return code;
    put_gaps_since(copy, &told, 0);
    const struct trace_completeness *found = &copy->blocks.completeness;
    if (!found->has_end) {
        put_gap(copy, found->unused_bytes, 0, 0);
        put_end(copy);
    }
    copy->repair->left_out_bytes += found->trailing_bytes;
    /* `to` may be the only other copy: what replaces it is on the disk first. */
    if (copy->output.error.code == 0 && fsync(copy->output.fd) < 0 && errno != EINVAL)
        return error_set(reterr, -errno, "cannot write '%s': %s", copy->output.name, strerror(errno));
    return 0;
}

/* A new file beside `to`; its path is given for the rename. */
static int create_beside(const char *to, struct trace_output *output, char **ret_path, struct error *reterr)
{
    if (asprintf(ret_path, "%s.%d.part", to, (int)getpid()) < 0)
        return error_set(reterr, -ENOMEM, "cannot repair into '%s': out of memory", to);
    int fd = open(*ret_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int code = fd < 0 ? error_set(reterr, -errno, "cannot create '%s': %s", to, strerror(errno)) : 0;
    if (code == 0) {
        code = trace_output_open(output, fd, to, reterr);
        if (code < 0)
            unlink(*ret_path);
    }
    if (code < 0)
        free(*ret_path);
    return code;
}

static int repair_into(struct copy *copy, const char *to, struct error *reterr)
{
    char *path;
    int code = create_beside(to, &copy->output, &path, reterr);
    if (code < 0)
        return code;
    int read_code = copy_all(copy, reterr);
    /* What went wrong first is told. */
    code = trace_output_close(&copy->output, read_code < 0 ? NULL : reterr);
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
    struct copy copy = {.repair = ret_repair};
    const struct trace_file_kind *kind = trace_file_kind_of(&input, reterr);
    if (kind == NULL) {
        code = reterr != NULL ? reterr->code : -EIO;
        trace_input_close(&input);
        return code;
    }
    code = trace_blocks_open(&copy.blocks, &input, kind, reterr);
    if (code == 0) {
        code = repair_into(&copy, to, reterr);
        trace_blocks_close(&copy.blocks);
    }
    return code;
}
