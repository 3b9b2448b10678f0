/* program_debug.h: how much a recording of a program will be able to say: symbols, lines, stacks. */
#ifndef GCTOOL_PROCESS_PROGRAM_DEBUG_H
#define GCTOOL_PROCESS_PROGRAM_DEBUG_H

#include "gctool/process/findings.h"

struct error;

/* Looks into the ELF file of `path`. 0, or negative with `reterr`: it could not be read. */
[[nodiscard]] int program_debug_examine(const char *path, struct findings *findings, struct error *reterr);

#endif
