#include "heap/page_runs.h"

#include "heap/span.h"

/* Runs of 1 to 64 pages have a bin each, longer ones share the last. */
enum { BIN_COUNT = 65, BIN_LONG = 64 };

static uint32_t bins[BIN_COUNT]; /* first page of the first run, 0: empty */
static uint64_t used_pages, dirty_pages;

static uint32_t bin_of(uint32_t page_count)
{
    return page_count > BIN_LONG ? BIN_LONG : page_count - 1;
}

/* Free pages outside the bins; the first `zero_pages` of them are known to read as zero. */
struct extent {
    uint32_t first, page_count, zero_pages;
};

static void bin_add(struct extent extent)
{
    struct span *run = &heap_layout.spans[extent.first];
    uint32_t *bin = &bins[bin_of(extent.page_count)];
    run->state = SPAN_FREE;
    run->page_count = extent.page_count;
    run->zero_pages = extent.zero_pages;
    run->previous = 0;
    run->next = *bin;
    if (*bin != 0)
        heap_layout.spans[*bin].previous = extent.first;
    *bin = extent.first;
    heap_layout.owner[extent.first] = extent.first;
    heap_layout.owner[extent.first + extent.page_count - 1] = extent.first;
    dirty_pages += extent.page_count - extent.zero_pages;
}

static struct extent bin_remove(uint32_t first)
{
    struct span *run = &heap_layout.spans[first];
    if (run->previous != 0)
        heap_layout.spans[run->previous].next = run->next;
    else
        bins[bin_of(run->page_count)] = run->next;
    if (run->next != 0)
        heap_layout.spans[run->next].previous = run->previous;
    run->state = SPAN_NONE;
    heap_layout.owner[first] = 0;
    heap_layout.owner[first + run->page_count - 1] = 0;
    dirty_pages -= run->page_count - run->zero_pages;
    return (struct extent){first, run->page_count, run->zero_pages};
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

/* Its pages [skip, skip + page_count). */
static struct extent part(struct extent extent, uint32_t skip, uint32_t page_count)
{
    uint32_t zero_pages = extent.zero_pages > skip ? extent.zero_pages - skip : 0;
    return (struct extent){extent.first + skip, page_count, zero_pages < page_count ? zero_pages : page_count};
}

/* `behind` begins where `extent` ends. */
static struct extent join(struct extent extent, struct extent behind)
{
    bool is_zero = extent.zero_pages == extent.page_count;
    return (struct extent){extent.first, extent.page_count + behind.page_count,
                           is_zero ? extent.page_count + behind.zero_pages : extent.zero_pages};
}

/* Cuts [skip, skip + page_count) out of a free run; what is left on both sides stays free. */
static uint32_t carve(uint32_t run, uint32_t skip, uint32_t page_count)
{
    struct extent whole = bin_remove(run), cut = part(whole, skip, page_count);
    uint32_t rest = whole.page_count - skip - page_count;
    if (skip != 0)
        bin_add(part(whole, 0, skip));
    if (rest != 0)
        bin_add(part(whole, skip + page_count, rest));
    heap_layout.spans[cut.first].is_zero = cut.zero_pages == page_count;
    return cut.first;
}

static uint32_t own(uint32_t first, uint32_t page_count)
{
    for (uint32_t page = first; page < first + page_count; page++)
        heap_layout.owner[page] = first;
    heap_layout.spans[first].page_count = page_count;
    heap_layout.spans[first].state = SPAN_USED;
    used_pages += page_count;
    return first;
}

uint32_t page_runs_take(uint32_t page_count)
{
    uint32_t run = find_run(page_count);
    uint32_t first = run != 0 ? carve(run, 0, page_count) : extend(page_count);
    return first != 0 ? own(first, page_count) : 0;
}

uint32_t page_runs_take_dirty(uint32_t page_count_max)
{
    for (uint32_t bin = BIN_COUNT; bin-- > 0;) {
        for (uint32_t run = bins[bin]; run != 0; run = heap_layout.spans[run].next) {
            uint32_t zero_pages = heap_layout.spans[run].zero_pages;
            uint32_t dirty = heap_layout.spans[run].page_count - zero_pages;
            uint32_t page_count = dirty < page_count_max ? dirty : page_count_max;
            if (page_count != 0)
                return own(carve(run, zero_pages, page_count), page_count);
        }
    }
    return 0;
}

static bool is_free_run(uint32_t first)
{
    return first != 0 && heap_layout.spans[first].state == SPAN_FREE;
}

void page_runs_give(uint32_t first)
{
    struct span *span = &heap_layout.spans[first];
    struct extent extent = {first, span->page_count, span->is_zero ? span->page_count : 0};
    used_pages -= span->page_count;
    span->state = SPAN_NONE;
    for (uint32_t page = first; page < first + extent.page_count; page++)
        heap_layout.owner[page] = 0;
    uint32_t before = heap_layout.owner[first - 1], behind = first + extent.page_count;
    if (behind < heap_layout.page_top && is_free_run(heap_layout.owner[behind]))
        extent = join(extent, bin_remove(behind));
    if (is_free_run(before))
        extent = join(bin_remove(before), extent);
    bin_add(extent);
}

uint64_t page_runs_dirty_pages(void)
{
    return dirty_pages;
}

uint64_t page_runs_used_pages(void)
{
    return used_pages;
}
