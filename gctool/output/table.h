/* table.h: rows for people: aligned columns, human units, stacks indented under their row. libsmartcols measures and pads, so that wide
 * characters align and control characters are shown, not obeyed. */
#ifndef GCTOOL_OUTPUT_TABLE_H
#define GCTOOL_OUTPUT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/rows.h"

/* 0 or -ENOMEM; errors of writing stay in `out`: ferror(). `colour`: the heading stands out. */
[[nodiscard]] int table_write(const struct rows *rows, bool colour, FILE *out);

#endif
