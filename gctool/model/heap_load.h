/* heap_load.h: a .gcheap file as a snapshot.
 *
 * Nothing in a file is trusted. A block that makes no sense, or is missing, is left out; then the snapshot is not `complete`, and `ret_completeness`
 * says what was not read. Memory: that of the snapshot, and 24 bytes an object while loading.
 */
#ifndef GCTOOL_MODEL_HEAP_LOAD_H
#define GCTOOL_MODEL_HEAP_LOAD_H

#include "gctool/model/snapshot.h"
#include "tracer/format/trace_reader.h"

/* `path` "-" is standard input. 0, or negative with `reterr`: no such file, no heap dump, a version of the future, no memory. */
[[nodiscard]] int heap_load(const char *path, struct snapshot **ret_snapshot,
                            struct trace_completeness *ret_completeness, struct error *reterr);

/* The same from memory, borrowed during the call. */
[[nodiscard]] int heap_load_memory(const void *bytes, size_t size, struct snapshot **ret_snapshot,
                                   struct trace_completeness *ret_completeness, struct error *reterr);

/* The same from an input (trace_input.h), which is taken, also on failure. */
[[nodiscard]] int heap_load_input(struct trace_input *take_input, struct snapshot **ret_snapshot,
                                  struct trace_completeness *ret_completeness, struct error *reterr);

#endif
