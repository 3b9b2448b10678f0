/* maps.h: the mappings of this process, read from /proc/self/maps without malloc. */
#ifndef TRACER_INSIDE_MAPS_H
#define TRACER_INSIDE_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping {
    uintptr_t low, high;
    uint64_t offset; /* in the file */
    bool is_readable, is_writable, is_executable, is_shared;
    const char *path; /* "" anonymous, "[heap]" and the like, or a file; valid during the call */
};

/* Calls each() for every mapping, by address. Lines longer than 8 KiB are left out. */
void maps_visit(void (*each)(const struct mapping *mapping, void *context), void *context);

#endif
