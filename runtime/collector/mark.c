#include "collector/mark.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "heap/address.h"
#include "heap/kind.h"
#include "heap/object_words.h"
#include "heap/span.h"
#include "platform/fibre.h"
#include "platform/invariant.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "platform/text.h"

/* Objects wait here between the prefetch of their first line and their scan: tripled the speed of marking in the prototype (a memory access takes
 * about as long as scanning eight objects). A power of two. */
enum { RING_ENTRIES = 8 };

/* A stack that took more memory than this gives it back after the cycle. */
enum { STACK_KEPT_BYTES = 1 << 20 };

/* A grey object: span and slot, as the caches' and the trace's do.
 *
 *     63          44 43        23 22          0
 *    +--------------+------------+-------------+
 *    |      0       |    slot    |    span     |
 *    +--------------+------------+-------------+
 */
typedef uint64_t grey;
enum { GREY_SPAN_BITS = 23 };

static struct {
    size_t depth, deepest;   /* of the stack in heap_layout.grey, which has room for every slot */
    grey ring[RING_ENTRIES]; /* 0: empty, since span 0 is never used */
    uint32_t ring_next;
    uint32_t root_ranges[ROOT_KIND_COUNT];
    struct mark_totals totals;
} marker;

/* Who made what is grey so, beside stack and ring; kept under GCRT_VERIFY alone. A pusher is the address of an object, or a root:
 *
 *     63 62      56 55            0
 *    +--+----------+---------------+
 *    | 1| its kind | its goroutine |
 *    +--+----------+---------------+
 */
typedef uint64_t pusher;
#define PUSHER_ROOT ((pusher)1 << 63)
enum { PUSHER_KIND_SHIFT = 56 };

static struct {
    pusher now;
    pusher *stack; /* NULL: not kept */
    pusher ring[RING_ENTRIES];
} pushers;

void mark_start(bool keeps_pushers)
{
    if (!keeps_pushers)
        return;
    pushers.stack = pages_map((heap_layout.page_limit + 1) * SPAN_SLOTS_PER_PAGE_MAX * sizeof(pusher));
    if (pushers.stack == NULL)
        fatal_exit("out of memory: GCRT_VERIFY needs as much address space as the mark stack");
}

void mark_begin(void)
{
    marker.totals = (struct mark_totals){0};
    memset(marker.root_ranges, 0, sizeof marker.root_ranges);
    marker.deepest = 0;
}

/* White to grey. Objects without pointers are black at once. */
static UNSANITIZED void mark_address(uintptr_t address)
{
    uint32_t first = span_of(address);
    if (first == 0)
        return;
    const struct span *span = &heap_layout.spans[first];
    uint32_t slot = span_slot(span, address - span_base(first));
    if (slot >= span->slot_count || !span_slot_is_allocated(first, slot))
        return;
    uint8_t *mark = span_marks(first) + slot;
    if (*mark != 0)
        return;
    *mark = 1;
    marker.totals.objects++;
    marker.totals.bytes += span->slot_bytes;
    if (kinds[span->kind].trace == KIND_TRACE_NOTHING)
        return;
    if (__builtin_expect(pushers.stack != NULL, 0))
        pushers.stack[marker.depth] = pushers.now;
    heap_layout.grey[marker.depth++] = (grey)first | (grey)slot << GREY_SPAN_BITS;
}

static UNSANITIZED void mark_words_maybe(uintptr_t low, uintptr_t high, void *)
{
    for (const uintptr_t *word = (const uintptr_t *)low; (uintptr_t)(word + 1) <= high; word++) {
        if (*word - heap_layout.base > (uint64_t)heap_layout.page_top << SPAN_PAGE_SHIFT)
            continue;
        mark_address(*word);
        mark_address(*word - 1); /* compilers keep the end of an array and drop its beginning */
    }
}

UNSANITIZED void mark_range(const struct root_range *range, void *)
{
    const void *low = range->low, *high = range->high;
    uintptr_t aligned = ((uintptr_t)low + sizeof(void *) - 1) & ~(uintptr_t)(sizeof(void *) - 1);
    if (aligned >= (uintptr_t)high)
        return;
    pushers.now = PUSHER_ROOT | (pusher)range->kind << PUSHER_KIND_SHIFT | range->goroutine;
    marker.root_ranges[range->kind]++;
    marker.totals.root_bytes += (uintptr_t)high - aligned;
    mark_words_maybe(aligned, (uintptr_t)high, NULL);
}

static UNSANITIZED void mark_pointer(void *slot, void *)
{
    mark_address(*(const uintptr_t *)slot);
}

static uint32_t span_of_grey(grey entry)
{
    return (uint32_t)(entry & ((1u << GREY_SPAN_BITS) - 1));
}

static uintptr_t address_of_grey(grey entry)
{
    uint32_t first = span_of_grey(entry);
    return span_base(first) + (entry >> GREY_SPAN_BITS) * heap_layout.spans[first].slot_bytes;
}

