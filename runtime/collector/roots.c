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

struct loaded_objects loaded_objects;

/* Tells whether the dynamic linker's list has changed. An object is complete before it is linked to the end, so while none is unloaded the list
 * can be read without its lock, of which the thread sanitizer knows nothing. */
static UNSANITIZED uint64_t list_fingerprint(void)
{
    uint64_t mixed = 0;
    for (const struct link_map *object = _r_debug.r_map; object != NULL; object = object->l_next)
        mixed = (mixed ^ (uintptr_t)object ^ object->l_addr) * 0x9e3779b97f4a7c15ULL + 1;
    return mixed;
}

static void table_add(struct loaded_table *table, uintptr_t low, size_t bytes)
{
    if (table->count == table->capacity) {
        size_t old_bytes = table->capacity * sizeof(struct loaded_segment),
               new_bytes = old_bytes != 0 ? old_bytes * 2 : PAGE_BYTES;
        void *grown = old_bytes == 0 ? pages_map(new_bytes) : pages_grow(table->segments, old_bytes, new_bytes);
        if (grown == NULL)
            fatal_exit("out of memory: the table of loaded objects");
        table->segments = grown;
        table->capacity = new_bytes / sizeof(struct loaded_segment);
    }
    table->segments[table->count++] = (struct loaded_segment){(const void *)low, (const void *)(low + bytes)};
}

static void table_free(struct loaded_table *table)
{
    if (table->capacity != 0)
        pages_unmap(table->segments, table->capacity * sizeof(struct loaded_segment));
}

static int add_object(struct dl_phdr_info *info, size_t, void *arg)
{
    struct loaded_table *table = arg;
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
    struct loaded_table table = {0};
    if (roots_are_current())
        return;
    if (thread_current() != NULL)
        runtime_on_scheduler_stack(look_away, &table);
    else
        look(&table);
    lock_take(&loaded_objects.lock);
    if (table.adds + table.subs >=
        loaded_objects.table.adds + loaded_objects.table.subs) { /* else somebody looked later than we */
        struct loaded_table old = loaded_objects.table;
        loaded_objects.table = table;
        table = old;
    }
    lock_release(&loaded_objects.lock);
    table_free(&table);
}

bool roots_are_current(void)
{
    lock_take(&loaded_objects.lock);
    bool is_current = loaded_objects.table.capacity != 0 && loaded_objects.table.fingerprint == list_fingerprint();
    lock_release(&loaded_objects.lock);
    return is_current;
}

void roots_visit(root_range_visit *range, void *context)
{
    for (size_t i = 0; i < loaded_objects.table.count; i++)
        range(&(struct root_range){loaded_objects.table.segments[i].low, loaded_objects.table.segments[i].high,
                                   ROOT_DATA, 0},
              context);
    root_table_visit(range, context);
    stacks_visit(range, context);
}
