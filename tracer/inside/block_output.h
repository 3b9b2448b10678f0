/* block_output.h: writes the blocks of a .gcheap or .gccrash file from inside of the program: write(2), static memory, nothing else.
 *
 * Entries are put together in one buffer. block_output_entry() begins one and says how long it may get, so that no entry is cut by the end of a
 * block; a change of kind ends a block as well.
 *
 * Not reentrant, and one file at a time in a process: a heap dump has a child for itself, a crash report comes once.
 */
#ifndef TRACER_INSIDE_BLOCK_OUTPUT_H
#define TRACER_INSIDE_BLOCK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block_file {
    const char *magic; /* TRACE_MAGIC_BYTES */
    uint16_t major, minor;
};

/* Begins the file in an open descriptor, which stays the caller's. */
void block_output_start(int fd, const struct block_file *file, uint32_t pid, uint64_t wall_ns);

/* An entry of a block of this kind (enum heap_block_kind or trace_block_kind) that takes at most `bytes_max`. True: it is the first of a block, so
 * that what it would be told relative to is 0. */
bool block_output_entry(uint8_t kind, size_t bytes_max);

/* Room for `bytes` more in the block that is open? */
bool block_output_fits(size_t bytes);

void block_output_number(uint64_t value);
void block_output_delta(uint64_t value, uint64_t base); /* zigzag */
void block_output_bytes(const void *bytes, size_t size);
void block_output_text(const char *text); /* NULL is ""; cut at BLOCK_TEXT_BYTES_MAX */

enum { BLOCK_NUMBER_BYTES_MAX = 10, BLOCK_TEXT_BYTES_MAX = 4096 };

/* Writes what is open, so that it is in the file whatever comes. */
void block_output_flush(void);

/* The end block; 0, or the first error of writing as -errno. */
int block_output_finish(void);

#endif
