/* The allocating calls at their limits: no memory, no address space, too many types, sizes of 0 and beyond, alignment, memory given back. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cmocka.h>

#include <gcrt/goroutine.h>
#include <gcrt/memory.h>
#include <gcrt/store.h>

#include "heap/heap.h"
#include "heap/span.h"
#include "support/child.h"
#include "support/child_run.h"

#define MIB ((size_t)1 << 20)

/* The sanitizers need address space of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

struct node {
    struct node *next;
    uint64_t value[3];
};
GCRT_TYPE(node_type, struct node, next);

struct block {
    struct block *next;
    char bytes[20000];
};
GCRT_TYPE(block_type, struct block, next);

struct vector {
    uint64_t count;
    struct node *items[];
};
GCRT_TYPE_TAIL(vector_type, struct vector, items);

static struct block *blocks;

/* ---- no memory ---- */

static size_t limit_mib;

static int limited_run(void *entry)
{
    struct rlimit limit = {limit_mib * MIB, limit_mib * MIB};
    setrlimit(RLIMIT_AS, &limit);
    return gcrt_run(NULL, *(int (*const *)(void *))entry, NULL);
}

/* How entry() ends with so much address space for the process. */
static const struct child *child_with_limit(size_t mib, int (*entry)(void *))
{
    static struct child child;
    limit_mib = mib;
    child_run(&child, "GCRT_PROCS=2", limited_run, &entry);
    return &child;
}

static int exhaust(void *)
{
    for (size_t count = 0; count < SIZE_MAX; count++) {
        struct block *block = gcrt_new(&block_type);
        gcrt_store(&block->next, blocks);
        gcrt_store(&blocks, block);
    }
    return 0;
}

static void no_memory_ends_the_process_with_a_report(void **)
{
    if (IS_SANITIZED)
        skip();
    const struct child *child = child_with_limit(300, exhaust);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "gcrt: out of memory: no room for 20008 bytes of type 'struct block'; the heap has"));
}

static int try_everything(void *)
{
    size_t count = 0;
    for (struct block *block; (block = gcrt_try_new(&block_type)) != NULL; count++) {
        gcrt_store(&block->next, blocks);
        gcrt_store(&blocks, block);
    }
    CHECK(count > 1000);
    CHECK(gcrt_try_new_array(&node_type, 100000) == NULL);
    CHECK(gcrt_try_new_tail(&vector_type, 100000) == NULL);
    CHECK(gcrt_try_new_bytes(10 * MIB) == NULL);
    size_t length = 0;
    for (const struct block *block = blocks; block != NULL; block = block->next)
        length++;
    CHECK(length == count);
    gcrt_store(&blocks, NULL);
    CHECK(gcrt_try_new_bytes(10 * MIB) != NULL); /* collects by itself */
    for (size_t i = 0; i < count; i++)
        CHECK(gcrt_try_new(&block_type) != NULL);
    return 0;
}

static void a_try_that_fails_lets_the_program_go_on(void **)
{
    if (IS_SANITIZED)
        skip();
    const struct child *child = child_with_limit(300, try_everything);
    if (child->status != 0)
        fail_msg("status %d: %s", child->status, child->text);
}

static _Atomic int ended;

static void end(void *)
{
    ended++;
}

static int start_goroutines(void *)
{
    enum { COUNT = 200 };
    for (int i = 0; i < COUNT; i++)
        gcrt_go(end, NULL);
    while (ended < COUNT)
        gcrt_yield();
    CHECK(gcrt_try_new_bytes(MIB) != NULL);
    printf("%zu MiB\n", (size_t)(heap_layout.page_limit >> (20 - SPAN_PAGE_SHIFT)));
    return 0;
}

static void the_heap_takes_what_address_space_there_is(void **)
{
    static const size_t limits_mib[] = {250, 1000, 20000};
    if (IS_SANITIZED)
        skip();
    for (size_t i = 0; i < sizeof limits_mib / sizeof limits_mib[0]; i++) {
        const struct child *child = child_with_limit(limits_mib[i], start_goroutines);
        assert_int_equal(child->status, 0);
        assert_in_range(strtoull(child->text, NULL, 10), limits_mib[i] / 5, limits_mib[i] * 3 / 5);
    }
    const struct child *child = child_with_limit(40, start_goroutines);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "gcrt: out of memory: "));
}

/* ---- sizes ---- */

static int overflow(void *)
{
    gcrt_new_array(&node_type, SIZE_MAX / 8);
    return 0;
}

static void a_size_that_overflows_ends_the_process_with_a_report(void **)
{
    const struct child *child = child_goroutine("GCRT_PROCS=1", overflow, NULL);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "gcrt: out of memory: objects of type 'struct node' that exceed any address space"));
}

