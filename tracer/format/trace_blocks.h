/* trace_blocks.h: the whole blocks of a file, one after the other, over whatever damage lies between them.
 *
 * A block is whole when its sizes are in bounds, its checksum matches, it names this file and its number is not below what came before.
 * Where none begins, the next block magic after which a whole block stands is looked for; what lies between is a gap. Invariant B1: every byte of the file
 * is in the file header, in one whole block, in one gap, or in the rest (`unused_bytes`, `trailing_bytes`).
 */
#ifndef TRACER_FORMAT_TRACE_BLOCKS_H
#define TRACER_FORMAT_TRACE_BLOCKS_H

#include "tracer/format/trace_input.h"
#include "tracer/format/trace_reader.h"

struct trace_blocks {
    struct trace_input input;
    struct trace_file_header header;
    uint64_t file; /* that blocks name: the header's checksum or, where that is damaged, what the first block says */
    bool file_known;
    uint64_t number;    /* expected of the next block */
    uint64_t last_ns;   /* the greatest time of the blocks so far */
    size_t block_bytes; /* of the block given last: still in the window */
    bool ended;
    struct trace_completeness completeness;
};

struct trace_block {
    struct trace_block_header header;
    const uint8_t *stored; /* header.stored_bytes of them, until the next call */
    uint64_t offset;
};

/* What a file of blocks can be. */
struct trace_file_kind {
    const char *magic; /* TRACE_MAGIC_BYTES */
    uint16_t major;
    const char *noun;  /* for messages: "trace", "heap dump" */
    const char *file;  /* "gctrace file" */
    const char *maker; /* for the hint: "'gctool trace PROGRAM' makes one" */
};
extern const struct trace_file_kind trace_file_trace, trace_file_heap;

/* What the input is, by its first bytes: a heap dump, or else a trace. NULL with `reterr`: it cannot be read. */
const struct trace_file_kind *trace_file_kind_of(struct trace_input *input, struct error *reterr);

/* Reads the file header, which must be of `kind`; `input` is taken over, also on failure. 0 or negative with `reterr`. */
[[nodiscard]] int trace_blocks_open(struct trace_blocks *blocks, struct trace_input *take_input,
                                    const struct trace_file_kind *kind, struct error *reterr);

/* 1 and the next whole block; 0 at the end; negative with `reterr`. Updates the completeness. */
[[nodiscard]] int trace_blocks_next(struct trace_blocks *blocks, struct trace_block *ret_block, struct error *reterr);

/* Counts a gap; `gap.reason` is a constant text. */
void trace_blocks_gap(struct trace_blocks *blocks, struct trace_gap gap);

void trace_blocks_close(struct trace_blocks *blocks);

#endif
