/* What a collection keeps and frees. Everything runs in the main goroutine of one run; deaths are counted by an observer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gcrt/goroutine.h>
#include <gcrt/memory.h>
#include <gcrt/run.h>

#include "heap/kind.h"
#include "support/heap_alive.h"

struct node {
    struct node *next;
    uint64_t value[3];
};
GCRT_TYPE(node_type, struct node, next);

struct vector {
    uint64_t count;
    struct node *items[];
};
GCRT_TYPE_TAIL(vector_type, struct vector, items);

struct table {
    struct node *first;
    uint64_t count;
    struct node items[];
};
GCRT_TYPE_TAIL_OF(table_type, struct table, node_type, items, first);

struct secret {
    uintptr_t hidden; /* a pointer the description does not name */
    struct node *shown;
};
GCRT_TYPE(secret_type, struct secret, shown);

struct wide {
    uint64_t words[8];
};
GCRT_TYPE_LEAF(wide_type, struct wide);

struct leaf_tail {
    uint64_t length;
    char text[];
};
GCRT_TYPE_LEAF(char_type, char);
GCRT_TYPE_TAIL_OF(leaf_tail_type, struct leaf_tail, char_type, text);

static struct node *kept;
static struct vector *kept_vector;
static void *kept_other;

static void store(void *slot, void *value)
{
    *(void *volatile *)slot = value;
}

static __attribute__((noinline)) void make_list(int length)
{
    for (int i = 0; i < length; i++) {
        struct node *node = gcrt_new(&node_type);
        node->value[0] = (uint64_t)i;
        store(&node->next, kept);
        store(&kept, node);
        gcrt_new(&node_type); /* and one that nobody keeps */
    }
}

static void a_list_survives_and_the_rest_does_not(void **)
{
    make_list(10000);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&node_type), 10000, 10004);
    uint64_t sum = 0;
    for (const struct node *node = kept; node != NULL; node = node->next)
        sum += node->value[0];
    assert_int_equal(sum, 10000ULL * 9999 / 2);
    store(&kept, NULL);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&node_type), 0, 4);
}

static __attribute__((noinline)) void make_vector(void)
{
    store(&kept_vector, gcrt_new_tail(&vector_type, 1000));
    for (int i = 0; i < 1000; i++)
        store(&kept_vector->items[i], gcrt_new(&node_type));
}

static __attribute__((noinline)) void drop_every_other_item(void)
{
    for (int i = 0; i < 1000; i += 2)
        store(&kept_vector->items[i], NULL);
}

static void a_tail_keeps_its_items(void **)
{
    make_vector();
    collect_with_clean_stack();
    assert_in_range(heap_alive(&node_type), 1000, 1004);
    drop_every_other_item();
    collect_with_clean_stack();
    assert_in_range(heap_alive(&node_type), 500, 504);
    store(&kept_vector, NULL);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&node_type), 0, 4);
}

static __attribute__((noinline)) void make_table(void)
{
    struct table *table = gcrt_new_tail(&table_type, 3000); /* large: a span of its own */
    store(&kept_other, table);
    store(&table->first, gcrt_new(&node_type));
    for (int i = 0; i < 3000; i++)
        store(&table->items[i].next, gcrt_new(&node_type));
}

static void a_large_tail_of_structs_keeps_what_its_head_and_items_name(void **)
{
    make_table();
    collect_with_clean_stack();
    assert_in_range(heap_alive(&node_type), 3001, 3005);
    assert_int_equal(heap_alive(&table_type), 1);
    store(&kept_other, NULL);
    collect_with_clean_stack();
    assert_int_equal(heap_alive(&table_type), 0);
    assert_in_range(heap_alive(&node_type), 0, 4);
}

static __attribute__((noinline)) void make_array(void)
{
    struct node *array = gcrt_new_array(&node_type, 100);
    store(&kept_other, &array[57].value[1]); /* an interior pointer keeps all of it */
    for (int i = 0; i < 100; i++)
        store(&array[i].next, gcrt_new(&node_type));
}

static void an_interior_pointer_keeps_the_array(void **)
{
    make_array();
    collect_with_clean_stack();
    assert_in_range(heap_alive(&node_type), 101, 105);
    store(&kept_other, NULL);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&node_type), 0, 4);
}

