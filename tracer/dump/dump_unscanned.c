#include "tracer/dump/dump_unscanned.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tracer/format/heap_file.h"
#include "tracer/inside/maps.h"
#include "tracer/record/births.h"

enum { PAGE_BYTES = 4096, PAGES_AT_ONCE = 16384, RANGES_MAX = 8192 };

/* No program has so much memory: it is the shadow of a sanitizer. */
static const uintptr_t mapping_bytes_max = (uintptr_t)1 << 40;

struct range {
    uintptr_t low, high;
};

/* What is not searched, by address once it is complete. Ranges beyond the table are searched: at worst a verdict is 'undecided'. */
static struct {
    struct range ranges[RANGES_MAX];
    size_t count;
} own;

struct search {
    void (*each)(const struct inspect_root *root, void *context);
    void *context;
};

static void add_own(uintptr_t low, uintptr_t high, void *)
{
    if (own.count < RANGES_MAX)
        own.ranges[own.count++] = (struct range){low, high};
}

/* Insertion sort: the runtime maps upwards or downwards, so it is nearly sorted, one way or the other, and there are few. */
static void sort_own(void)
{
    for (size_t i = 1; i < own.count; i++) {
        struct range range = own.ranges[i];
        size_t at = i;
        for (; at > 0 && own.ranges[at - 1].low > range.low; at--)
            own.ranges[at] = own.ranges[at - 1];
        own.ranges[at] = range;
    }
}

static __attribute__((no_sanitize("address", "thread", "undefined"))) void search_words(const struct search *search,
                                                                                        uintptr_t low, uintptr_t high)
{
    for (const uintptr_t *word = (const uintptr_t *)low; (uintptr_t)word < high; word++) {
        struct inspect_root root = {.word = word, .kind = HEAP_ROOT_UNSCANNED};
        if (gcrt_inspector.resolve(*word, &root.target, &root.interior))
            search->each(&root, search->context);
    }
}

/* Not every readable mapping can be read: guards inside of it, and files that became shorter. Of address space that is only reserved, one call tells
 * much. */
static void search_range(const struct search *search, uintptr_t low, uintptr_t high)
{
    static unsigned char resident[PAGES_AT_ONCE];
    while (low < high) {
        uintptr_t first = low & ~(uintptr_t)(PAGE_BYTES - 1), end = first + (uintptr_t)PAGES_AT_ONCE * PAGE_BYTES;
        end = end < high ? end : high;
        bool is_known = mincore((void *)first, end - first, resident) == 0;
        for (uintptr_t page = first; page < end && is_known; page += PAGE_BYTES)
            if (resident[(page - first) / PAGE_BYTES] & 1)
                search_words(search, page > low ? page : low, page + PAGE_BYTES < end ? page + PAGE_BYTES : end);
        low = end;
    }
}

/* All of the mapping but what is the runtime's own. */
static void search_mapping(const struct mapping *mapping, void *context)
{
    if (!mapping->is_readable || !mapping->is_writable || mapping->is_shared ||
        mapping->high - mapping->low > mapping_bytes_max)
        return;
    uintptr_t low = mapping->low;
    for (size_t i = 0; i < own.count && low < mapping->high; i++) {
        if (own.ranges[i].high <= low || own.ranges[i].low >= mapping->high)
            continue;
        if (own.ranges[i].low > low)
            search_range(context, low, own.ranges[i].low);
        low = own.ranges[i].high;
    }
    if (low < mapping->high)
        search_range(context, low, mapping->high);
}

void dump_unscanned(void (*each)(const struct inspect_root *root, void *context), void *context)
{
    struct search search = {each, context};
    add_own((uintptr_t)&own & ~(uintptr_t)(PAGE_BYTES - 1),
            ((uintptr_t)(&own + 1) + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1), NULL);
    births_memory(add_own);
    gcrt_inspector.searched_memory(add_own, NULL);
    sort_own();
    maps_visit(search_mapping, &search);
}
