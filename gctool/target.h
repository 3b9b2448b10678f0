/* target.h: what a verb that looks at a program was given, as a snapshot: a heap dump; a running process, which is asked for one, or when it does
 * not answer is held and read; a core. The tool looks, the user does not say. What a snapshot lacks is told as a warning.
 */
#ifndef GCTOOL_TARGET_H
#define GCTOOL_TARGET_H

#include "gctool/model/snapshot.h"
#include "tracer/format/trace_reader.h"

struct error;
struct options;
struct symbolizer;

struct target {
    struct snapshot *snapshot;
    struct symbolizer *symbolizer;  /* its modules, for names of fields and globals (process/fields.h) */
    struct trace_completeness file; /* of a file: what could not be read of it */
};

/* Loads it, and names its addresses from the files of the program where they are still what they were. 0, or negative with `reterr`. */
[[nodiscard]] int target_open(const char *word, struct target *ret_target, struct error *reterr);

/* The same for a verb's first operand, with its option --ptrace. */
[[nodiscard]] int target_open_operand(const struct options *options, struct target *ret_target, struct error *reterr);

void target_close(struct target *target);

#endif