static __attribute__((noinline)) void make_end_pointer(void)
{
    char *bytes = gcrt_new_bytes(64);
    memset(bytes, 1, 64);
    store(&kept_other, bytes + 64);
}

static void a_pointer_just_behind_the_end_keeps_an_object_from_a_root(void **)
{
    store(&kept_other, NULL);
    collect_with_clean_stack();
    uint64_t before = heap_alive(&kind_bytes_type);
    make_end_pointer();
    collect_with_clean_stack();
    assert_true(heap_alive(&kind_bytes_type) >= before + 1);
    assert_int_equal(((const char *)kept_other)[-1], 1);
    store(&kept_other, NULL);
}

static __attribute__((noinline)) void make_secrets(void)
{
    struct secret *secret = gcrt_new(&secret_type);
    store(&kept_other, secret);
    for (int i = 0; i < 2; i++) {
        struct node *node = gcrt_new(&node_type);
        if (i == 0)
            store(&secret->hidden, node);
        else
            store(&secret->shown, node);
    }
}

static void a_word_that_the_description_does_not_name_keeps_nothing(void **)
{
    make_secrets();
    collect_with_clean_stack();
    assert_in_range(heap_alive(&node_type), 1, 3);
    const struct secret *secret = kept_other;
    assert_non_null(secret->shown);
    store(&kept_other, NULL);
}

static __attribute__((noinline)) void make_conservative(void)
{
    void **words = gcrt_new_conservative(800);
    store(&kept_other, words);
    for (int i = 0; i < 100; i++)
        store(&words[i], gcrt_new(&wide_type));
}

static void every_word_of_a_conservative_object_counts(void **)
{
    make_conservative();
    collect_with_clean_stack();
    assert_in_range(heap_alive(&wide_type), 100, 102);
    store(&kept_other, NULL);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&wide_type), 0, 2);
}

static void trace_tagged(void *object, void (*visit)(void *slot, void *context), void *context)
{
    uintptr_t *words = object;
    if (words[0] == 1) /* the tag: the others are pointers */
        for (int i = 1; i < 16; i++)
            visit(&words[i], context);
}

enum { TAGGED_WORDS = 16 };

static __attribute__((noinline)) void make_tagged(const struct gcrt_type *type, uintptr_t tag)
{
    uintptr_t *words = gcrt_new(type);
    store(&kept_other, words);
    words[0] = tag;
    for (int i = 1; i < TAGGED_WORDS; i++)
        store(&words[i], gcrt_new(&wide_type));
}

static void a_trace_function_says_what_is_a_pointer(void **)
{
    const struct gcrt_type *type = gcrt_type_register_traced("tagged", TAGGED_WORDS * sizeof(void *), trace_tagged);
    assert_non_null(type);
    make_tagged(type, 0);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&wide_type), 0, 2);
    make_tagged(type, 1);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&wide_type), TAGGED_WORDS - 1, TAGGED_WORDS);
    store(&kept_other, NULL);
}

static void a_registered_type_is_followed(void **)
{
    const struct gcrt_type *type = gcrt_type_register("registered", TAGGED_WORDS * sizeof(void *), 8,
                                                      (const size_t[]){8, 24}, 2);
    assert_non_null(type);
    make_tagged(type, 0);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&wide_type), 2, 4);
    store(&kept_other, NULL);
    assert_null(gcrt_type_register("odd", 32, 3, NULL, 0));
    assert_null(gcrt_type_register("odd", 32, 8192, NULL, 0));
    assert_null(gcrt_type_register("odd", 32, 8, (const size_t[]){28}, 1));
    assert_null(gcrt_type_register("odd", 32, 8, (const size_t[]){32}, 1));
}

static __attribute__((noinline)) void fill_root(void **memory)
{
    for (int i = 0; i < 10; i++)
        store(&memory[i], gcrt_new(&wide_type));
}

static void roots_count_until_they_are_removed(void **)
{
    void **memory = gcrt_root_alloc(10 * sizeof(void *));
    fill_root(memory);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&wide_type), 10, 12);
    gcrt_root_remove(memory);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&wide_type), 0, 2);
    gcrt_root_free(memory);
    static char places[3000];
    for (int i = 0; i < 3000; i++)
        gcrt_root_add(&places[i], 1);
    for (int i = 0; i < 3000; i += 2)
        gcrt_root_remove(&places[i]);
    for (int i = 1; i < 3000; i += 2)
        gcrt_root_remove(&places[i]);
}

