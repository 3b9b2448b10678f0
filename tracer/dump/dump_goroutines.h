/* dump_goroutines.h: the goroutines of this process, each with its stack by frame pointers and what it waits for. */
#ifndef TRACER_DUMP_DUMP_GOROUTINES_H
#define TRACER_DUMP_DUMP_GOROUTINES_H

void dump_goroutines_write(void);

#endif
