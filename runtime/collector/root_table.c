/* The table: open addressing, linear probing, no tombstones; grows at half full. In mapped memory, so that its own words are no roots. */
#include "collector/root_table.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <gcrt/memory.h>

#include "platform/lock.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "sched/runtime_call.h"
#include "sched/thread.h"

struct root_table root_table;

enum { FIRST_CAPACITY = 256 };

/* Goroutines hold the lock inside the runtime only, so none is stopped with it; other threads are never stopped. */
static void take_lock(void)
{
    if (thread_current() != NULL)
        runtime_enter();
    lock_take(&root_table.lock);
}

static void release_lock(void)
{
    lock_release(&root_table.lock);
    if (thread_current() != NULL)
        runtime_leave();
}

static size_t home_of(uintptr_t address)
{
    return (address * 0x9e3779b97f4a7c15ULL >> 20) & (root_table.capacity - 1);
}

/* Where `address` is, or the empty place where it would go. */
static struct root *place_of(uintptr_t address)
{
    size_t at = home_of(address);
    while (root_table.roots[at].address != 0 && root_table.roots[at].address != address)
        at = (at + 1) & (root_table.capacity - 1);
    return &root_table.roots[at];
}

static void grow(void)
{
    struct root *old = root_table.roots;
    size_t old_capacity = root_table.capacity;
    root_table.capacity = old_capacity != 0 ? old_capacity * 2 : FIRST_CAPACITY;
    root_table.roots = pages_map(root_table.capacity * sizeof(struct root));
    if (root_table.roots == NULL)
        fatal_exit("out of memory: the table of %zu roots", root_table.capacity);
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].address != 0)
            *place_of(old[i].address) = old[i];
    if (old != NULL)
        pages_unmap(old, old_capacity * sizeof(struct root));
}

void gcrt_root_add(void *address, size_t size)
{
    if (address == NULL)
        return;
    take_lock();
    if (root_table.count * 2 >= root_table.capacity)
        grow();
    struct root *place = place_of((uintptr_t)address);
    root_table.count += place->address == 0;
    *place = (struct root){(uintptr_t)address, size};
    release_lock();
}

/* Moves later ones of the same run of probes up, so that no gap parts them from their home. */
static void close_gap(size_t gap)
{
    for (size_t at = (gap + 1) & (root_table.capacity - 1); root_table.roots[at].address != 0;
         at = (at + 1) & (root_table.capacity - 1)) {
        size_t home = home_of(root_table.roots[at].address);
        if (((at - home) & (root_table.capacity - 1)) < ((at - gap) & (root_table.capacity - 1)))
            continue;
        root_table.roots[gap] = root_table.roots[at];
        gap = at;
    }
    root_table.roots[gap] = (struct root){0};
}

void gcrt_root_remove(void *address)
{
    take_lock();
    if (address != NULL && root_table.capacity != 0) {
        struct root *place = place_of((uintptr_t)address);
        if (place->address != 0) {
            root_table.count--;
            close_gap((size_t)(place - root_table.roots));
        }
    }
    release_lock();
}

void *gcrt_root_alloc(size_t size)
{
    void *memory = calloc(1, size != 0 ? size : 1);
    if (memory != NULL)
        gcrt_root_add(memory, size);
    return memory;
}

void gcrt_root_free(void *memory)
{
    gcrt_root_remove(memory);
    free(memory);
}

void root_table_visit(root_range_visit *range, void *context)
{
    lock_take(&root_table.lock); /* of threads that are not goroutines */
    for (size_t i = 0; i < root_table.capacity; i++)
        if (root_table.roots[i].address != 0)
            range(&(struct root_range){(const void *)root_table.roots[i].address,
                                       (const void *)(root_table.roots[i].address + root_table.roots[i].size),
                                       ROOT_ADDED, 0},
                  context);
    lock_release(&root_table.lock);
}
