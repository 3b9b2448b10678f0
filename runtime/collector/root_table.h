/* root_table.h: the ranges of gcrt_root_add(). */
#ifndef RUNTIME_COLLECTOR_ROOT_TABLE_H
#define RUNTIME_COLLECTOR_ROOT_TABLE_H

#include "sched/root_range.h"

/* While the world stands. */
void root_table_visit(root_range_visit *range, void *context);

#endif
