/* heap_output.h: writes the blocks of a .gcheap file from inside of the dumped program: write(2), static memory, nothing else.
 *
 * Entries are put together in one buffer. heap_output_entry() begins one and says how long it may get, so that no entry is cut by the end of a
 * block; a change of kind ends a block as well.
 *
 * Not reentrant: one dump at a time in a process, which is a child made for it.
 */
#ifndef TRACER_DUMP_HEAP_OUTPUT_H
#define TRACER_DUMP_HEAP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins the file in an open descriptor, which stays the caller's. */
void heap_output_start(int fd, uint32_t pid, uint64_t wall_ns);

/* An entry of a block of this kind (enum heap_block_kind or trace_block_kind) that takes at most `bytes_max`. True: it is the first of a block, so
 * that what it would be told relative to is 0. */
bool heap_output_entry(uint8_t kind, size_t bytes_max);

/* Room for `bytes` more in the block that is open? */
bool heap_output_fits(size_t bytes);

void heap_output_number(uint64_t value);
void heap_output_delta(uint64_t value, uint64_t base); /* zigzag */
void heap_output_bytes(const void *bytes, size_t size);
void heap_output_text(const char *text); /* NULL is ""; cut at HEAP_TEXT_BYTES_MAX */

enum { HEAP_NUMBER_BYTES_MAX = 10, HEAP_TEXT_BYTES_MAX = 4096 };

/* The end block; 0, or the first error of writing as -errno. */
int heap_output_finish(void);

#endif