static void alignment_up_to_a_page_is_kept(void **)
{
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        const struct gcrt_type *type = gcrt_type_register("aligned", 24, alignment, NULL, 0);
        for (int i = 0; i < 50; i++)
            assert_int_equal((uintptr_t)gcrt_new(type) % (alignment > 16 ? alignment : 16), 0);
    }
}

static void memory_is_zero_when_it_is_used_again(void **)
{
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 2000; i++) {
            size_t size = (size_t)(i % 900) + (i % 100 == 0 ? 40000 : 0);
            unsigned char *bytes = gcrt_new_bytes(size);
            for (size_t at = 0; at < size; at++)
                if (bytes[at] != 0)
                    fail_msg("round %d, object %d of %zu bytes: byte %zu is %u", round, i, size, at, bytes[at]);
            memset(bytes, 0xaa, size);
        }
        gcrt_collect();
    }
}

static void sizes_beyond_all_memory_are_refused(void **)
{
    assert_null(gcrt_try_new_array(&node_type, SIZE_MAX / 8));
    assert_null(gcrt_try_new_bytes(SIZE_MAX));
    assert_null(gcrt_try_new_bytes((size_t)1 << 46));
    assert_null(gcrt_try_new_tail(&vector_type, SIZE_MAX / 2));
    assert_non_null(gcrt_try_new_tail(&leaf_tail_type, 0));
    assert_non_null(gcrt_try_new_bytes(0));
}

static void memory_of_the_dead_is_used_again(void **)
{
    gcrt_collect();
    struct gcrt_stats before, after;
    gcrt_stats_read(&before);
    for (int i = 0; i < 3000000; i++)
        gcrt_new(&wide_type); /* 192 MB */
    gcrt_stats_read(&after);
    assert_true(after.cycle_count >= before.cycle_count + 4);
    assert_true(after.span_bytes < before.span_bytes + (80 << 20));
}

static __attribute__((noinline)) void make_argument(void (*function)(void *))
{
    gcrt_go(function, gcrt_new(&wide_type));
}

static uint64_t seen_by_goroutine;

static void look_at_argument(void *arg)
{
    struct wide *wide = arg;
    gcrt_collect();
    seen_by_goroutine = heap_alive(&wide_type);
    wide->words[0] = 1;
}

static void the_argument_of_a_goroutine_is_a_root(void **)
{
    collect_with_clean_stack();
    make_argument(look_at_argument);
    collect_with_clean_stack();
    assert_in_range(heap_alive(&wide_type), 1, 2);
    for (int i = 0; i < 100 && seen_by_goroutine == 0; i++)
        gcrt_yield();
    assert_in_range(seen_by_goroutine, 1, 2);
}

static int entry(void *)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_survives_and_the_rest_does_not),
        cmocka_unit_test(a_tail_keeps_its_items),
        cmocka_unit_test(a_large_tail_of_structs_keeps_what_its_head_and_items_name),
        cmocka_unit_test(an_interior_pointer_keeps_the_array),
        cmocka_unit_test(a_pointer_just_behind_the_end_keeps_an_object_from_a_root),
        cmocka_unit_test(a_word_that_the_description_does_not_name_keeps_nothing),
        cmocka_unit_test(every_word_of_a_conservative_object_counts),
        cmocka_unit_test(a_trace_function_says_what_is_a_pointer),
        cmocka_unit_test(a_registered_type_is_followed),
        cmocka_unit_test(roots_count_until_they_are_removed),
        cmocka_unit_test(alignment_up_to_a_page_is_kept),
        cmocka_unit_test(memory_is_zero_when_it_is_used_again),
        cmocka_unit_test(sizes_beyond_all_memory_are_refused),
        cmocka_unit_test(memory_of_the_dead_is_used_again),
        cmocka_unit_test(the_argument_of_a_goroutine_is_a_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    struct gcrt_options options = {.procs = 1}; /* the test library keeps its state by thread */
    return gcrt_run(&options, entry, NULL);
}
