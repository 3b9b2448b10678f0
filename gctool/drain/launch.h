/* launch.h: the recorded program as a child process, in two steps: everything else is set up between them, and if that fails the program never
 * began. */
#ifndef GCTOOL_DRAIN_LAUNCH_H
#define GCTOOL_DRAIN_LAUNCH_H

#include <sys/types.h>

struct error;

struct launch {
    pid_t pid;
    int gate_fd;   /* a byte lets the child go on, closing it ends the child */
    int result_fd; /* what exec failed with, or nothing */
};

/* Makes the child, which waits. It will inherit rings_fd and know it by GCRT_TRACE; `stdout_fd` is its standard output. 0, or negative
 * with `reterr`. */
[[nodiscard]] int launch_prepare(int rings_fd, int stdout_fd, const char *path, char *const arguments[],
                                 struct launch *ret_launch, struct error *reterr);

/* Lets the child become the program. 0; or what exec failed with (-ENOENT, -EACCES ...), then the child is gone. */
[[nodiscard]] int launch_start(struct launch *take_launch, const char *path, struct error *reterr);

/* Ends the child that waits. */
void launch_cancel(struct launch *take_launch);

#endif
