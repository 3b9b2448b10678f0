/* roots.c: words outside of the heap that point to objects: data of what is loaded, gcrt_root_add(), the stack of gcrt_run's caller, timers; and,
 * as evidence alone, all other writable memory. What goroutines hold is goroutines.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "gctool/remote/remote.h"

/* CALLER_FRAMES: what a dump leaves out, too, see runtime/inspect.c. */
enum { CHUNK_BYTES = 1 << 16, PAGE_BYTES = 4096, WORKERS_MAX = 256, CALLER_FRAMES_BYTES = 256 * 1024 };

/* Larger mappings are a sanitizer's shadow, or the recorder's table of births, and take long to read. */
#define SEARCHED_BYTES_MAX ((uint64_t)4 << 30)

/* ---- words ---- */

/* A stack is not held by itself, nor by the lists of those who wait. */
static bool says_nothing(const struct remote *remote, uint64_t address, uint64_t target, uint64_t owner)
{
    const struct waiting_stack *stack = remote_stack_at(remote, target);
    uint64_t lists = layout_address(&remote->layout, LAYOUT_AT_LOT);
    return stack != NULL &&
           (stack->goroutine == owner || address - lists < layout_number(&remote->layout, LAYOUT_LOT_BYTES));
}

/* Itself, or what it is just behind. */
static int add_word(struct remote *remote, uint64_t address, uint64_t word, enum heap_root kind, uint64_t owner)
{
    uint64_t target = remote_target(remote, word);
    if (target == 0)
        target = heap_image_slot_at(&remote->heap, word - 1);
    if (target == 0 || (kind != HEAP_ROOT_UNSCANNED && says_nothing(remote, address, target, owner)))
        return 0;
    struct snapshot_root root = {.address = address, .owner = owner, .kind = (uint8_t)kind, .interior = target != word};
    return snapshot_add_root(remote->builder, &root, target);
}

static int add_chunk(struct remote *remote, uint64_t low, size_t size, enum heap_root kind, uint64_t owner)
{
    uint64_t words[CHUNK_BYTES / sizeof(uint64_t)];
    int error = 0;
    if (memory_read(remote->memory, low, words, size)) {
        for (size_t i = 0; i < size / sizeof *words && error == 0; i++)
            error = add_word(remote, low + i * sizeof *words, words[i], kind, owner);
        return error;
    }
    if (size <= PAGE_BYTES) {
        remote->unread_roots += kind != HEAP_ROOT_UNSCANNED;
        return 0;
    }
    for (uint64_t high = low + size; low < high && error == 0;) { /* what of it can be read */
        uint64_t end = (low | (PAGE_BYTES - 1)) + 1;
        end = end < high ? end : high;
        error = add_chunk(remote, low, end - low, kind, owner);
        low = end;
    }
    return error;
}

int remote_root_words(struct remote *remote, uint64_t low, uint64_t high, enum heap_root kind, uint64_t owner)
{
    int error = 0;
    low = (low + sizeof(uint64_t) - 1) & ~(uint64_t)(sizeof(uint64_t) - 1);
    high &= ~(uint64_t)(sizeof(uint64_t) - 1);
    while (low < high && error == 0) {
        uint64_t end = (low | (CHUNK_BYTES - 1)) + 1;
        const struct memory_mapping *mapping = memory_find_mapping(remote->memory, low);
        end = end < high ? end : high;
        if (mapping != NULL)
            error = add_chunk(remote, low, end - low, kind, owner);
        else
            return 0; /* a damaged range: not more of it than is there */
        low = end;
    }
    return error;
}

int remote_root_registers(struct remote *remote, const struct user_regs_struct *registers, uint64_t owner)
{
    const unsigned long long *words = (const unsigned long long *)registers;
    int error = 0;
    for (size_t i = 0; i < sizeof *registers / sizeof *words && error == 0; i++)
        error = add_word(remote, 0, words[i], HEAP_ROOT_REGISTER, owner);
    return error;
}

/* ---- roots ---- */

static int add_loaded(struct remote *remote)
{
    const struct layout *layout = &remote->layout;
    uint64_t at = layout_address(layout, LAYOUT_AT_LOADED);
    uint64_t items = remote_u64(remote, at + layout_number(layout, LAYOUT_LOADED_SEGMENTS));
    uint64_t count = remote_u64(remote, at + layout_number(layout, LAYOUT_LOADED_COUNT));
    struct record segment;
    int error = 0;
    for (uint64_t i = 0; i < count && i < REMOTE_LIST_MAX && error == 0; i++) {
        uint64_t place = items + i * layout_number(layout, LAYOUT_SEGMENT_BYTES);
        if (!remote_record(remote, place, LAYOUT_SEGMENT_BYTES, &segment))
            break;
        error = remote_root_words(remote, record_u64(remote, &segment, LAYOUT_SEGMENT_LOW),
                                  record_u64(remote, &segment, LAYOUT_SEGMENT_HIGH), HEAP_ROOT_DATA, 0);
    }
    return error;
}

