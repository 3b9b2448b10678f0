/* pressure.h: how the allocator asks for a collection without knowing the collector. */
#ifndef RUNTIME_HEAP_PRESSURE_H
#define RUNTIME_HEAP_PRESSURE_H

#include <stdint.h>

enum heap_pressure_cause {
    HEAP_PRESSURE_GOAL,   /* the heap has grown to its goal */
    HEAP_PRESSURE_MEMORY, /* there are no pages left: sweep everything, too */
    HEAP_PRESSURE_STRESS,
};

struct heap_pressure {
    /* Called inside the runtime at depth 1; stops the world; returns after the cycle. NULL: nobody collects. Set before the first allocation. */
    void (*collect)(enum heap_pressure_cause cause);
    _Atomic uint64_t goal_bytes; /* the collector sets it */
    _Atomic uint64_t heap_bytes; /* what survived, and the slots handed to caches and large objects since */
};
extern struct heap_pressure heap_pressure;

#endif
