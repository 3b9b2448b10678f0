/* where.h: places and stacks as cells of rows. */
#ifndef GCTOOL_ANALYZE_WHERE_H
#define GCTOOL_ANALYZE_WHERE_H

#include "base/rows.h"
#include "gctool/model/stacks.h"

/* Two cells: function (or what else is known of the place), and 'file:line'. */
void where_put_place(struct rows *rows, const struct stacks *stacks, uint32_t place);

/* One cell: a line a frame; an inlined one says so. */
void where_put_stack(struct rows *rows, const struct stacks *stacks, uint32_t context);

#endif
