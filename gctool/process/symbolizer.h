/* symbolizer.h: return addresses of a recorded program to functions, inlined ones too, and lines of source.
 *
 * What was loaded is told module by module; files are opened then, their debug information is read when the first address in them is asked
 * for. Separate debug information is found by build id where it is installed. Names come from DWARF, else from the symbol table.
 */
#ifndef GCTOOL_PROCESS_SYMBOLIZER_H
#define GCTOOL_PROCESS_SYMBOLIZER_H

#include <stddef.h>
#include <stdint.h>

#include "tracer/format/trace_file.h"

struct Dwfl_Module;
struct error;
struct symbolizer;

/* NULL: out of memory. */
struct symbolizer *symbolizer_new(void);

/* Tells that the file of `path` lay at [start, end), `bias` above the addresses in the file. `build_id` is what the loaded object had, of
 * 0 bytes when it had none; a file with another is not believed. A `path` without a slash is the vdso, taken from this process.
 * Where objects overlap, the one told last counts.
 * 0, or negative with `reterr`, which says why nothing in the module will be known: -ENOENT and other errors of opening, -ESTALE the
 * file was changed since, -ENOEXEC it is not ELF, -ENOMEM. */
[[nodiscard]] int symbolizer_add_module(struct symbolizer *symbolizer, uint64_t bias, uint64_t start, uint64_t end,
                                        const uint8_t *build_id, size_t build_id_bytes, const char *path,
                                        struct error *reterr);

/* The frames of a return address, innermost first: all but the last are inlined into the next. The place is that of the call, which
 * is looked for at return_pc - 1. At most TRACE_FRAMES_MAX; 0: not known. Valid until the next call. */
size_t symbolizer_find(struct symbolizer *symbolizer, uint64_t return_pc, const struct trace_frame **ret_frames);

/* The module that holds an address, and the nth of all; NULL: none, or its file is not known. As libdwfl knows them, for who reads more of
 * their debug information (fields.h). */
struct Dwfl_Module *symbolizer_module_of(const struct symbolizer *symbolizer, uint64_t address);
struct Dwfl_Module *symbolizer_module(const struct symbolizer *symbolizer, size_t nth);
size_t symbolizer_module_count(const struct symbolizer *symbolizer);

/* NULL is nothing. */
void symbolizer_free(struct symbolizer *take_symbolizer);

#endif
