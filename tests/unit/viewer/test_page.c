/* What a page holds: every row, plot and frame as data that no name can break out of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "viewer/page.h"

struct written {
    char *text; /* NUL behind */
    size_t size;
};

static struct written write_page(const struct page *page)
{
    struct written written = {0};
    FILE *memory = open_memstream(&written.text, &written.size);
    page_write(page, memory);
    assert_int_equal(fclose(memory), 0);
    return written;
}

static size_t count(const struct written *written, const char *part)
{
    size_t found = 0;
    for (const char *at = written->text; (at = strstr(at, part)) != NULL; at++)
        found++;
    return found;
}

/* A page whose every text is `text`. */
static struct written page_of_text(const char *text)
{
    struct rows rows;
    struct frame_tree tree;
    rows_start(&rows, "things", text);
    rows_add_column(&rows, "type", text, UNIT_TEXT);
    rows_add_column(&rows, "stack", text, UNIT_STACK);
    rows_put_text(&rows, text);
    rows_put_text(&rows, text);
    assert_int_equal(frame_tree_start(&tree, "stacks", text), 0);
    frame_tree_add_measure(&tree, "bytes", text, UNIT_BYTES);
    uint32_t node;
    assert_int_equal(frame_tree_child(&tree, 0, text, FRAME_FUNCTION, &node), 0);
    const struct page page = {.title = text,
                              .subject = text,
                              .source = text,
                              .producer = text,
                              .tables = {&rows},
                              .table_count = 1,
                              .trees = {&tree},
                              .tree_count = 1};
    struct written written = write_page(&page);
    rows_free(&rows);
    frame_tree_free(&tree);
    return written;
}

enum { TEXTS = 12 }; /* in page_of_text() */

static void no_text_ends_the_data(void **)
{
    struct written plain = page_of_text("plain");
    static const char *const hostile[] = {"</script>", "</SCRIPT >", "<!--", "<![CDATA[", "<script>"};
    for (size_t at = 0; at < sizeof hostile / sizeof *hostile; at++) {
        struct written written = page_of_text(hostile[at]);
        assert_int_equal(count(&written, "<"), count(&plain, "<"));
        assert_int_equal(count(&written, "\\u003c"), count(&plain, "\\u003c") + TEXTS);
        free(written.text);
    }
    free(plain.text);
}

static void quotes_control_bytes_and_broken_utf8_are_escaped(void **)
{
    struct written written = page_of_text("\"\\\x01\n\xff\xed\xa0\x80\xe2\x82\xac");
    assert_int_equal(count(&written, "\"\\\"\\\\\\u0001\\u000a\\ufffd\\ufffd\\ufffd\\ufffd\xe2\x82\xac\""), TEXTS);
    free(written.text);
}

static void the_mark_in_a_text_stays_text(void **)
{
    struct written written = page_of_text("PAGE_DATA");
    assert_int_equal(count(&written, "\"PAGE_DATA\""), TEXTS);
    assert_int_equal(count(&written, "PAGE_DATA"), TEXTS);
    free(written.text);
}

static void the_bare_page_is_small_and_whole(void **)
{
    const struct page page = {.title = "t", .subject = "s", .source = "f", .producer = "p"};
    struct written written = write_page(&page);
    assert_true(written.size < 60 * 1024);
    assert_int_equal(count(&written, "<!DOCTYPE html>"), 1);
    assert_int_equal(count(&written, "</html>"), 1);
    assert_int_equal(count(&written, "default-src 'none'"), 1);
    assert_int_equal(count(&written, "unsafe"), 0);
    assert_int_equal(count(&written, "http:") + count(&written, "https:"), 1); /* the name space of SVG */
    free(written.text);
}

static void rows_keep_their_order_units_and_what_is_not_known(void **)
{
    struct rows rows;
    rows_start(&rows, "things", "title");
    rows_add_column(&rows, "bytes", "size", UNIT_BYTES);
    rows_add_column(&rows, "whole", "whole", UNIT_FLAG);
    rows_put_number(&rows, UINT64_MAX);
    rows_put_number(&rows, 1);
    rows_put_nothing(&rows);
    rows_put_nothing(&rows);
    rows.left_out = 3;
    const struct page page = {
        .title = "t",
        .subject = "s",
        .source = "f",
        .producer = "p",
        .tables = {&rows},
        .table_count = 1,
        .plots = {{.table = "things", .title = "plot", .x = "bytes", .series = {"whole"}, .series_count = 1}},
        .plot_count = 1};
    struct written written = write_page(&page);
    assert_int_equal(count(&written, "{\"key\": \"bytes\", \"heading\": \"size\", \"unit\": \"bytes\"}"), 1);
    assert_int_equal(count(&written, "\"rows\": [[18446744073709551615, 1], [null, null]]"), 1);
    assert_int_equal(count(&written, "\"left_out\": 3"), 1);
    assert_int_equal(
        count(&written, "{\"table\": \"things\", \"title\": \"plot\", \"x\": \"bytes\", \"series\": [\"whole\"]}"), 1);
    free(written.text);
    rows_free(&rows);
}

static void rows_over_the_limit_are_counted(void **)
{
    struct rows rows;
    rows_start(&rows, "things", "title");
    rows_add_column(&rows, "bytes", "size", UNIT_BYTES);
    for (int row = 0; row < PAGE_ROWS_MAX + 7; row++)
        rows_put_number(&rows, 1000000 + (uint64_t)row);
    const struct page page = {
        .title = "t", .subject = "s", .source = "f", .producer = "p", .tables = {&rows}, .table_count = 1};
    struct written written = write_page(&page);
    assert_int_equal(count(&written, "\"left_out\": 7"), 1);
    assert_int_equal(count(&written, "[1099999]"), 1);
    assert_int_equal(count(&written, "[1100000]"), 0);
    free(written.text);
    rows_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_ends_the_data),
        cmocka_unit_test(quotes_control_bytes_and_broken_utf8_are_escaped),
        cmocka_unit_test(the_mark_in_a_text_stays_text),
        cmocka_unit_test(the_bare_page_is_small_and_whole),
        cmocka_unit_test(rows_keep_their_order_units_and_what_is_not_known),
        cmocka_unit_test(rows_over_the_limit_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