static int try_sizes(void *)
{
    static const size_t too_many[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / sizeof(struct node), (size_t)1 << 46};
    for (size_t i = 0; i < sizeof too_many / sizeof too_many[0]; i++) {
        CHECK(gcrt_try_new_array(&node_type, too_many[i]) == NULL);
        CHECK(gcrt_try_new_tail(&vector_type, too_many[i]) == NULL);
        CHECK(gcrt_try_new_bytes(too_many[i]) == NULL);
    }
    void *none[] = {gcrt_new_bytes(0), gcrt_new_bytes(0), gcrt_new_array(&node_type, 0), gcrt_new(&gcrt_type_unit),
                    gcrt_new_array(&gcrt_type_unit, 1000)};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        for (size_t j = 0; j <= i; j++)
            CHECK(none[i] != NULL && (none[i] != none[j]) == (i != j));
    for (size_t size = 1; size < 70000; size += size / 7 + 1) {
        char *bytes = gcrt_new_bytes(size);
        CHECK((uintptr_t)bytes % 16 == 0);
        memset(bytes, 1, size);
    }
    return 0;
}

static void sizes_from_nothing_to_too_much(void **)
{
    child_passes("GCRT_PROCS=1", try_sizes);
}

static int align(void *)
{
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        size_t size = alignment < 24 ? 24 : alignment;
        const struct gcrt_type *type = gcrt_type_register("aligned", size, alignment, NULL, 0);
        const struct gcrt_type *odd = gcrt_type_register("odd", alignment * 3, alignment, NULL, 0);
        for (size_t count = 1; count < 200; count += 1 + count / 3) {
            CHECK((uintptr_t)gcrt_new(type) % alignment == 0);
            CHECK((uintptr_t)gcrt_new(odd) % alignment == 0);
            CHECK((uintptr_t)gcrt_new_array(type, count) % alignment == 0);
            CHECK((uintptr_t)gcrt_new_array(odd, count) % alignment == 0);
        }
    }
    CHECK(gcrt_type_register("no power of two", 24, 24, NULL, 0) == NULL);
    CHECK(gcrt_type_register("more than a page", 8192, 8192, NULL, 0) == NULL);
    CHECK(gcrt_type_register("second of an array misaligned", 12, 4, (const size_t[]){0}, 1) == NULL);
    return 0;
}

static void alignment_up_to_a_page_for_objects_and_arrays(void **)
{
    child_passes("GCRT_PROCS=1", align);
}

/* Slot numbers come from a multiplication: right at both ends of every slot of every size there can be. */
static void the_reciprocal_is_exact(void **)
{
    for (uint64_t bytes = 16; bytes <= 32768; bytes += 16) {
        struct span span = {.reciprocal = (((uint64_t)1 << SPAN_RECIPROCAL_SHIFT) + bytes - 1) / bytes};
        for (uint64_t slot = 0; slot < (256 << 10) / bytes; slot++)
            if (span_slot(&span, slot * bytes) != slot || span_slot(&span, slot * bytes + bytes - 1) != slot)
                fail_msg("slot %zu of %zu bytes", (size_t)slot, (size_t)bytes);
    }
}

/* ---- types ---- */

static int use_up_types(void *)
{
    for (int made = 0; made < 1000000; made++) {
        char name[32];
        snprintf(name, sizeof name, "type %d", made);
        const struct gcrt_type *type = gcrt_type_register(name, 16, 8, (const size_t[]){8}, 1);
        uint64_t *array = gcrt_new_array(type, 1 + (size_t)made % 2000);
        CHECK(array[0] == 0);
        array[0] = 1;
        if (made % 512 == 0)
            gcrt_collect();
        if (made == 3000)
            puts("3000 types");
    }
    return 0;
}

static void too_many_types_end_the_process_with_a_report(void **)
{
    const struct child *child = child_goroutine("GCRT_PROCS=2", use_up_types, NULL);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "3000 types\n"));
    assert_true(child_says(child, "gcrt: too many types: 'type 3196' is beyond the 131072 that"));
}

/* ---- callers ---- */

static int allocate_outside(void *)
{
    gcrt_new(&node_type);
    return 0;
}

static void allocating_outside_of_goroutines_is_a_panic(void **)
{
    static struct child child;
    child_run(&child, NULL, allocate_outside, NULL);
    assert_int_equal(child.signal, SIGABRT);
    assert_true(child_says(&child, "an object of type 'struct node' is allocated outside of goroutines"));
}

/* ---- pressure, and memory given back ---- */

static size_t resident_bytes(void)
{
    size_t pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%zu %zu", &pages, &resident) != 2)
        resident = 0;
    if (file != NULL)
        fclose(file);
    return resident * 4096;
}

static __attribute__((noinline)) void fill_blocks(size_t bytes)
{
    for (size_t made = 0; made < bytes; made += sizeof(struct block)) {
        struct block *block = gcrt_new(&block_type);
        memset(block->bytes, 1, sizeof block->bytes);
        gcrt_store(&block->next, blocks);
        gcrt_store(&blocks, block);
    }
}

static int grow_and_shrink(void *)
{
    gcrt_collect();
    size_t before = resident_bytes();
    fill_blocks(300 * MIB);
    size_t full = resident_bytes();
    CHECK(full > before + 290 * MIB);
    gcrt_store(&blocks, NULL);
    gcrt_collect(); /* two cycles to believe it, then 64 MiB each */
    CHECK(resident_bytes() > before + 200 * MIB);
    for (int i = 0; i < 8; i++)
        gcrt_collect();
    CHECK(resident_bytes() < before + 20 * MIB);
    fill_blocks(50 * MIB); /* what comes back is zero: gcrt_new's promise */
    for (const struct block *block = blocks; block != NULL; block = block->next)
        CHECK(block->bytes[0] == 1 && block->bytes[19999] == 1);
    return 0;
}

