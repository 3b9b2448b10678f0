#include "tracer/format/trace_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int trace_output_open(struct trace_output *output, int take_fd, const char *name, struct error *reterr)
{
    *output = (struct trace_output){.fd = take_fd, .start = lseek(take_fd, 0, SEEK_CUR)};
    output->name = strdup(name);
    output->block = malloc(TRACE_BLOCK_HEADER_BYTES + TRACE_BLOCK_STORED_MAX);
    if (output->name != NULL && output->block != NULL)
        return 0;
    free(output->name);
    free(output->block);
    close(take_fd);
    return error_set(reterr, -ENOMEM, "cannot write trace '%s': out of memory", name);
}

static void output_fail(struct trace_output *output, int number)
{
    error_set(&output->error, -number, "cannot write trace '%s' on after %llu bytes: %s", output->name,
              (unsigned long long)output->bytes, strerror(number));
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        error_hint(&output->error, "what was recorded before can be read; write to another disk with -o");
    /* Best effort: what is left of a torn block is recognised as such by readers anyway. */
    if (output->start >= 0 && ftruncate(output->fd, output->start + (int64_t)output->bytes) == 0)
        (void)lseek(output->fd, output->start + (int64_t)output->bytes, SEEK_SET);
}

static void output_write(struct trace_output *output, const uint8_t *bytes, size_t size)
{
    size_t done = 0;
    while (output->error.code == 0 && done < size) {
        ssize_t written = write(output->fd, bytes + done, size - done);
        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || errno != EINTR)
            output_fail(output, written == 0 ? ENOSPC : errno);
    }
    if (output->error.code == 0)
        output->bytes += size;
}

void trace_output_file_header(struct trace_output *output, struct trace_file_header *header)
{
    uint8_t bytes[TRACE_FILE_HEADER_BYTES];
    trace_file_header_write(header, bytes);
    output->file = header->checksum;
    output_write(output, bytes, sizeof bytes);
}

uint8_t *trace_output_payload(struct trace_output *output)
{
    return output->block + TRACE_BLOCK_HEADER_BYTES;
}

void trace_output_block(struct trace_output *output, struct trace_block_header *header)
{
    if (output->error.code != 0)
        return;
    header->number = output->block_number++;
    header->file = output->file;
    trace_block_header_write(header, trace_output_payload(output), output->block);
    output_write(output, output->block, TRACE_BLOCK_HEADER_BYTES + header->stored_bytes);
}

int trace_output_close(struct trace_output *output, struct error *reterr)
{
    /* Some file systems (NFS, quotas) say only here that there was no room. */
    if (close(output->fd) < 0 && output->error.code == 0 && errno != EINTR)
        error_set(&output->error, -errno, "cannot write trace '%s': %s", output->name, strerror(errno));
    int code = output->error.code;
    if (code < 0 && reterr != NULL)
        *reterr = output->error;
    free(output->name);
    free(output->block);
    return code;
}
