#include "gctool/remote/heap_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "gctool/remote/kind_image.h"
#include "gctool/remote/remote.h"

enum { PAGES_MAX = 1 << 23, WORKERS_MAX = 256 };

static int missing(const struct remote *remote, const char *what, struct error *reterr)
{
    error_set(reterr, -ENODATA, "cannot read %s: %s is not in it%s%s", remote->memory->name, what,
              remote->memory->note[0] != '\0' ? ": " : "", remote->memory->note);
    return -ENODATA;
}

static int no_memory(const struct remote *remote, struct error *reterr)
{
    return error_set(reterr, -ENOMEM, "cannot read %s: out of memory", remote->memory->name);
}

/* ---- spans ---- */

static struct image_span span_of_bytes(const struct remote *remote, const struct record *record)
{
    struct image_span span = {
        .slot_bytes = record_u64(remote, record, LAYOUT_SPAN_SLOT_BYTES),
        .page_count = record_u32(remote, record, LAYOUT_SPAN_PAGE_COUNT),
        .slot_count = record_u32(remote, record, LAYOUT_SPAN_SLOT_COUNT),
        .kind = record_u32(remote, record, LAYOUT_SPAN_KIND),
        .next = record_u32(remote, record, LAYOUT_SPAN_NEXT),
        .is_used = record_u8(remote, record, LAYOUT_SPAN_STATE) == layout_number(&remote->layout, LAYOUT_SPAN_IN_USE),
    };
    return span;
}

/* What could not be is not used: each span then lies within the pages, and its slots within it. */
static bool is_possible(const struct heap_image *image, uint32_t first, const struct image_span *span)
{
    uint64_t bytes = (uint64_t)span->page_count << image->page_shift, bits = (uint64_t)image->bitmap_words * 64;
    return span->page_count > 0 && span->page_count <= image->page_top - first && span->slot_count > 0 &&
           span->slot_bytes >= HEAP_GRAIN_BYTES && span->slot_bytes <= bytes &&
           span->slot_count <= bytes / span->slot_bytes && span->slot_count <= bits * span->page_count &&
           span->kind < image->kind_count && span->kind != 0;
}

static bool read_spans(struct remote *remote, uint64_t address)
{
    struct heap_image *image = &remote->heap;
    uint32_t size = layout_number(&remote->layout, LAYOUT_SPAN_BYTES);
    for (uint32_t first = 1; first < image->page_top;) {
        struct record record;
        if (!remote_record(remote, address + (uint64_t)first * size, LAYOUT_SPAN_BYTES, &record))
            return false;
        struct image_span *span = &image->spans[first];
        *span = span_of_bytes(remote, &record);
        span->is_used = span->is_used && is_possible(image, first, span);
        if (span->page_count == 0 || span->page_count > image->page_top - first)
            return false;
        first += span->page_count;
    }
    return true;
}

/* ---- which slots live ---- */

/* Marks are a byte a slot. */
static int keep_marked(struct remote *remote, uint32_t first, uint64_t marks)
{
    struct heap_image *image = &remote->heap;
    uint32_t count = image->spans[first].slot_count;
    uint8_t *marked = malloc(count);
    if (marked == NULL)
        return -ENOMEM;
    uint64_t at = marks + (uint64_t)first * layout_number(&remote->layout, LAYOUT_SLOTS_PER_PAGE);
    uint64_t *live = image->live + (uint64_t)first * image->bitmap_words;
    if (memory_read(remote->memory, at, marked, count))
        for (uint32_t slot = 0; slot < count; slot++)
            if ((marked[slot] & 1) == 0)
                live[slot / 64] &= ~((uint64_t)1 << (slot % 64));
    free(marked);
    return 0;
}

static int sweep(struct remote *remote, uint64_t marks)
{
    struct heap_image *image = &remote->heap;
    uint64_t kinds = remote_u64(remote, layout_address(&remote->layout, LAYOUT_AT_KINDS));
    uint32_t size = layout_number(&remote->layout, LAYOUT_KIND_BYTES);
    uint32_t steps = 0;
    for (uint32_t id = 1; id < image->kind_count; id++) {
        uint32_t first = remote_u32(remote,
                                    kinds + (uint64_t)id * size + layout_number(&remote->layout, LAYOUT_KIND_UNSWEPT));
        for (; first != 0 && first < image->page_top && steps < image->page_top; steps++) {
            int error = image->spans[first].is_used ? keep_marked(remote, first, marks) : 0;
            if (error < 0)
                return error;
            first = image->spans[first].next;
        }
    }
    return 0;
}

/* The rest of a cache's run: allocated in the books, and nobody's. */
static void give_back(struct heap_image *image, uint32_t first, uint64_t next, uint64_t limit)
{
    if (first == 0 || first >= image->page_top || !image->spans[first].is_used)
        return;
    const struct image_span *span = &image->spans[first];
    uint64_t base = heap_image_span_base(image, first);
    if (next < base || limit < next || (limit - base) / span->slot_bytes > span->slot_count)
        return;
    uint64_t *live = image->live + (uint64_t)first * image->bitmap_words;
    for (uint64_t slot = (next - base) / span->slot_bytes; slot < (limit - base) / span->slot_bytes; slot++)
        live[slot / 64] &= ~((uint64_t)1 << (slot % 64));
}

