#include "tracer/dump/dump_unscanned.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tracer/dump/maps.h"
#include "tracer/format/heap_file.h"

enum { PAGE_BYTES = 4096, RANGES_MAX = 8192 };

struct range {
    uintptr_t low, high;
};

/* Memory of the runtime, by address once it is complete. Ranges beyond the table are searched: at worst a verdict is 'undecided'. */
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

/* Not every readable mapping can be read: guards inside of it, and files that became shorter. */
static bool can_read(uintptr_t page)
{
    unsigned char resident;
    return mincore((void *)page, PAGE_BYTES, &resident) == 0 && resident & 1;
}

static __attribute__((no_sanitize("address", "thread", "undefined"))) void search_page(const struct search *search,
                                                                                       uintptr_t page)
{
    const uintptr_t *words = (const uintptr_t *)page;
    for (size_t i = 0; i < PAGE_BYTES / sizeof *words; i++) {
        struct inspect_root root = {.word = &words[i], .kind = HEAP_ROOT_UNSCANNED};
        if (gcrt_inspector.resolve(words[i], &root.target, &root.interior))
            search->each(&root, search->context);
    }
}

static void search_range(const struct search *search, uintptr_t low, uintptr_t high)
{
    for (uintptr_t page = low; page < high; page += PAGE_BYTES)
        if (can_read(page))
            search_page(search, page);
}

/* All of the mapping but what is the runtime's own. */
static void search_mapping(const struct mapping *mapping, void *context)
{
    if (!mapping->is_readable || !mapping->is_writable || mapping->is_shared)
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
    gcrt_inspector.own_memory(add_own, NULL);
    sort_own();
    maps_visit(search_mapping, &search);
}