static void memory_of_a_heap_that_shrank_goes_back(void **)
{
    if (IS_SANITIZED)
        skip(); /* their allocators count, too */
    child_passes("GCRT_PROCS=1", grow_and_shrink);
}

static int drop_large_objects(void *)
{
    struct gcrt_stats stats;
    for (int i = 0; i < 300; i++) {
        char *bytes = gcrt_new_bytes(10 * MIB); /* 3 GB */
        CHECK(bytes[0] == 0 && bytes[10 * MIB - 1] == 0);
        bytes[0] = bytes[10 * MIB - 1] = 1;
        gcrt_stats_read(&stats);
        CHECK(stats.span_bytes < 100 * MIB);
    }
    CHECK(stats.cycle_count > 50);
    return 0;
}

static void large_objects_are_swept_at_once(void **)
{
    child_passes("GCRT_PROCS=1", drop_large_objects);
}

static int follow_the_goal(void *)
{
    struct gcrt_stats stats;
    fill_blocks(100 * MIB);
    gcrt_collect();
    gcrt_stats_read(&stats);
    CHECK(stats.marked_bytes > 100 * MIB && stats.heap_bytes == stats.marked_bytes);
    uint64_t growth = stats.marked_bytes / 2;
    CHECK(stats.goal_bytes + 100 >= stats.marked_bytes + growth && stats.goal_bytes <= stats.marked_bytes + growth);
    uint64_t cycles = stats.cycle_count;
    for (size_t made = 0; made < growth - MIB; made += 4096)
        gcrt_keep_alive(gcrt_new_bytes(4096));
    gcrt_stats_read(&stats);
    CHECK(stats.cycle_count == cycles && stats.heap_bytes + 2 * MIB > stats.goal_bytes);
    for (size_t made = 0; made < 2 * MIB; made += 4096)
        gcrt_keep_alive(gcrt_new_bytes(4096));
    gcrt_stats_read(&stats);
    CHECK(stats.cycle_count == cycles + 1 && stats.span_bytes >= stats.heap_bytes);
    return 0;
}

static void a_cycle_begins_at_the_goal(void **)
{
    child_passes("GCRT_PROCS=1 GCRT_PERCENT=50", follow_the_goal);
}

static int collect_only_when_asked(void *)
{
    struct gcrt_stats stats;
    for (size_t made = 0; made < 200 * MIB; made += 4096)
        gcrt_keep_alive(gcrt_new_bytes(4096));
    gcrt_stats_read(&stats);
    CHECK(stats.cycle_count == 0);
    gcrt_collect();
    gcrt_stats_read(&stats);
    CHECK(stats.cycle_count == 1 && stats.stop_count == 1 && stats.stop_longest_ns == stats.stop_total_ns);
    return 0;
}

static void percent_off_collects_only_when_asked(void **)
{
    child_passes("GCRT_PROCS=1 GCRT_PERCENT=off", collect_only_when_asked);
}

/* The system does not take locked pages back, so dropping memory cannot be all that makes it zero. */
static __attribute__((noinline)) void use_and_lock(size_t size)
{
    char *bytes = gcrt_new_bytes(size);
    memset(bytes, 0xab, size);
    CHECK(mlock(bytes + size / 2, 4096) == 0);
}

static __attribute__((noinline)) bool is_zero_again(size_t size)
{
    const char *bytes = gcrt_new_bytes(size);
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static int lock_some(void *)
{
    for (int round = 0; round < 4; round++) {
        use_and_lock(4 * MIB);
        gcrt_collect();
        CHECK(is_zero_again(4 * MIB));
    }
    return 0;
}

static void memory_that_the_program_locked_is_zero_when_it_comes_again(void **)
{
    child_passes("GCRT_PROCS=1", lock_some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_ends_the_process_with_a_report),
        cmocka_unit_test(a_try_that_fails_lets_the_program_go_on),
        cmocka_unit_test(the_heap_takes_what_address_space_there_is),
        cmocka_unit_test(a_size_that_overflows_ends_the_process_with_a_report),
        cmocka_unit_test(sizes_from_nothing_to_too_much),
        cmocka_unit_test(alignment_up_to_a_page_for_objects_and_arrays),
        cmocka_unit_test(the_reciprocal_is_exact),
        cmocka_unit_test(too_many_types_end_the_process_with_a_report),
        cmocka_unit_test(allocating_outside_of_goroutines_is_a_panic),
        cmocka_unit_test(memory_of_a_heap_that_shrank_goes_back),
        cmocka_unit_test(memory_that_the_program_locked_is_zero_when_it_comes_again),
        cmocka_unit_test(large_objects_are_swept_at_once),
        cmocka_unit_test(a_cycle_begins_at_the_goal),
        cmocka_unit_test(percent_off_collects_only_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
