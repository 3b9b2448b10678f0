/* The index against a plain array, with removals; histograms and their quantiles. */
#include <setjmp.h>

#include "base/array.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "gctool/model/histogram.h"
#include "gctool/model/key_index.h"

enum { KEYS = 5000 };

static void the_index_agrees_with_an_array(void **)
{
    struct key_index map = {0};
    static uint32_t expected[KEYS];
    uint64_t random = 42;
    for (size_t at = 0; at < KEYS; at++)
        expected[at] = KEY_INDEX_NONE;
    for (size_t step = 0; step < 200000; step++) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        uint64_t key = (random >> 33) % KEYS;
        if (expected[key] == KEY_INDEX_NONE) {
            expected[key] = (uint32_t)step;
            assert_int_equal(key_index_add(&map, key & 7, key >> 3, (uint32_t)step), 0);
        } else {
            expected[key] = KEY_INDEX_NONE;
            key_index_remove(&map, key & 7, key >> 3);
        }
    }
    size_t used = 0;
    for (uint64_t key = 0; key < KEYS; key++) {
        assert_int_equal(key_index_find(&map, key & 7, key >> 3), expected[key]);
        used += expected[key] != KEY_INDEX_NONE;
    }
    assert_int_equal(map.used_count, used);
    key_index_free(&map);
}

static void quantiles_are_upper_bounds(void **)
{
    struct histogram histogram = {0};
    assert_int_equal(histogram_quantile(&histogram, 500), 0);
    for (uint64_t value = 0; value < 100; value++)
        histogram_add(&histogram, value);
    assert_int_equal(histogram.count, 100);
    assert_int_equal(histogram.total, 4950);
    assert_int_equal(histogram.longest, 99);
    assert_int_equal(histogram_quantile(&histogram, 500), 63);
    assert_int_equal(histogram_quantile(&histogram, 1000), 99);
    assert_int_equal(histogram_quantile(&histogram, 1), 0);
    histogram_add(&histogram, UINT64_MAX);
    assert_int_equal(histogram_quantile(&histogram, 1000), UINT64_MAX);
    struct histogram sum = {0};
    histogram_merge(&sum, &histogram);
    histogram_merge(&sum, &histogram);
    assert_int_equal(sum.count, 202);
    assert_int_equal(sum.longest, UINT64_MAX);
}

static void a_grown_array_is_zeroed_and_keeps_its_content(void **)
{
    uint32_t *array = NULL;
    size_t capacity = 0;
    assert_int_equal(array_reserve(&array, &capacity, 3, sizeof *array), 0);
    array[2] = 9;
    assert_int_equal(array_reserve(&array, &capacity, 1000, sizeof *array), 0);
    assert_true(capacity >= 1000);
    assert_int_equal(array[2], 9);
    for (size_t at = 3; at < capacity; at++)
        assert_int_equal(array[at], 0);
    free(array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_agrees_with_an_array),
        cmocka_unit_test(quantiles_are_upper_bounds),
        cmocka_unit_test(a_grown_array_is_zeroed_and_keeps_its_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
