#include "tracer/format/trace_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int trace_input_open(struct trace_input *input, const char *path, struct error *reterr)
{
    bool standard_input = strcmp(path, "-") == 0;
    int fd = standard_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(reterr, -errno, "cannot open trace '%s': %s", path, strerror(errno));
    return trace_input_open_fd(input, fd, standard_input ? "standard input" : path, reterr);
}

int trace_input_open_fd(struct trace_input *input, int take_fd, const char *name, struct error *reterr)
{
    *input = (struct trace_input){.fd = take_fd, .name = strdup(name), .buffer = malloc(TRACE_INPUT_BYTES)};
    input->bytes = input->buffer;
    if (input->name != NULL && input->buffer != NULL)
        return 0;
    trace_input_close(input);
    return error_set(reterr, -ENOMEM, "cannot open trace '%s': out of memory", name);
}

int trace_input_open_memory(struct trace_input *input, const void *bytes, size_t size, struct error *reterr)
{
    *input = (struct trace_input){
        .fd = -1, .name = strdup("memory"), .bytes = bytes, .available = size, .at_end = true};
    return input->name != NULL ? 0 : error_set(reterr, -ENOMEM, "cannot open trace: out of memory");
}

int trace_input_fill(struct trace_input *input, size_t need, struct error *reterr)
{
    if (input->available >= need || input->at_end)
        return 0;
    memmove(input->buffer, input->bytes, input->available);
    input->bytes = input->buffer;
    while (input->available < need) {
        ssize_t got = read(input->fd, input->buffer + input->available, TRACE_INPUT_BYTES - input->available);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(reterr, -errno, "cannot read trace '%s': %s", input->name, strerror(errno));
        if (got == 0) {
            input->at_end = true;
            return 0;
        }
        input->available += (size_t)got;
    }
    return 0;
}

void trace_input_skip(struct trace_input *input, size_t count)
{
    input->bytes += count;
    input->available -= count;
    input->offset += count;
}

void trace_input_close(struct trace_input *input)
{
    if (input->fd >= 0)
        close(input->fd);
    free(input->name);
    free(input->buffer);
}
