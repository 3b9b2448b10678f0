#include "collector/roots.h"

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/root_table.h"
#include "platform/lock.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "sched/stop.h"

/* The writable segments of the objects that are loaded. */
struct segment {
    const void *low, *high;
};

static struct {
    struct lock lock;
    struct segment *segments;
    size_t count, capacity;
    unsigned long long adds, subs; /* the dynamic linker's counts, as of the last look */
    bool is_known;
} loaded;

static void add_segment(uintptr_t low, size_t bytes)
{
    if (loaded.count == loaded.capacity) {
        size_t capacity = loaded.capacity != 0 ? loaded.capacity * 2 : PAGE_BYTES / sizeof(struct segment);
        void *grown = loaded.segments == NULL ? pages_map(capacity * sizeof(struct segment))
                                              : pages_grow(loaded.segments, loaded.capacity * sizeof(struct segment),
                                                           capacity * sizeof(struct segment));
        if (grown == NULL)
            fatal_exit("out of memory: the table of loaded objects");
        loaded.segments = grown;
        loaded.capacity = capacity;
    }
    loaded.segments[loaded.count++] = (struct segment){(const void *)low, (const void *)(low + bytes)};
}

enum { LOOK_SAME = 1, LOOK_CHANGED = 2 };

/* Asked of the first object alone: not 0 ends the iteration. */
static int look_at(struct dl_phdr_info *info, size_t, void *)
{
    if (loaded.is_known && info->dlpi_adds == loaded.adds && info->dlpi_subs == loaded.subs)
        return LOOK_SAME;
    loaded.adds = info->dlpi_adds;
    loaded.subs = info->dlpi_subs;
    return LOOK_CHANGED;
}

static int add_object(struct dl_phdr_info *info, size_t, void *)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_W) != 0)
            add_segment(info->dlpi_addr + header->p_vaddr, header->p_memsz);
    }
    return 0;
}

void roots_refresh(void)
{
    lock_take(&loaded.lock);
    if (dl_iterate_phdr(look_at, NULL) == LOOK_CHANGED) {
        loaded.count = 0;
        dl_iterate_phdr(add_object, NULL);
        loaded.is_known = true;
    }
    lock_release(&loaded.lock);
}

void roots_visit(void (*range)(const void *low, const void *high, void *context), void *context)
{
    for (size_t i = 0; i < loaded.count; i++)
        range(loaded.segments[i].low, loaded.segments[i].high, context);
    root_table_visit(range, context);
    stacks_visit(range, context);
}
