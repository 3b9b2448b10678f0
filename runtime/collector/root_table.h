/* root_table.h: the ranges of gcrt_root_add(). */
#ifndef RUNTIME_COLLECTOR_ROOT_TABLE_H
#define RUNTIME_COLLECTOR_ROOT_TABLE_H

/* While the world stands. */
void root_table_visit(void (*range)(const void *low, const void *high, void *context), void *context);

#endif
