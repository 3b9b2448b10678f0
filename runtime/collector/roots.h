/* roots.h: where marking begins: data of loaded objects, what gcrt_root_add() named, and through sched/stop.h stacks, registers and timers. */
#ifndef RUNTIME_COLLECTOR_ROOTS_H
#define RUNTIME_COLLECTOR_ROOTS_H

/* Looks at which objects are loaded. Before there are threads. */
void roots_find(void);

/* Looks again. Before a stop, since it takes the dynamic linker's lock, which a stopped thread may hold. Caller: a goroutine at depth 1. An
 * object must not be unloaded while goroutines run. */
void roots_refresh(void);

/* While the world stands. */
void roots_visit(void (*range)(const void *low, const void *high, void *context), void *context);

#endif
