/* recording.h: one recording from the start of the program to the finished file. */
#ifndef GCTOOL_DRAIN_RECORDING_H
#define GCTOOL_DRAIN_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "tracer/format/trace_writer.h"

struct error;

struct recording_options {
    const char *path;   /* of its file: program_find(), program_check() */
    char **arguments;   /* with argument 0, up to NULL */
    const char *output; /* NULL: NAME.PID.gctrace in the working directory */
    int stdout_fd;      /* the program's standard output */
};

struct recording_result {
    char output[4096];
    bool has_begun;     /* the program was started; else nothing was run */
    bool is_no_program; /* !has_begun because exec failed: `reterr` has its error */
    bool has_opened;    /* and called gcrt_run */
    int wait_status;    /* of the program; meaningless when the recording was detached */
    struct trace_end end;
    struct trace_writer_totals totals;
    uint64_t lost_events;          /* in all */
    uint64_t cost_births, cost_ns; /* the recorder's own sample */
    uint64_t duration_ns;
};

/* Runs the program and records it. Returns when it has ended, or at the second interrupt. 0; or negative with `reterr`: nothing
 * was run, or the program ran and the file lacks something. */
[[nodiscard]] int recording_run(const struct recording_options *options, struct recording_result *ret_result,
                                struct error *reterr);

#endif
