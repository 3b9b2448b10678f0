/* root_table.h: the ranges of gcrt_root_add(). */
#ifndef RUNTIME_COLLECTOR_ROOT_TABLE_H
#define RUNTIME_COLLECTOR_ROOT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "platform/lock.h"
#include "sched/root_range.h"

/* For the layout table. */
struct root {
    uintptr_t address; /* 0: empty */
    size_t size;
};
struct root_table {
    struct lock lock;
    struct root *roots;
    size_t count, capacity; /* a power of two */
};
extern struct root_table root_table;

/* While the world stands. */
void root_table_visit(root_range_visit *range, void *context);

#endif
