/* request.h: requests as RESP2 writes them, read in place in the buffer in which they arrive.
 *
 *     an array of bulks     *2\r\n $3\r\nGET\r\n $1\r\nk\r\n          (without the spaces)
 *     or a line             GET k\r\n                                 words, maybe "quoted\x00" or 'quoted'
 *
 *     input     | done with | request being read ... | not looked at |     free     |
 *               0           begin              position            end        capacity
 *
 * Arguments are offsets from `begin`, since the buffer moves when it must grow. Reading goes on where it stopped, so a request that arrives
 * in many pieces is looked at once.
 */
#ifndef KVSERVER_REQUEST_H
#define KVSERVER_REQUEST_H

#include "bytes.h"

enum {
    REQUEST_LINE_BYTES_MAX = 64 * 1024,
    REQUEST_ARGUMENTS_MAX = 1024 * 1024,
    REQUEST_BULK_BYTES_MAX = 512 * 1024 * 1024,
};

struct argument {
    size_t offset, length;
};

struct request {
    char *input; /* a heap object */
    size_t begin, position, end, capacity;

    struct argument *arguments; /* a heap object */
    size_t argument_count, argument_capacity;

    int64_t missing_arguments; /* of an array that is being read */
    int64_t bulk_length;       /* of the bulk that is being read; -1: its length comes next */
    char error[40];            /* after REQUEST_ERROR: the message */
};

enum request_state {
    REQUEST_READY,      /* arguments [0, argument_count) are there; none: nothing to be done */
    REQUEST_INCOMPLETE, /* more input is needed */
    REQUEST_ERROR,      /* the stream cannot be followed any more */
};

/* Reads on until a request is whole. */
enum request_state request_read(struct request *request);

/* Begins the next one. Arguments of the last one are gone. */
void request_next(struct request *request);

/* Free space behind `end`, at least some; who fills it adds to `end`. Only between requests or after REQUEST_INCOMPLETE. */
char *request_space(struct request *request, size_t *ret_size);

static inline struct bytes request_argument(const struct request *request, size_t index)
{
    const struct argument *argument = &request->arguments[index];
    return (struct bytes){request->input + request->begin + argument->offset, argument->length};
}

#endif
