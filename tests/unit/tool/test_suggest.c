/* What a mistyped word suggests, and what it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gctool/suggest.h"

static const char *nearest(const char *word)
{
    static const char *const words[] = {"trace", "report", "verify", "doctor", "help", "completion"};
    struct suggest suggest = {.word = word};
    for (size_t at = 0; at < sizeof words / sizeof *words; at++)
        suggest_consider(&suggest, words[at]);
    return suggest.best;
}

static void a_letter_wrong_is_near(void **)
{
    assert_string_equal(nearest("repot"), "report");
    assert_string_equal(nearest("tarce"), "trace");
    assert_string_equal(nearest("verifyy"), "verify");
    assert_string_equal(nearest("doktor"), "doctor");
    assert_string_equal(nearest("comp"), "completion");
}

static void another_word_is_not(void **)
{
    assert_null(nearest("profile"));
    assert_null(nearest("hulk")); /* two of four letters are too many */
    assert_null(nearest(""));
    assert_null(nearest("x"));
    assert_null(nearest("reportreportreportreportreportreport"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_wrong_is_near),
        cmocka_unit_test(another_word_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
