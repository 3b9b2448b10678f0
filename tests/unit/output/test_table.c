/* Rows for people: alignment, units, stacks below their row, what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>

#include "gctool/output/table.h"

static char *write_table(const struct rows *rows)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    assert_int_equal(table_write(rows, false, out), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_table(struct rows *rows, const char *expected)
{
    assert_false(rows->failed);
    char *text = write_table(rows);
    assert_string_equal(text, expected);
    free(text);
    rows_free(rows);
}

static void columns_are_aligned_in_units(void **)
{
    struct rows rows;
    rows_start(&rows, "alive", "what is still alive");
    rows_add_column(&rows, "bytes", "bytes", UNIT_BYTES);
    rows_add_column(&rows, "share_permille", "share", UNIT_PERMILLE);
    rows_add_column(&rows, "oldest_ns", "oldest", UNIT_NS);
    rows_add_column(&rows, "type", "type", UNIT_TEXT);
    rows_add_column(&rows, "location", "location", UNIT_TEXT);
    rows_put_number(&rows, 1536);
    rows_put_number(&rows, 1000);
    rows_put_number(&rows, 1500);
    rows_put_text(&rows, "node");
    rows_put_nothing(&rows);
    rows_put_number(&rows, 7);
    rows_put_number(&rows, 1);
    rows_put_nothing(&rows);
    rows_put_text(&rows, "long name");
    rows_put_text(&rows, "x.c:1");
    assert_table(&rows, "alive: what is still alive\n"
                        "    bytes    share  oldest  type       location\n"
                        "  1.5 KiB  100.0 %  1.5 us  node       -\n"
                        "      7 B    0.1 %       -  long name  x.c:1\n"
                        "\n");
}

static void wide_characters_align_and_control_characters_are_shown(void **)
{
    struct rows rows;
    rows_start(&rows, "names", "names");
    rows_add_column(&rows, "name", "name", UNIT_TEXT);
    rows_add_column(&rows, "count", "count", UNIT_COUNT);
    rows_put_text(&rows, "\u6f22\u5b57"); /* two characters of two columns each */
    rows_put_number(&rows, 1234567);
    rows_put_text(&rows, "\033[2J");
    rows_put_number(&rows, 1);
    assert_table(&rows, "names: names\n"
                        "  name         count\n"
                        "  \u6f22\u5b57     1,234,567\n"
                        "  \\x1b[2J          1\n"
                        "\n");
}

static void one_row_is_a_list(void **)
{
    struct rows rows;
    rows_start(&rows, "summary", "the program");
    rows.single = true;
    rows_add_column(&rows, "program", "program", UNIT_TEXT);
    rows_add_column(&rows, "counts_exact", "counts are exact", UNIT_FLAG);
    rows_put_text(&rows, "a b");
    rows_put_number(&rows, 0);
    assert_table(&rows, "summary: the program\n"
                        "  program           a b\n"
                        "  counts are exact  no\n"
                        "\n");
}

static void a_stack_stands_below_its_row(void **)
{
    struct rows rows;
    rows_start(&rows, "alive", "x");
    rows_add_column(&rows, "stack", "stack", UNIT_STACK);
    rows_add_column(&rows, "count", "count", UNIT_COUNT);
    rows_put_text(&rows, "inner\nouter");
    rows_put_number(&rows, 1);
    rows_put_nothing(&rows);
    rows_put_number(&rows, 22);
    rows.left_out = 3;
    assert_table(&rows, "alive: x\n"
                        "  count\n"
                        "      1\n"
                        "      stack:\n"
                        "        inner\n"
                        "        outer\n"
                        "     22\n"
                        "  and 3 more; --limit 0 shows all\n"
                        "\n");
}

static void no_rows_says_none(void **)
{
    struct rows rows;
    rows_start(&rows, "alive", "x");
    rows_add_column(&rows, "count", "count", UNIT_COUNT);
    assert_table(&rows, "alive: x\n  none\n\n");
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned_in_units),
        cmocka_unit_test(wide_characters_align_and_control_characters_are_shown),
        cmocka_unit_test(one_row_is_a_list),
        cmocka_unit_test(a_stack_stands_below_its_row),
        cmocka_unit_test(no_rows_says_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
