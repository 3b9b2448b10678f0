/* environment.h: reads the GCRT_* variables of environment_table.h. An unknown or malformed one is an error that names it. */
#ifndef RUNTIME_ENVIRONMENT_H
#define RUNTIME_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <gcrt/run.h>

#include "platform/invariant.h"

enum { ENVIRONMENT_PERCENT_OFF = -1 };

struct environment_stress {
    unsigned collect_every; /* 0: not */
    bool migrate;
    bool barrier;
};

struct environment {
    unsigned procs; /* 0: the processors of this process */
    int percent;    /* or ENVIRONMENT_PERCENT_OFF */
    bool is_mark;   /* the only mode there is */
    struct environment_stress stress;
    bool verify;
    enum invariant fault;        /* INVARIANT_COUNT: none */
    const char *crash_directory; /* NULL: none */
    const char *heap_dump;       /* NULL: not asked for */
    const char *trace;           /* NULL: not asked for */
    enum gcrt_log_level log;
};

/* The defaults, then `options` (may be NULL), then the variables, which programs with raised privileges (AT_SECURE) ignore. 0, or -EINVAL and a message that names the variable. */
int environment_read(const struct gcrt_options *options, struct environment *ret_environment, char *reterr,
                     size_t reterr_bytes);

#endif