static void scan(grey entry)
{
    const struct span *span = &heap_layout.spans[span_of_grey(entry)];
    uintptr_t object = address_of_grey(entry);
    pushers.now = object;
    object_words_visit(&kinds[span->kind], object, span->slot_bytes,
                       (struct object_words){mark_pointer, mark_words_maybe}, NULL);
}

static void prefetch(grey entry)
{
    __builtin_prefetch((const void *)address_of_grey(entry));
}

/* Puts `entry` into the ring (0: nothing) and returns what waited there longest (0: nothing). */
static grey exchange(grey entry)
{
    uint32_t at = marker.ring_next++ % RING_ENTRIES;
    grey oldest = marker.ring[at];
    marker.ring[at] = entry;
    if (__builtin_expect(pushers.stack != NULL, 0) && entry != 0)
        pushers.ring[at] = pushers.stack[marker.depth];
    return oldest;
}

void mark_drain(void)
{
    unsigned empty = 0; /* turns of the ring without anything new or old */
    while (empty < RING_ENTRIES) {
        if (marker.depth > marker.deepest)
            marker.deepest = marker.depth;
        grey entry = marker.depth != 0 ? heap_layout.grey[--marker.depth] : 0;
        if (entry != 0)
            prefetch(entry);
        else if (invariant_fault == INVARIANT_Q1)
            return;
        grey oldest = exchange(entry);
        empty = entry == 0 && oldest == 0 ? empty + 1 : 0;
        if (oldest != 0)
            scan(oldest);
    }
}

/* ---- invariant Q1 ---- */

static size_t count_ring(void)
{
    size_t count = 0;
    for (unsigned i = 0; i < RING_ENTRIES; i++)
        count += marker.ring[i] != 0;
    return count;
}

static void describe_pusher(pusher who, struct text *text)
{
    static const char *const names[ROOT_KIND_COUNT] = {
        [ROOT_DATA] = "data of a loaded object",
        [ROOT_ADDED] = "gcrt_root_add",
        [ROOT_STACK] = "the stack",
        [ROOT_REGISTER] = "saved registers",
        [ROOT_RECORD] = "the record",
        [ROOT_THREAD] = "the stack of gcrt_run's caller",
        [ROOT_TIMER] = "a timer",
        [ROOT_BARRIER] = "a barrier buffer",
    };
    if ((who & PUSHER_ROOT) == 0) {
        address_describe(who, text);
        return;
    }
    uint64_t goroutine = who & (((pusher)1 << PUSHER_KIND_SHIFT) - 1);
    text_add(text, "a root: ");
    text_add(text, names[(who & ~PUSHER_ROOT) >> PUSHER_KIND_SHIFT]);
    if (goroutine != 0) {
        text_add(text, " of goroutine ");
        text_add_decimal(text, goroutine);
    }
}

static void show_entry(const char *where, grey entry, const pusher *who, void (*line)(const char *text))
{
    struct text text = {0};
    text_add(&text, where);
    text_add(&text, ": grey ");
    address_describe(address_of_grey(entry), &text);
    text_add(&text, "; pushed by ");
    if (pushers.stack != NULL)
        describe_pusher(*who, &text);
    else
        text_add(&text, "(kept with GCRT_VERIFY=cycle)");
    text_add_end(&text);
    line(text.bytes);
}

enum { ENTRIES_SHOWN = 32 };

static void show_queues(void (*line)(const char *text))
{
    char counters[200];
    snprintf(counters, sizeof counters, "full=%zu next=%zu nDataRoots=%u nAddedRoots=%u nStackRoots=%u", marker.depth,
             count_ring(), marker.root_ranges[ROOT_DATA], marker.root_ranges[ROOT_ADDED],
             marker.root_ranges[ROOT_STACK]);
    line(counters);
    for (unsigned i = 0; i < RING_ENTRIES; i++)
        if (marker.ring[i] != 0)
            show_entry("ring", marker.ring[i], &pushers.ring[i], line);
    for (size_t i = 0; i < marker.depth && i < ENTRIES_SHOWN; i++)
        show_entry("stack", heap_layout.grey[marker.depth - 1 - i],
                   pushers.stack != NULL ? &pushers.stack[marker.depth - 1 - i] : NULL, line);
}

void mark_end(struct mark_totals *ret_totals)
{
    size_t waiting = count_ring();
    if (marker.depth != 0 || waiting != 0)
        invariant_broken(INVARIANT_Q1, show_queues, "%zu on the mark stack, %zu in the ring", marker.depth, waiting);
    if (marker.deepest * sizeof(grey) > STACK_KEPT_BYTES)
        pages_drop((char *)heap_layout.grey + STACK_KEPT_BYTES,
                   (marker.deepest * sizeof(grey) - STACK_KEPT_BYTES + PAGE_BYTES) & ~(size_t)(PAGE_BYTES - 1));
    *ret_totals = marker.totals;
}
