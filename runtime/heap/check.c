#include "heap/check.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "heap/kind.h"
#include "heap/page_runs.h"
#include "heap/span.h"
#include "platform/invariant.h"

static char fault[300];

static bool wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool wrong(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault, sizeof fault, format, arguments);
    va_end(arguments);
    return false;
}

static bool check_slots(uint32_t first, enum heap_moment moment)
{
    const struct span *span = &heap_layout.spans[first];
    const struct kind *kind = &kinds[span->kind];
    if (span->kind == 0 || span->kind >= kind_count())
        return wrong("span %u holds kind %u, of %u", first, span->kind, kind_count());
    bool is_large = kind->slot_bytes == 0;
    if (!is_large && (span->slot_bytes != kind->slot_bytes || span->slot_count != kind->slot_count))
        return wrong("span %u: %u slots of %zu bytes, its kind has %u of %zu", first, span->slot_count,
                     (size_t)span->slot_bytes, kind->slot_count, (size_t)kind->slot_bytes);
    if (span->slot_bytes * span->slot_count > (uint64_t)span->page_count << SPAN_PAGE_SHIFT)
        return wrong("span %u: %u slots of %zu bytes in %u pages", first, span->slot_count, (size_t)span->slot_bytes,
                     span->page_count);
    for (uint32_t slot = 0; slot < span_bitmap_words(span) * 64; slot++) {
        bool is_allocated = span_slot_is_allocated(first, slot);
        uint8_t mark = span_marks(first)[slot];
        if (slot >= span->slot_count && (is_allocated || mark != 0))
            return wrong("span %u has %u slots, and slot %u is in use", first, span->slot_count, slot);
        if (mark > 1 || (mark != 0 && !is_allocated) || (mark != 0 && moment == HEAP_SWEPT))
            return wrong("span %u, slot %u: mark %u, allocated %d", first, slot, mark, is_allocated);
    }
    return true;
}

static bool check_owners(uint32_t first)
{
    const struct span *span = &heap_layout.spans[first];
    for (uint32_t page = first; page < first + span->page_count; page++) {
        bool is_owned = span->state == SPAN_USED || page == first || page == first + span->page_count - 1;
        if (heap_layout.owner[page] != (is_owned ? first : 0))
            return wrong("page %u of span %u, state %u, is owned by %u", page, first, span->state,
                         heap_layout.owner[page]);
    }
    return true;
}

struct sums {
    uint64_t used_pages, dirty_pages, used_spans;
};

static bool check_pages(enum heap_moment moment, struct sums *sums)
{
    bool was_free = false;
    uint32_t first = 1;
    while (first < heap_layout.page_top) {
        const struct span *span = &heap_layout.spans[first];
        bool is_free = span->state == SPAN_FREE;
        if ((!is_free && span->state != SPAN_USED) || span->page_count == 0 ||
            span->page_count > heap_layout.page_top - first)
            return wrong("no span begins at page %u: state %u, %u pages", first, span->state, span->page_count);
        if (is_free && was_free)
            return wrong("the free run at page %u touches the one before", first);
        if (!check_owners(first) || (!is_free && !check_slots(first, moment)))
            return false;
        sums->used_pages += is_free ? 0 : span->page_count;
        sums->used_spans += !is_free;
        sums->dirty_pages += is_free ? span->page_count - span->zero_pages : 0;
        was_free = is_free;
        first += span->page_count;
    }
    return true;
}

/* Every list holds used spans of its own kind, and all lists together as many as there are. */
static bool check_lists(enum heap_moment moment, uint64_t used_spans)
{
    uint64_t listed = 0;
    for (uint32_t id = 1; id < kind_count(); id++) {
        uint32_t first = atomic_load_explicit(&kinds[id].unswept, memory_order_relaxed);
        for (; first != 0; first = heap_layout.spans[first].next) {
            if (heap_layout.spans[first].state != SPAN_USED || heap_layout.spans[first].kind != id)
                return wrong("span %u, state %u, kind %u, is on the list of kind %u", first,
                             heap_layout.spans[first].state, heap_layout.spans[first].kind, id);
            if (++listed > used_spans)
                return wrong("the list of kind %u has no end", id);
        }
    }
    uint64_t wanted = moment == HEAP_MARKED ? used_spans : 0;
    return listed == wanted || wrong("%zu spans are to be swept, of %zu", (size_t)listed, (size_t)wanted);
}

const char *heap_check(enum heap_moment moment)
{
    struct sums sums = {0};
    if (!check_pages(moment, &sums) || !check_lists(moment, sums.used_spans))
        return fault;
    if (sums.used_pages != page_runs_used_pages() || sums.dirty_pages != page_runs_dirty_pages()) {
        wrong("%zu pages are used and %zu free ones dirty, counted as %zu and %zu", (size_t)sums.used_pages,
              (size_t)sums.dirty_pages, (size_t)page_runs_used_pages(), (size_t)page_runs_dirty_pages());
        return fault;
    }
    return NULL;
}

void heap_check_or_abort(enum heap_moment moment)
{
    const char *what = heap_check(moment);
    if (what != NULL)
        invariant_broken(INVARIANT_S1, NULL, "%s", what);
}
