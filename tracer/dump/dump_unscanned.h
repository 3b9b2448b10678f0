/* dump_unscanned.h: words that look like pointers to objects, in memory where the collector does not look: malloc's, thread-locals, other mappings.
 * They keep nothing alive; they are evidence against calling something leaked. */
#ifndef TRACER_DUMP_DUMP_UNSCANNED_H
#define TRACER_DUMP_DUMP_UNSCANNED_H

#include "observe/inspect.h"

/* Calls each() for every such word. Words of roots may be among them. */
void dump_unscanned(void (*each)(const struct inspect_root *root, void *context), void *context);

#endif
