/* sample_heap.h: heap dumps made in memory, byte by byte, with functions of sample_trace.h to change them. */
#ifndef TESTS_SUPPORT_SAMPLE_HEAP_H
#define TESTS_SUPPORT_SAMPLE_HEAP_H

#include "support/sample_trace.h"

/* Every kind of block and entry once: what it holds is drawn at its definition. */
struct sample_trace sample_heap_story(void);

/* `objects` objects with edges to any of them, roots and goroutines of the same taste; the same for the same seed. */
struct sample_trace sample_heap_noise(uint64_t seed, size_t objects);

/* The file header alone, of any version. */
struct sample_trace sample_heap_header(uint16_t major, uint16_t minor);

#endif