static int add_table(struct remote *remote)
{
    const struct layout *layout = &remote->layout;
    uint64_t at = layout_address(layout, LAYOUT_AT_ROOTS);
    uint64_t items = remote_u64(remote, at + layout_number(layout, LAYOUT_ROOTS_ITEMS));
    uint64_t capacity = remote_u64(remote, at + layout_number(layout, LAYOUT_ROOTS_CAPACITY));
    struct record root;
    int error = 0;
    for (uint64_t i = 0; i < capacity && i < REMOTE_LIST_MAX && error == 0; i++) {
        if (!remote_record(remote, items + i * layout_number(layout, LAYOUT_ROOT_BYTES), LAYOUT_ROOT_BYTES, &root))
            break;
        uint64_t low = record_u64(remote, &root, LAYOUT_ROOT_ADDRESS);
        if (low != 0)
            error = remote_root_words(remote, low, low + record_u64(remote, &root, LAYOUT_ROOT_SIZE), HEAP_ROOT_ADDED,
                                      0);
    }
    return error;
}

static int add_timers_of(struct remote *remote, uint64_t worker)
{
    const struct layout *layout = &remote->layout;
    uint64_t entries = remote_u64(remote, worker + layout_number(layout, LAYOUT_WORKER_TIMERS));
    uint32_t count = remote_u32(remote, worker + layout_number(layout, LAYOUT_WORKER_TIMER_COUNT));
    int error = 0;
    for (uint32_t i = 0; i < count && i < REMOTE_LIST_MAX && error == 0; i++) {
        uint64_t timer = remote_u64(remote, entries + i * sizeof timer);
        if (timer == 0)
            break;
        uint64_t arg = timer + layout_number(layout, LAYOUT_TIMER_ARG);
        error = remote_root_words(remote, arg, arg + sizeof arg, HEAP_ROOT_TIMER, 0);
    }
    return error;
}

static int add_timers(struct remote *remote)
{
    const struct layout *layout = &remote->layout;
    uint32_t count = remote_u32(remote, layout_address(layout, LAYOUT_AT_WORKER_COUNT));
    int error = 0;
    for (uint32_t i = 0; i < count && i < WORKERS_MAX && error == 0; i++)
        error = add_timers_of(remote, layout_address(layout, LAYOUT_AT_WORKERS) +
                                          (uint64_t)i * layout_number(layout, LAYOUT_WORKER_BYTES));
    return error;
}

static void caller_stack(const struct remote *remote, uint64_t *ret_low, uint64_t *ret_high)
{
    uint64_t at = layout_address(&remote->layout, LAYOUT_AT_CALLER_STACK);
    *ret_low = remote_u64(remote, at + layout_number(&remote->layout, LAYOUT_CALLER_LOW));
    *ret_high = remote_u64(remote, at + layout_number(&remote->layout, LAYOUT_CALLER_HIGH));
}

int remote_roots(struct remote *remote)
{
    uint64_t low, high;
    int error = add_loaded(remote);
    if (error == 0)
        error = add_table(remote);
    if (error == 0)
        error = add_timers(remote);
    caller_stack(remote, &low, &high);
    return error == 0 ? remote_root_words(remote, low, high, HEAP_ROOT_THREAD, 0) : error;
}

/* ---- what the collector does not look at ---- */

struct range {
    uint64_t low, high;
};

struct ranges {
    struct range *items;
    size_t count, capacity;
};

static int add_range(struct ranges *ranges, uint64_t low, uint64_t high)
{
    if (low >= high)
        return 0;
    int error = array_reserve(&ranges->items, &ranges->capacity, ranges->count + 1, sizeof *ranges->items);
    if (error == 0)
        ranges->items[ranges->count++] = (struct range){low, high};
    return error;
}

static int compare(const void *left, const void *right)
{
    const struct range *a = left, *b = right;
    return (a->low > b->low) - (a->low < b->low);
}

