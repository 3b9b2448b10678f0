/* trace_input.h: a window that moves over a file, a pipe or memory, forwards only.
 *
 *          offset                 + available
 *     ......|#########################|.....      `bytes` points at the byte at `offset`
 */
#ifndef TRACER_FORMAT_TRACE_INPUT_H
#define TRACER_FORMAT_TRACE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "tracer/format/trace_file.h"

enum { TRACE_INPUT_BYTES = 2 * (TRACE_BLOCK_HEADER_BYTES + TRACE_BLOCK_STORED_MAX) };

struct trace_input {
    const uint8_t *bytes;
    size_t available;
    uint64_t offset;
    bool at_end; /* nothing follows what is available */
    int fd;      /* -1: memory */
    char *name;
    uint8_t *buffer;
};

/* `path` "-" is standard input. */
[[nodiscard]] int trace_input_open(struct trace_input *input, const char *path, struct error *reterr);

/* Takes the descriptor, also on failure. */
[[nodiscard]] int trace_input_open_fd(struct trace_input *input, int take_fd, const char *name, struct error *reterr);
[[nodiscard]] int trace_input_open_memory(struct trace_input *input, const void *bytes, size_t size,
                                          struct error *reterr);

/* Makes `need` bytes (at most TRACE_INPUT_BYTES) available, or all that there are. 0 or negative with `reterr`. */
[[nodiscard]] int trace_input_fill(struct trace_input *input, size_t need, struct error *reterr);

/* Moves on; count <= available. */
void trace_input_skip(struct trace_input *input, size_t count);

void trace_input_close(struct trace_input *input);

#endif
