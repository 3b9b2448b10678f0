/* See progress.h. */
#include "gctool/output/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/quantity.h"

#define FIRST_NS  UINT64_C(1000000000)
#define PERIOD_NS UINT64_C(200000000)

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void progress_start(struct progress *progress, const char *what, const char *path)
{
    struct stat status;
    bool has_size = stat(path, &status) == 0 && S_ISREG(status.st_mode);
    *progress = (struct progress){.what = what,
                                  .total_bytes = has_size ? (uint64_t)status.st_size : 0,
                                  .next_ns = isatty(STDERR_FILENO) ? now_ns() + FIRST_NS : UINT64_MAX};
}

void progress_update(struct progress *progress, uint64_t done_bytes)
{
    char done[QUANTITY_TEXT_BYTES], total[QUANTITY_TEXT_BYTES];
    if (progress->next_ns == UINT64_MAX || now_ns() < progress->next_ns)
        return;
    progress->next_ns = now_ns() + PERIOD_NS;
    progress->is_shown = true;
    if (progress->total_bytes > 0)
        fprintf(stderr, "\r\033[K%s: %" PRIu64 " %% of %s", progress->what, done_bytes * 100 / progress->total_bytes,
                quantity_bytes_format(progress->total_bytes, total));
    else
        fprintf(stderr, "\r\033[K%s: %s", progress->what, quantity_bytes_format(done_bytes, done));
}

void progress_end(struct progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
}
