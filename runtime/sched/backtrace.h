/* backtrace.h: stacks in the runtime's own fatal messages: frame pointers, followed inside one stack, as 'file+0xoffset' for addr2line. */
#ifndef RUNTIME_SCHED_BACKTRACE_H
#define RUNTIME_SCHED_BACKTRACE_H

#include <stdint.h>

struct goroutine;
struct text;

/* ' NAME, started at SITE', as far as known. */
void backtrace_add_identity(struct text *text, const struct goroutine *goroutine);

/* Of a goroutine that waits: from where it parked. */
void backtrace_write_parked(const struct goroutine *goroutine);

/* From the frame `frame_pointer` upwards, within [low, high); the frame's own return address is the first line. */
void backtrace_write(const void *frame_pointer, uintptr_t low, uintptr_t high);

#endif
