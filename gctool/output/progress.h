/* progress.h: how far something long has come: one line on standard error, where that is a terminal, after a second; erased at the end. */
#ifndef GCTOOL_OUTPUT_PROGRESS_H
#define GCTOOL_OUTPUT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;     /* "reading" */
    uint64_t total_bytes; /* 0: not known */
    uint64_t next_ns;     /* when the line is written again */
    bool is_shown;
};

/* `path` is what is read, for its size. */
void progress_start(struct progress *progress, const char *what, const char *path);

/* Cheap: looks at the clock. */
void progress_update(struct progress *progress, uint64_t done_bytes);

void progress_end(struct progress *progress);

#endif
