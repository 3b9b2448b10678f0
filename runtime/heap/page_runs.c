#include "heap/page_runs.h"

#include "heap/span.h"
#include "platform/pages.h"

/* Runs of 1 to 64 pages have a bin each, longer ones share the last. */
enum { BIN_COUNT = 65, BIN_LONG = 64, CYCLES_BEFORE_DROP = 2 };

static uint32_t bins[BIN_COUNT]; /* first page of the first run, 0: empty */
static uint64_t used_pages;

static uint32_t bin_of(uint32_t page_count)
{
    return page_count > BIN_LONG ? BIN_LONG : page_count - 1;
}

static void bin_add(uint32_t first, uint32_t page_count)
{
    struct span *run = &heap_layout.spans[first];
    uint32_t *bin = &bins[bin_of(page_count)];
    run->state = SPAN_FREE;
    run->page_count = page_count;
    run->previous = 0;
    run->next = *bin;
    if (*bin != 0)
        heap_layout.spans[*bin].previous = first;
    *bin = first;
    heap_layout.owner[first] = first;
    heap_layout.owner[first + page_count - 1] = first;
}

static void bin_remove(uint32_t first)
{
    struct span *run = &heap_layout.spans[first];
    if (run->previous != 0)
        heap_layout.spans[run->previous].next = run->next;
    else
        bins[bin_of(run->page_count)] = run->next;
    if (run->next != 0)
        heap_layout.spans[run->next].previous = run->previous;
    run->state = SPAN_NONE;
}

/* Best fit among the short ones, first fit among the long ones. */
static uint32_t find_run(uint32_t page_count)
{
    for (uint32_t bin = bin_of(page_count); bin < BIN_LONG; bin++)
        if (bins[bin] != 0)
            return bins[bin];
    for (uint32_t first = bins[BIN_LONG]; first != 0; first = heap_layout.spans[first].next)
        if (heap_layout.spans[first].page_count >= page_count)
            return first;
    return 0;
}

/* Pages that nobody has used yet. */
static uint32_t extend(uint32_t page_count)
{
    if (page_count > heap_layout.page_limit - heap_layout.page_top)
        return 0;
    uint32_t first = heap_layout.page_top;
    heap_layout.page_top += page_count;
    heap_layout.spans[first].is_zero = true;
    return first;
}

static uint32_t split(uint32_t first, uint32_t page_count)
{
    struct span *run = &heap_layout.spans[first];
    uint32_t rest = run->page_count - page_count;
    bin_remove(first);
    if (rest != 0) {
        struct span *rest_run = &heap_layout.spans[first + page_count];
        rest_run->is_zero = run->is_zero;
        rest_run->freed_cycle = run->freed_cycle;
        bin_add(first + page_count, rest);
    }
    return first;
}

uint32_t page_runs_take(uint32_t page_count)
{
    uint32_t first = find_run(page_count);
    first = first != 0 ? split(first, page_count) : extend(page_count);
    if (first == 0)
        return 0;
    for (uint32_t page = first; page < first + page_count; page++)
        heap_layout.owner[page] = first;
    heap_layout.spans[first].page_count = page_count;
    heap_layout.spans[first].state = SPAN_USED;
    used_pages += page_count;
    return first;
}

static bool is_free_run(uint32_t first)
{
    return first != 0 && heap_layout.spans[first].state == SPAN_FREE;
}

void page_runs_give(uint32_t first, uint32_t cycle)
{
    uint32_t page_count = heap_layout.spans[first].page_count;
    bool is_zero = heap_layout.spans[first].is_zero;
    used_pages -= page_count;
    heap_layout.spans[first].state = SPAN_NONE;
    for (uint32_t page = first; page < first + page_count; page++)
        heap_layout.owner[page] = 0;
    uint32_t before = heap_layout.owner[first - 1];
    if (is_free_run(before)) {
        bin_remove(before);
        is_zero &= heap_layout.spans[before].is_zero;
        page_count += heap_layout.spans[before].page_count;
        heap_layout.owner[first - 1] = 0;
        first = before;
    }
    uint32_t behind = first + page_count;
    if (behind < heap_layout.page_top && is_free_run(heap_layout.owner[behind])) {
        bin_remove(behind);
        is_zero &= heap_layout.spans[behind].is_zero;
        heap_layout.owner[behind] = 0;
        page_count += heap_layout.spans[behind].page_count;
    }
    heap_layout.spans[first].is_zero = is_zero;
    heap_layout.spans[first].freed_cycle = cycle;
    bin_add(first, page_count);
}

void page_runs_drop(uint32_t cycle, uint32_t page_count_max)
{
    for (uint32_t bin = BIN_COUNT; bin-- > 0;) {
        for (uint32_t first = bins[bin]; first != 0; first = heap_layout.spans[first].next) {
            struct span *run = &heap_layout.spans[first];
            if (run->is_zero || cycle - run->freed_cycle < CYCLES_BEFORE_DROP)
                continue;
            if (run->page_count > page_count_max)
                return;
            page_count_max -= run->page_count;
            pages_drop((void *)span_base(first), (size_t)run->page_count << SPAN_PAGE_SHIFT);
            run->is_zero = true;
        }
    }
}

uint64_t page_runs_used_pages(void)
{
    return used_pages;
}