static int add_own_mappings(const struct remote *remote, struct ranges *own)
{
    const struct layout *layout = &remote->layout;
    uint64_t at = layout_address(layout, LAYOUT_AT_MAPPINGS);
    uint64_t items = remote_u64(remote, at + layout_number(layout, LAYOUT_MAPPINGS_ITEMS));
    uint64_t count = remote_u64(remote, at + layout_number(layout, LAYOUT_MAPPINGS_COUNT));
    uint64_t capacity = remote_u64(remote, at + layout_number(layout, LAYOUT_MAPPINGS_CAPACITY));
    uint32_t size = layout_number(layout, LAYOUT_MAPPING_BYTES);
    struct record mapping;
    int error = capacity < REMOTE_LIST_MAX ? add_range(own, items, items + capacity * size) : 0;
    for (uint64_t i = 0; i < count && i < REMOTE_LIST_MAX && error == 0; i++) {
        if (!remote_record(remote, items + i * size, LAYOUT_MAPPING_BYTES, &mapping))
            break;
        error = add_range(own, record_u64(remote, &mapping, LAYOUT_MAPPING_LOW),
                          record_u64(remote, &mapping, LAYOUT_MAPPING_HIGH));
    }
    return error;
}

static int add_own_stacks(const struct remote *remote, struct ranges *own)
{
    const struct layout *layout = &remote->layout;
    uint64_t low, high, at = remote_u64(remote, layout_address(layout, LAYOUT_AT_THREADS));
    int error = 0;
    struct record thread;
    for (uint32_t i = 0; at != 0 && i < REMOTE_LIST_MAX && error == 0; i++) {
        if (!remote_record(remote, at, LAYOUT_THREAD_BYTES, &thread))
            break;
        error = add_range(own, record_u64(remote, &thread, LAYOUT_THREAD_STACK_LOW),
                          record_u64(remote, &thread, LAYOUT_THREAD_FRAMES_HIGH));
        at = record_u64(remote, &thread, LAYOUT_THREAD_NEXT);
    }
    caller_stack(remote, &low, &high);
    low &= ~(uint64_t)(sizeof low - 1);
    return error == 0 && low > CALLER_FRAMES_BYTES ? add_range(own, low - CALLER_FRAMES_BYTES, low) : error;
}

/* Whole pages: what else lies in them is of the same loaded object. */
static int add_data(const struct remote *remote, struct ranges *own)
{
    const struct layout *layout = &remote->layout;
    uint64_t at = layout_address(layout, LAYOUT_AT_LOADED), in_page = PAGE_BYTES - 1;
    uint64_t items = remote_u64(remote, at + layout_number(layout, LAYOUT_LOADED_SEGMENTS));
    uint64_t count = remote_u64(remote, at + layout_number(layout, LAYOUT_LOADED_COUNT));
    struct record segment;
    int error = 0;
    for (uint64_t i = 0; i < count && i < REMOTE_LIST_MAX && error == 0; i++) {
        uint64_t place = items + i * layout_number(layout, LAYOUT_SEGMENT_BYTES);
        if (!remote_record(remote, place, LAYOUT_SEGMENT_BYTES, &segment))
            break;
        error = add_range(own, record_u64(remote, &segment, LAYOUT_SEGMENT_LOW) & ~in_page,
                          (record_u64(remote, &segment, LAYOUT_SEGMENT_HIGH) + in_page) & ~in_page);
    }
    return error;
}

static int search_mapping(struct remote *remote, const struct memory_mapping *mapping, const struct ranges *own)
{
    uint64_t low = mapping->low;
    int error = 0;
    for (size_t i = 0; i < own->count && low < mapping->high && error == 0; i++) {
        if (own->items[i].high <= low || own->items[i].low >= mapping->high)
            continue;
        if (own->items[i].low > low)
            error = remote_root_words(remote, low, own->items[i].low, HEAP_ROOT_UNSCANNED, 0);
        low = own->items[i].high;
    }
    return low < mapping->high && error == 0 ? remote_root_words(remote, low, mapping->high, HEAP_ROOT_UNSCANNED, 0)
                                             : error;
}

int remote_unscanned(struct remote *remote)
{
    struct ranges own = {0};
    int error = add_own_mappings(remote, &own);
    if (error == 0)
        error = add_own_stacks(remote, &own);
    if (error == 0)
        error = add_data(remote, &own);
    if (own.count > 0)
        qsort(own.items, own.count, sizeof *own.items, compare);
    for (size_t i = 0; i < remote->memory->mapping_count && error == 0; i++) {
        const struct memory_mapping *mapping = &remote->memory->mappings[i];
        if (mapping->readable && mapping->writable && !mapping->shared &&
            mapping->high - mapping->low < SEARCHED_BYTES_MAX)
            error = search_mapping(remote, mapping, &own);
    }
    free(own.items);
    return error;
}
