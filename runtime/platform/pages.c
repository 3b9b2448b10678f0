#include "platform/pages.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* Each costs two of the 65,530 mappings that a process may have by default: half of them are left for everything else. */
enum { GUARDS_BY_MPROTECT_MAX = 16000 };

void *pages_map(size_t bytes)
{
    void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == MAP_FAILED)
        return NULL;
    madvise(address, bytes, MADV_NOHUGEPAGE); /* a kernel without huge pages refuses; nothing is lost */
    return address;
}

void pages_unmap(void *address, size_t bytes)
{
    munmap(address, bytes);
}

void *pages_grow(void *address, size_t bytes, size_t new_bytes)
{
    void *grown = mremap(address, bytes, new_bytes, MREMAP_MAYMOVE);
    return grown != MAP_FAILED ? grown : NULL;
}

void pages_drop(void *address, size_t bytes)
{
    madvise(address, bytes, MADV_DONTNEED);
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
