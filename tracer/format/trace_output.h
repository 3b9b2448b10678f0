/* trace_output.h: whole blocks to a descriptor. Used by the writer and by repair.
 *
 * Invariant O1: after any failure the file, when it can be cut, ends with a whole block; the first error stays.
 */
#ifndef TRACER_FORMAT_TRACE_OUTPUT_H
#define TRACER_FORMAT_TRACE_OUTPUT_H

#include <stdint.h>

#include "base/error.h"
#include "tracer/format/trace_file.h"

struct trace_output {
    int fd;
    char *name;
    int64_t start;  /* offset of the file's first byte, -1 in what cannot seek */
    uint64_t bytes; /* written, all of them whole */
    uint32_t block_number;
    uint64_t file;      /* that the blocks name */
    struct error error; /* code 0: none so far */
    uint8_t *block;     /* a block header and TRACE_BLOCK_STORED_MAX bytes, so that a block is one write */
};

/* Takes the descriptor, also on failure. 0 or negative with `reterr`. */
[[nodiscard]] int trace_output_open(struct trace_output *output, int take_fd, const char *name, struct error *reterr);

/* Begins the file; sets the header's checksum. */
void trace_output_file_header(struct trace_output *output, struct trace_file_header *header);

/* Where the stored payload of the next block goes. */
uint8_t *trace_output_payload(struct trace_output *output);

/* Appends the payload that is there; the header's number and file are set here. Nothing after an error. */
void trace_output_block(struct trace_output *output, struct trace_block_header *header);

/* Closes. 0 or the first error. */
[[nodiscard]] int trace_output_close(struct trace_output *output, struct error *reterr);

#endif
