/* dump.h: a heap dump written by the program itself (docs/formats/gcheap.md).
 *
 * Runs in a child made by _Fork() while the world stood, whose only thread it is: the parent goes on meanwhile. Calls no malloc, takes no lock, touches
 * no shared memory. Uses up to 1 MiB of static memory, which the parent never touches.
 */
#ifndef TRACER_DUMP_DUMP_H
#define TRACER_DUMP_DUMP_H

#include <stdint.h>

struct dump_options {
    uint32_t pid;
    uint64_t wall_ns;
};

/* Writes all of it to `fd`. 0, or -errno of the write that failed. */
int dump_write(int fd, const struct dump_options *options);

#endif
