/* pages.h: address space, memory in it, and guards. What is mapped here is known to be the runtime's own. */
#ifndef RUNTIME_PLATFORM_PAGES_H
#define RUNTIME_PLATFORM_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/lock.h"

enum { PAGE_BYTES = 4096 };

/* What is mapped here, and no longer; for the layout table. */
struct page_mapping {
    uintptr_t low, high;
};
struct page_mappings {
    struct lock lock;
    struct page_mapping *items; /* in no order */
    size_t count, capacity;
};
extern struct page_mappings page_mappings;

/* Readable and writable, zero, taking memory as it is touched, never in huge pages. NULL: refused. */
[[nodiscard]] void *pages_map(size_t bytes);
void pages_unmap(void *address, size_t bytes);

/* Doubles and the like; the content stays, the address may change. NULL: refused, the old one is still there. */
[[nodiscard]] void *pages_grow(void *address, size_t bytes, size_t new_bytes);

/* Gives the memory back, unless the program has locked some of it (mlock); reads as zero again in any case. */
void pages_drop(void *address, size_t bytes);

/* Makes touching [address, address + bytes) a SIGSEGV: by MADV_GUARD_INSTALL, which costs no mapping, or on kernels before 6.13 by mprotect,
 * for the first 16,000 guards. False: it stays accessible. */
[[nodiscard]] bool pages_guard(void *address, size_t bytes);

/* Calls each() for every mapping made here that still exists. Nothing else of the process may run: after _Fork() in the child. */
void pages_visit(void (*each)(uintptr_t low, uintptr_t high, void *context), void *context);

#endif
