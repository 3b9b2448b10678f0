/* roots.h: where marking begins: data of loaded objects, what gcrt_root_add() named, and through sched/stop.h stacks, registers and timers. */
#ifndef RUNTIME_COLLECTOR_ROOTS_H
#define RUNTIME_COLLECTOR_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/lock.h"
#include "sched/root_range.h"

struct loaded_segment {
    const void *low, *high;
};

/* The writable segments of the objects that are loaded. In mapped memory, so that its own words are no roots. */
struct loaded_table {
    struct loaded_segment *segments;
    size_t count, capacity;
    uint64_t fingerprint;          /* of the list, as of the look */
    unsigned long long adds, subs; /* the dynamic linker's counts, likewise */
};

/* For the layout table. Replaced under the lock; read while the world stands. */
struct loaded_objects {
    struct lock lock;
    struct loaded_table table;
};
extern struct loaded_objects loaded_objects;

/* Looks again at which objects are loaded, if they changed. Before a stop: it takes the dynamic linker's lock, which a stopped thread may hold. An
 * object must not be unloaded while goroutines run. Caller: inside the runtime at depth 1, or before goroutines run. */
void roots_refresh(void);

/* Whether what is loaded is what roots_refresh() saw. Any time; true in a stop means that roots_visit() misses nothing. */
bool roots_are_current(void);

/* While the world stands. */
void roots_visit(root_range_visit *range, void *context);

#endif
