/* pressure.h: how the allocator asks for a collection without knowing the collector. */
#ifndef RUNTIME_HEAP_PRESSURE_H
#define RUNTIME_HEAP_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>

struct heap_pressure {
    void (*collect)(bool out_of_memory); /* called on the slow path, inside the runtime at depth 1; may stop the world; returns after the cycle */
    _Atomic uint64_t goal_bytes;         /* collect when heap_bytes passes it; the collector sets it */
    _Atomic uint64_t heap_bytes;         /* bytes of spans' slots handed to caches and of large objects since, plus what survived */
};
extern struct heap_pressure heap_pressure;

#endif
