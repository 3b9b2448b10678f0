/* Which words of an object are followed, for every shape: the last element of arrays, tails of described and of traced structs, elements that are
 * aligned to a page, pointers into the middle and behind the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrt/memory.h>
#include <gcrt/store.h>

#include "support/child.h"
#include "support/child_run.h"
#include "support/heap_alive.h"

struct leaf {
    uint64_t words[3];
};
GCRT_TYPE_LEAF(leaf_type, struct leaf);

/* 24 bytes: no size class is a multiple of it. */
struct pair {
    uint64_t number;
    struct leaf *shown;
    uint64_t more;
};
GCRT_TYPE(pair_type, struct pair, shown);

struct page {
    _Alignas(4096) struct leaf *shown;
};
GCRT_TYPE(page_type, struct page, shown);

struct row {
    struct leaf *head[2];
    uint64_t count;
    struct pair pairs[];
};
GCRT_TYPE_TAIL_OF(row_type, struct row, pair_type, pairs, head);

/* The tail begins before the end of the struct. */
struct short_row {
    struct leaf *head;
    char flag;
    char text[];
};
GCRT_TYPE_LEAF(char_type, char);
GCRT_TYPE_TAIL_OF(short_row_type, struct short_row, char_type, text, head);

static void *kept;

/* That nothing more is followed is what test_collect.c says; here stale words would keep whole arrays. */
static void check_alive(uint64_t wanted)
{
    collect_with_clean_stack();
    CHECK(heap_alive(&leaf_type) >= wanted);
}

static __attribute__((noinline)) void put_leaf(void *slot)
{
    gcrt_store((struct leaf **)slot, (struct leaf *)gcrt_new(&leaf_type));
}

/* ---- arrays ---- */

static __attribute__((noinline)) void make_pairs(size_t count)
{
    struct pair *pairs = gcrt_new_array(&pair_type, count);
    gcrt_store(&kept, (void *)pairs);
    for (size_t i = 0; i < count; i++) {
        put_leaf(&pairs[i].shown);
    }
}

static int every_length_of_arrays(void *)
{
    for (size_t count = 1; count < 3000; count += 1 + count / 2) { /* the longest are large objects */
        make_pairs(count);
        check_alive(count);
    }
    gcrt_store(&kept, NULL);
    return 0;
}

static __attribute__((noinline)) void make_pages(size_t count)
{
    struct page *pages = gcrt_new_array(&page_type, count);
    CHECK((uintptr_t)pages % 4096 == 0);
    gcrt_store(&kept, (void *)pages);
    for (size_t i = 0; i < count; i++)
        put_leaf(&pages[i].shown);
}

static int arrays_of_pages(void *)
{
    for (size_t count = 1; count < 20; count += 3) {
        make_pages(count);
        check_alive(count);
    }
    gcrt_store(&kept, NULL);
    return 0;
}

/* ---- tails ---- */

static __attribute__((noinline)) void make_row(size_t count)
{
    struct row *row = gcrt_new_tail(&row_type, count);
    gcrt_store(&kept, (void *)row);
    put_leaf(&row->head[0]);
    put_leaf(&row->head[1]);
    for (size_t i = 0; i < count; i++) {
        put_leaf(&row->pairs[i].shown);
    }
}

static __attribute__((noinline)) void make_short_row(void)
{
    struct short_row *row = gcrt_new_tail(&short_row_type, 1);
    gcrt_store(&kept, (void *)row);
    put_leaf(&row->head);
    row->text[0] = 1;
}

static int tails_of_described_structs(void *)
{
    for (size_t count = 0; count < 3000; count += 1 + count / 2) {
        make_row(count);
        check_alive(count + 2);
    }
    make_short_row();
    check_alive(1);
    gcrt_store(&kept, NULL);
    return 0;
}

/* ---- trace functions ---- */

struct tagged {
    uint64_t is_pointer;
    uintptr_t word;
};

static void trace_tagged(void *object, void (*visit)(void *slot, void *context), void *context)
{
    struct tagged *tagged = object;
    if (tagged->is_pointer)
        visit(&tagged->word, context);
}

static __attribute__((noinline)) void make_tagged(const struct gcrt_type *type, size_t count)
{
    struct tagged *array = gcrt_new_array(type, count);
    gcrt_store(&kept, (void *)array);
    for (size_t i = 0; i < count; i++) {
        array[i].is_pointer = i % 2;
        put_leaf(&array[i].word);
    }
}

static int arrays_of_traced_structs(void *)
{
    const struct gcrt_type *type = gcrt_type_register_traced("tagged", sizeof(struct tagged), trace_tagged);
    for (size_t count = 1; count < 4000; count += 1 + count / 2) {
        make_tagged(type, count);
        check_alive(count / 2);
    }
    gcrt_store(&kept, NULL);
    return 0;
}

/* ---- pointers that are not to the beginning ---- */

static __attribute__((noinline)) void make_chain(size_t count, size_t offset)
{
    for (size_t i = 0; i < count; i++) { /* each array's only pointer is into the middle of the one before */
        struct pair *pairs = gcrt_new_array(&pair_type, 5);
        gcrt_store((void **)&pairs[4].shown, kept);
        gcrt_store(&kept, (void *)((char *)pairs + offset));
    }
}

static int pointers_into_the_middle(void *)
{
    for (size_t offset = 0; offset < sizeof(struct pair) * 5; offset += 17) {
        make_chain(100, offset);
        collect_with_clean_stack();
        CHECK(heap_alive(&pair_type) >= 100);
        gcrt_store(&kept, NULL);
    }
    return 0;
}

static __attribute__((noinline)) void make_ends(void **words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *leaf = gcrt_new_bytes(64); /* its slot is full: behind the end begins another's */
        gcrt_store(&words[i], (void *)(leaf + 64));
    }
}

static int pointers_behind_the_end(void *)
{
    enum { COUNT = 200 };
    collect_with_clean_stack();
    uint64_t before = heap_alive(&kind_bytes_type);
    gcrt_store(&kept, gcrt_new_conservative(COUNT * sizeof(void *)));
    make_ends(kept, COUNT);
    collect_with_clean_stack();
    CHECK(heap_alive(&kind_bytes_type) >= before + COUNT);
    gcrt_store(&kept, NULL);
    void **memory = gcrt_root_alloc(COUNT * sizeof(void *));
    make_ends(memory, COUNT);
    collect_with_clean_stack();
    CHECK(heap_alive(&kind_bytes_type) >= before + COUNT);
    gcrt_root_free(memory);
    return 0;
}

static void shape(void **state)
{
    int (*const *body)(void *) = (int (*const *)(void *)) * state;
    child_passes("GCRT_PROCS=1", *body);
    child_passes("GCRT_PROCS=1 GCRT_STRESS=collect=7", *body);
}

#define SHAPE(name)                                    \
    {                                                  \
#name, shape, NULL, NULL, &(int (*[])(void *)) \
        {                                              \
            name                                       \
        }                                              \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHAPE(every_length_of_arrays),   SHAPE(arrays_of_pages),          SHAPE(tails_of_described_structs),
        SHAPE(arrays_of_traced_structs), SHAPE(pointers_into_the_middle), SHAPE(pointers_behind_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
