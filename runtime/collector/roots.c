#include "collector/roots.h"

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/root_table.h"
#include "platform/fibre.h"
#include "platform/lock.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "sched/runtime_call.h"
#include "sched/stop.h"
#include "sched/thread.h"

struct segment {
    const void *low, *high;
};

/* The writable segments of the objects that are loaded. In mapped memory, so that its own words are no roots. */
struct table {
    struct segment *segments;
    size_t count, capacity;
    uint64_t fingerprint;          /* of the list, as of the look */
    unsigned long long adds, subs; /* the dynamic linker's counts, likewise */
};

/* Replaced under the lock; read while the world stands. */
static struct {
    struct lock lock;
    struct table table;
} loaded;

/* Tells whether the dynamic linker's list has changed. An object is complete before it is linked to the end, so while none is unloaded the list
 * can be read without its lock, of which the thread sanitizer knows nothing. */
static UNSANITIZED uint64_t list_fingerprint(void)
{
    uint64_t mixed = 0;
    for (const struct link_map *object = _r_debug.r_map; object != NULL; object = object->l_next)
        mixed = (mixed ^ (uintptr_t)object ^ object->l_addr) * 0x9e3779b97f4a7c15ULL + 1;
    return mixed;
}

static void table_add(struct table *table, uintptr_t low, size_t bytes)
{
    if (table->count == table->capacity) {
        size_t old_bytes = table->capacity * sizeof(struct segment),
               new_bytes = old_bytes != 0 ? old_bytes * 2 : PAGE_BYTES;
        void *grown = old_bytes == 0 ? pages_map(new_bytes) : pages_grow(table->segments, old_bytes, new_bytes);
        if (grown == NULL)
            fatal_exit("out of memory: the table of loaded objects");
        table->segments = grown;
        table->capacity = new_bytes / sizeof(struct segment);
    }
    table->segments[table->count++] = (struct segment){(const void *)low, (const void *)(low + bytes)};
}

static void table_free(struct table *table)
{
    if (table->capacity != 0)
        pages_unmap(table->segments, table->capacity * sizeof(struct segment));
}

static int add_object(struct dl_phdr_info *info, size_t, void *arg)
{
    struct table *table = arg;
    table->adds = info->dlpi_adds;
    table->subs = info->dlpi_subs;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_W) != 0)
            table_add(table, info->dlpi_addr + header->p_vaddr, header->p_memsz);
    }
    table->fingerprint = list_fingerprint(); /* under the dynamic linker's lock */
    return 0;
}

static void look(void *arg)
{
    dl_iterate_phdr(add_object, arg);
}

/* On the scheduler's stack. Whoever holds the dynamic linker's lock may have been stopped by another's stop, which must not wait for us then. */
static void look_away(void *arg)
{
    stop_away_begin();
    look(arg);
    stop_away_end();
}

void roots_refresh(void)
{
    struct table table = {0};
    if (roots_are_current())
        return;
    if (thread_current() != NULL)
        runtime_on_scheduler_stack(look_away, &table);
    else
        look(&table);
    lock_take(&loaded.lock);
    if (table.adds + table.subs >= loaded.table.adds + loaded.table.subs) { /* else somebody looked later than we */
        struct table old = loaded.table;
        loaded.table = table;
        table = old;
    }
    lock_release(&loaded.lock);
    table_free(&table);
}

bool roots_are_current(void)
{
    lock_take(&loaded.lock);
    bool is_current = loaded.table.capacity != 0 && loaded.table.fingerprint == list_fingerprint();
    lock_release(&loaded.lock);
    return is_current;
}

void roots_visit(root_range_visit *range, void *context)
{
    for (size_t i = 0; i < loaded.table.count; i++)
        range(&(struct root_range){loaded.table.segments[i].low, loaded.table.segments[i].high, ROOT_DATA, 0}, context);
    root_table_visit(range, context);
    stacks_visit(range, context);
}
