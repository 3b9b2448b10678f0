/* Counts, sizes and times, read and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/quantity.h"

static void durations_have_units(void **)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } good[] = {{"1.5s", 1500000000}, {"200ms", 200000000}, {"10us", 10000},      {"7ns", 7},
                {"2", 2000000000},    {".5", 500000000},    {"3m", 180000000000}, {"1.5h", 5400000000000}};
    static const char *const bad[] = {"",    "-1s", "1d", "1e3s",           "nan", "inf", "0x10s",
                                      "1 s", "s",   ".",  "99999999999999m"};
    uint64_t ns;
    for (size_t at = 0; at < sizeof good / sizeof *good; at++) {
        assert_true(quantity_duration_parse(good[at].text, &ns));
        assert_int_equal(ns, good[at].ns);
    }
    for (size_t at = 0; at < sizeof bad / sizeof *bad; at++)
        assert_false(quantity_duration_parse(bad[at], &ns));
}

static void counts_are_digits(void **)
{
    uint64_t count;
    assert_true(quantity_count_parse("18446744073709551615", &count));
    assert_int_equal(count, UINT64_MAX);
    assert_false(quantity_count_parse("18446744073709551616", &count));
    assert_false(quantity_count_parse("", &count));
    assert_false(quantity_count_parse("1.0", &count));
    assert_false(quantity_count_parse("+1", &count));
}

static void people_read_units(void **)
{
    char text[QUANTITY_TEXT_BYTES];
    assert_int_equal(quantity_mean(398, 10), 40);
    assert_int_equal(quantity_mean(394, 10), 39);
    assert_int_equal(quantity_mean(3, 2), 2);
    assert_int_equal(quantity_mean(7, 0), 0);
    assert_string_equal(quantity_count_format(0, text), "0");
    assert_string_equal(quantity_count_format(1234567, text), "1,234,567");
    assert_string_equal(quantity_count_format(UINT64_MAX, text), "18,446,744,073,709,551,615");
    assert_string_equal(quantity_bytes_format(1023, text), "1023 B");
    assert_string_equal(quantity_bytes_format(1536, text), "1.5 KiB");
    assert_string_equal(quantity_bytes_format(UINT64_MAX, text), "16 EiB");
    assert_string_equal(quantity_duration_format(999, text), "999 ns");
    assert_string_equal(quantity_duration_format(1500, text), "1.5 us");
    assert_string_equal(quantity_duration_format(2500000000, text), "2.50 s");
    assert_string_equal(quantity_duration_format(125000000000, text), "2 min 5 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_units),
        cmocka_unit_test(counts_are_digits),
        cmocka_unit_test(people_read_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
