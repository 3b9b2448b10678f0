/* layout.h: the runtime's own table of where things are (runtime/layout_table.h), as found in a program's memory. */
#ifndef GCTOOL_PROCESS_LAYOUT_H
#define GCTOOL_PROCESS_LAYOUT_H

#include "gctool/process/memory.h"
#include "runtime/layout_table.h"

struct error;

struct layout {
    struct gcrt_debug_layout table;
};

/* Looks through what is loaded for the note. 0, or negative with `reterr`: -ENOPKG there is no libgcrt, or its pages are not there;
 * -ENOTSUP a libgcrt of another version; -EBADMSG the table is damaged. */
[[nodiscard]] int layout_find(const struct memory *memory, struct layout *ret_layout, struct error *reterr);

static inline uint64_t layout_address(const struct layout *layout, enum layout_global global)
{
    return (uint64_t)(uintptr_t)layout->table.globals[global];
}

static inline uint32_t layout_number(const struct layout *layout, enum layout_number number)
{
    return layout->table.numbers[number];
}

#endif
