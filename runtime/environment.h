/* environment.h: the GCRT_* variables, one table. An unknown or malformed one is an error that names it.
 *
 *  X(NAME, field, kind, text): GCRT_NAME; kind is what its parser is called after (environment.c)
 */
#ifndef RUNTIME_ENVIRONMENT_H
#define RUNTIME_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <gcrt/run.h>

#define GCRT_VARIABLES(X)                                                                                              \
    X(PROCS, procs, count,                                                                                             \
      "workers that run goroutines at the same time, 1 to 256; default: the processors of this process")               \
    X(PERCENT, percent, percent,                                                                                       \
      "growth of the heap, relative to what survived, that starts a collection; 'off': never")                         \
    X(MODE, is_mark, mode, "collector: mark")                                                                          \
    X(STRESS, stress, stress,                                                                                          \
      "comma list: collect=N (every Nth span refill), migrate (every switch changes the queue), barrier (flag always " \
      "on)")                                                                                                           \
    X(TRACE, trace, text, "set by 'gctool trace': where to record")                                                    \
    X(LOG, log, log, "least level to log: error, warning, info")

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
    const char *trace; /* NULL: not asked for */
    enum gcrt_log_level log;
};

/* The defaults, then `options` (may be NULL), then the variables, which programs with raised privileges (AT_SECURE) ignore. 0, or -EINVAL and a message that names the variable. */
int environment_read(const struct gcrt_options *options, struct environment *ret_environment, char *reterr,
                     size_t reterr_bytes);

#endif