static void flush_caches(struct remote *remote)
{
    const struct layout *layout = &remote->layout;
    uint32_t count = remote_u32(remote, layout_address(layout, LAYOUT_AT_WORKER_COUNT));
    uint32_t cell_bytes = layout_number(layout, LAYOUT_CELL_BYTES);
    for (uint32_t worker = 0; worker < count && worker < WORKERS_MAX; worker++) {
        uint64_t at = layout_address(layout, LAYOUT_AT_WORKERS) +
                      (uint64_t)worker * layout_number(layout, LAYOUT_WORKER_BYTES);
        uint64_t cells = remote_u64(remote, at + layout_number(layout, LAYOUT_WORKER_CACHE)) +
                         layout_number(layout, LAYOUT_CACHE_CELLS);
        for (uint32_t id = 1; id < remote->heap.kind_count; id++) {
            struct record cell;
            if (remote_record(remote, cells + (uint64_t)id * cell_bytes, LAYOUT_CELL_BYTES, &cell))
                give_back(&remote->heap, record_u32(remote, &cell, LAYOUT_CELL_SPAN),
                          record_u64(remote, &cell, LAYOUT_CELL_NEXT), record_u64(remote, &cell, LAYOUT_CELL_LIMIT));
        }
    }
}

/* ---- reading ---- */

static int read_pages(struct remote *remote, const struct record *layout, struct error *reterr)
{
    struct heap_image *image = &remote->heap;
    size_t pages = image->page_top, words = pages * image->bitmap_words;
    image->owner = calloc(pages, sizeof *image->owner);
    image->spans = calloc(pages, sizeof *image->spans);
    image->live = calloc(words, sizeof *image->live);
    if (image->owner == NULL || image->spans == NULL || image->live == NULL)
        return no_memory(remote, reterr);
    uint64_t owner = record_u64(remote, layout, LAYOUT_HEAP_OWNER);
    uint64_t allocated = record_u64(remote, layout, LAYOUT_HEAP_ALLOCATED);
    if (!memory_read(remote->memory, owner, image->owner, pages * sizeof *image->owner) ||
        !memory_read(remote->memory, allocated, image->live, words * sizeof *image->live) ||
        !read_spans(remote, record_u64(remote, layout, LAYOUT_HEAP_SPANS)))
        return missing(remote, "the heap's table of pages", reterr);
    return 0;
}

int heap_image_read(struct remote *remote, struct error *reterr)
{
    struct heap_image *image = &remote->heap;
    uint64_t at = layout_address(&remote->layout, LAYOUT_AT_HEAP);
    struct record layout = {.size = 0};
    layout.size = layout_number(&remote->layout, LAYOUT_HEAP_ALLOCATED) + (uint32_t)sizeof(uint64_t);
    if (layout.size > sizeof layout.bytes || !memory_read(remote->memory, at, layout.bytes, layout.size))
        return missing(remote, "the heap's layout", reterr);
    image->base = record_u64(remote, &layout, LAYOUT_HEAP_BASE);
    image->page_top = record_u32(remote, &layout, LAYOUT_HEAP_PAGE_TOP);
    image->page_shift = layout_number(&remote->layout, LAYOUT_PAGE_SHIFT);
    image->bitmap_words = layout_number(&remote->layout, LAYOUT_SLOTS_PER_PAGE) / 64;
    if (image->base == 0) {
        error_set(reterr, -ENODATA, "cannot read %s: gcrt_run has not begun in it", remote->memory->name);
        return -ENODATA;
    }
    if (image->page_top == 0 || image->page_top > PAGES_MAX || image->bitmap_words == 0)
        return error_set(reterr, -EBADMSG, "cannot read %s: the heap's layout is damaged", remote->memory->name);
    int error = kind_image_read(remote);
    if (error == 0)
        error = read_pages(remote, &layout, reterr);
    else
        return error == -ENOMEM ? no_memory(remote, reterr) : missing(remote, "the table of kinds", reterr);
    if (error < 0)
        return error;
    flush_caches(remote);
    error = sweep(remote, record_u64(remote, &layout, LAYOUT_HEAP_MARKS));
    return error < 0 ? no_memory(remote, reterr) : 0;
}

void heap_image_free(struct heap_image *image)
{
    for (size_t i = 0; i < image->type_count; i++)
        free(image->types[i].ranges);
    free(image->types);
    free(image->kinds);
    free(image->owner);
    free(image->spans);
    free(image->live);
}

uint64_t heap_image_slot_at(const struct heap_image *image, uint64_t address)
{
    uint64_t page = (address - image->base) >> image->page_shift;
    if (page >= image->page_top)
        return 0;
    uint32_t first = image->owner[page];
    if (first == 0 || first > page || !image->spans[first].is_used)
        return 0;
    const struct image_span *span = &image->spans[first];
    uint64_t base = heap_image_span_base(image, first), slot = (address - base) / span->slot_bytes;
    bool lives = slot < span->slot_count && heap_image_lives(image, first, (uint32_t)slot);
    return lives ? base + slot * span->slot_bytes : 0;
}
