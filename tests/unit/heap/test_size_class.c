/* Classes of sizes: every size has the smallest class that holds it, and classes grow by at most a quarter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heap/size_class.h"

static void every_size_has_the_smallest_class(void **)
{
    for (size_t bytes = 0; bytes <= SIZE_CLASS_BYTES_MAX; bytes++) {
        uint32_t size_class = size_class_of(bytes);
        assert_in_range(size_class, 0, SIZE_CLASS_COUNT - 1);
        assert_true(size_class_bytes(size_class) >= bytes);
        if (size_class > 0)
            assert_true(size_class_bytes(size_class - 1) < bytes);
    }
    assert_int_equal(size_class_of(SIZE_CLASS_BYTES_MAX + 1), SIZE_CLASS_LARGE);
    assert_int_equal(size_class_of(SIZE_MAX), SIZE_CLASS_LARGE);
}

static void classes_are_aligned_and_grow_by_a_quarter(void **)
{
    for (uint32_t size_class = 0; size_class < SIZE_CLASS_COUNT; size_class++) {
        assert_int_equal(size_class_bytes(size_class) % SIZE_CLASS_GRAIN, 0);
        if (size_class > 4)
            assert_true(size_class_bytes(size_class) * 4 <= size_class_bytes(size_class - 1) * 5);
    }
    assert_int_equal(size_class_bytes(SIZE_CLASS_COUNT - 1), SIZE_CLASS_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_has_the_smallest_class),
        cmocka_unit_test(classes_are_aligned_and_grow_by_a_quarter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
