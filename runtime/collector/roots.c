#include "collector/roots.h"

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/root_table.h"
#include "platform/lock.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "sched/runtime_call.h"
#include "sched/stop.h"

/* The writable segments of the objects that are loaded. */
struct segment {
    const void *low, *high;
};

struct segments {
    struct segment *segments;
    size_t count, capacity;
};

/* Two tables: one is looked at by stops, the other filled. */
static struct {
    struct lock lock;
    struct segments tables[2];
    unsigned current;
    unsigned long long adds, subs; /* the dynamic linker's counts, as of the last look */
    bool is_known;
} loaded;

static void add_segment(struct segments *table, uintptr_t low, size_t bytes)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity != 0 ? table->capacity * 2 : PAGE_BYTES / sizeof(struct segment);
        void *grown = table->segments == NULL ? pages_map(capacity * sizeof(struct segment))
                                              : pages_grow(table->segments, table->capacity * sizeof(struct segment),
                                                           capacity * sizeof(struct segment));
        if (grown == NULL)
            fatal_exit("out of memory: the table of loaded objects");
        table->segments = grown;
        table->capacity = capacity;
    }
    table->segments[table->count++] = (struct segment){(const void *)low, (const void *)(low + bytes)};
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

static int add_object(struct dl_phdr_info *info, size_t, void *table)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_W) != 0)
            add_segment(table, info->dlpi_addr + header->p_vaddr, header->p_memsz);
    }
    return 0;
}

static bool look(struct segments *table)
{
    if (dl_iterate_phdr(look_at, NULL) == LOOK_SAME)
        return false;
    table->count = 0;
    dl_iterate_phdr(add_object, table);
    loaded.is_known = true;
    return true;
}

void roots_find(void)
{
    loaded.current = look(&loaded.tables[1]) ? 1 : 0;
}

/* The dynamic linker's lock may be held by a thread that somebody else's stop stopped in place: whoever waits for it must count as standing,
 * and whoever waits for our lock as well. The tables change places when no stop can be on. */
static void refresh(void *)
{
    stop_away_begin();
    lock_take(&loaded.lock);
    bool is_new = look(&loaded.tables[!loaded.current]);
    stop_away_end();
    if (is_new)
        loaded.current = !loaded.current;
    lock_release(&loaded.lock);
}

void roots_refresh(void)
{
    runtime_on_scheduler_stack(refresh, NULL);
}

void roots_visit(void (*range)(const void *low, const void *high, void *context), void *context)
{
    const struct segments *table = &loaded.tables[loaded.current];
    for (size_t i = 0; i < table->count; i++)
        range(table->segments[i].low, table->segments[i].high, context);
    root_table_visit(range, context);
    stacks_visit(range, context);
}
