#include "platform/pages.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "platform/lock.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* Each costs two of the 65,530 mappings that a process may have by default: half of them are left for everything else. */
enum { GUARDS_BY_MPROTECT_MAX = 16000 };

/* ---- what is mapped ---- */

struct page_mappings page_mappings;

static void *map(size_t bytes)
{
    void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return address != MAP_FAILED ? address : NULL;
}

static bool reserve_item(void)
{
    if (page_mappings.count < page_mappings.capacity)
        return true;
    size_t bytes = page_mappings.capacity * sizeof(struct page_mapping),
           grown_bytes = bytes != 0 ? 2 * bytes : PAGE_BYTES;
    void *grown = bytes != 0 ? mremap(page_mappings.items, bytes, grown_bytes, MREMAP_MAYMOVE) : map(grown_bytes);
    if (grown == NULL || grown == MAP_FAILED)
        return false;
    page_mappings.items = grown;
    page_mappings.capacity = grown_bytes / sizeof(struct page_mapping);
    return true;
}

/* False: no memory to remember it. */
static bool remember(void *address, size_t bytes)
{
    lock_take(&page_mappings.lock);
    bool has_room = reserve_item();
    if (has_room)
        page_mappings.items[page_mappings.count++] = (struct page_mapping){(uintptr_t)address,
                                                                           (uintptr_t)address + bytes};
    lock_release(&page_mappings.lock);
    return has_room;
}

static void forget(void *address)
{
    lock_take(&page_mappings.lock);
    for (size_t i = page_mappings.count; i-- > 0;)
        if (page_mappings.items[i].low == (uintptr_t)address) {
            page_mappings.items[i] = page_mappings.items[--page_mappings.count];
            break;
        }
    lock_release(&page_mappings.lock);
}

void pages_visit(void (*each)(uintptr_t low, uintptr_t high, void *context), void *context)
{
    for (size_t i = 0; i < page_mappings.count; i++)
        each(page_mappings.items[i].low, page_mappings.items[i].high, context);
    each((uintptr_t)page_mappings.items, (uintptr_t)(page_mappings.items + page_mappings.capacity), context);
}

/* ---- */

void *pages_map(size_t bytes)
{
    void *address = map(bytes);
    if (address != NULL && !remember(address, bytes)) {
        munmap(address, bytes);
        return NULL;
    }
    if (address != NULL)
        madvise(address, bytes, MADV_NOHUGEPAGE); /* a kernel without huge pages refuses; nothing is lost */
    return address;
}

void pages_unmap(void *address, size_t bytes)
{
    forget(address);
    munmap(address, bytes);
}

void *pages_grow(void *address, size_t bytes, size_t new_bytes)
{
    void *grown = mremap(address, bytes, new_bytes, MREMAP_MAYMOVE);
    if (grown == MAP_FAILED)
        return NULL;
    forget(address);
    remember(grown, new_bytes); /* there is room: one has just gone */
    return grown;
}

void pages_drop(void *address, size_t bytes)
{
    if (madvise(address, bytes, MADV_DONTNEED) < 0)
        memset(address, 0, bytes); /* some of it is locked */
}

bool pages_guard(void *address, size_t bytes)
{
    /* Relaxed: a hint; whoever does not see it yet asks the kernel once more. */
    static _Atomic bool is_unsupported;
    static _Atomic unsigned protected_count; /* relaxed: it only counts */
    if (!atomic_load_explicit(&is_unsupported, memory_order_relaxed)) {
        if (madvise(address, bytes, MADV_GUARD_INSTALL) == 0)
            return true;
        if (errno == EINVAL)
            atomic_store_explicit(&is_unsupported, true, memory_order_relaxed);
    }
    if (atomic_fetch_add_explicit(&protected_count, 1, memory_order_relaxed) >= GUARDS_BY_MPROTECT_MAX)
        return false;
    return mprotect(address, bytes, PROT_NONE) == 0;
}
