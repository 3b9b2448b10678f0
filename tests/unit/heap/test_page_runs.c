/* Runs of free pages against a model: one owner a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "heap/page_runs.h"
#include "heap/span.h"

enum { PAGES = 4000, SPANS = 600, STEPS = 200000 };

static struct {
    uint32_t first, count;
} taken[SPANS];
static uint16_t model[PAGES]; /* 0: free, else 1 + index into taken */
static bool is_dirty[PAGES];  /* written to since it was last known to be zero */

static int make_layout(void **)
{
    heap_layout.base = (uintptr_t)aligned_alloc(SPAN_PAGE_BYTES, (size_t)PAGES * SPAN_PAGE_BYTES);
    heap_layout.owner = calloc(PAGES, sizeof(uint32_t));
    heap_layout.spans = calloc(PAGES, sizeof(struct span));
    heap_layout.page_limit = PAGES - 1;
    heap_layout.page_top = 1;
    return heap_layout.base == 0 || heap_layout.owner == NULL || heap_layout.spans == NULL;
}

static int free_layout(void **)
{
    free((void *)heap_layout.base);
    free(heap_layout.owner);
    free(heap_layout.spans);
    return 0;
}

static void take(uint32_t index)
{
    uint32_t count = rand() % 10 == 0 ? 1 + (uint32_t)rand() % 200 : 1 + (uint32_t)rand() % 8;
    uint32_t first = page_runs_take(count);
    if (first == 0)
        return;
    taken[index].first = first;
    taken[index].count = count;
    for (uint32_t page = first; page < first + count; page++) {
        assert_in_range(page, 1, PAGES - 2);
        assert_int_equal(model[page], 0); /* nobody else's */
        assert_int_equal(span_of(span_base(page)), first);
        model[page] = (uint16_t)(index + 1);
        assert_false(heap_layout.spans[first].is_zero && is_dirty[page]);
    }
}

static void give(uint32_t index)
{
    for (uint32_t page = taken[index].first; page < taken[index].first + taken[index].count; page++)
        model[page] = 0;
    if (rand() % 2 == 0) { /* somebody wrote to one page of it */
        heap_layout.spans[taken[index].first].is_zero = false;
        is_dirty[taken[index].first + (uint32_t)rand() % taken[index].count] = true;
    }
    page_runs_give(taken[index].first);
    assert_int_equal(span_of(span_base(taken[index].first)), 0);
    taken[index].first = 0;
}

/* All records from page 1 to the top follow each other, and no two free runs touch. */
static void check_chain(void)
{
    bool was_free = false;
    uint64_t used = 0, dirty = 0;
    uint32_t page = 1;
    while (page < heap_layout.page_top) {
        const struct span *span = &heap_layout.spans[page];
        bool is_free = span->state == SPAN_FREE;
        assert_true(is_free || span->state == SPAN_USED);
        assert_false(is_free && was_free);
        assert_true(span->page_count > 0);
        used += is_free ? 0 : span->page_count;
        dirty += is_free ? span->page_count - span->zero_pages : 0;
        for (uint32_t i = 0; is_free && i < span->zero_pages; i++)
            assert_false(is_dirty[page + i]);
        was_free = is_free;
        page += span->page_count;
    }
    assert_int_equal(page, heap_layout.page_top);
    assert_int_equal(used, page_runs_used_pages());
    assert_int_equal(dirty, page_runs_dirty_pages());
}

/* What heap_trim() does. */
static void clean(uint32_t page_count_max)
{
    uint32_t first = page_runs_take_dirty(page_count_max);
    if (first == 0)
        return;
    assert_in_range(heap_layout.spans[first].page_count, 1, page_count_max);
    for (uint32_t page = first; page < first + heap_layout.spans[first].page_count; page++) {
        assert_int_equal(model[page], 0);
        is_dirty[page] = false;
    }
    heap_layout.spans[first].is_zero = true;
    page_runs_give(first);
}

static void a_page_has_one_owner(void **)
{
    srand(1);
    for (int step = 0; step < STEPS; step++) {
        uint32_t index = (uint32_t)rand() % SPANS;
        if (taken[index].first != 0)
            give(index);
        else
            take(index);
        if (step % 50 == 0)
            clean(1 + (uint32_t)rand() % 100);
        if (step % 1000 == 0)
            check_chain();
    }
}

static void cleaning_ends_when_no_free_page_is_dirty(void **)
{
    while (page_runs_dirty_pages() != 0) {
        uint64_t before = page_runs_dirty_pages();
        clean(64);
        assert_true(page_runs_dirty_pages() < before && page_runs_dirty_pages() + 64 >= before);
    }
    check_chain();
    for (uint32_t page = 1; page < heap_layout.page_top; page++)
        assert_false(model[page] == 0 && is_dirty[page]);
    assert_int_equal(page_runs_take_dirty(64), 0);
}

static void everything_given_back_is_one_run(void **)
{
    for (uint32_t index = 0; index < SPANS; index++)
        if (taken[index].first != 0)
            give(index);
    assert_int_equal(page_runs_used_pages(), 0);
    assert_int_equal(heap_layout.spans[1].page_count, heap_layout.page_top - 1);
    assert_int_equal(page_runs_take(PAGES), 0);
    assert_int_equal(page_runs_take(heap_layout.page_top - 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_has_one_owner),
        cmocka_unit_test(cleaning_ends_when_no_free_page_is_dirty),
        cmocka_unit_test(everything_given_back_is_one_run),
    };
    return cmocka_run_group_tests(tests, make_layout, free_layout);
}
