/* The document: commas, lines, escapes; and rows in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/rows.h"

struct document {
    struct json json;
    char *text;
    size_t bytes;
};

static void start(struct document *document)
{
    json_start(&document->json, open_memstream(&document->text, &document->bytes));
    assert_non_null(document->json.out);
}

static void assert_document(struct document *document, const char *expected)
{
    assert_int_equal(fclose(document->json.out), 0);
    assert_string_equal(document->text, expected);
    free(document->text);
}

static void values_nest(void **)
{
    struct document document;
    start(&document);
    struct json *json = &document.json;
    json_object_begin(json, NULL);
    json_text(json, "text", "a");
    json_number(json, "number", UINT64_MAX);
    json_array_begin(json, "list");
    json_flag(json, NULL, true);
    json_null(json, NULL);
    json_object_begin(json, NULL);
    json_flag(json, "x", false);
    json_number(json, "y", 1);
    json_object_end(json);
    json_array_end(json);
    json_array_begin(json, "empty");
    json_array_end(json);
    json_object_end(json);
    assert_document(&document, "{\n"
                               "  \"text\": \"a\",\n"
                               "  \"number\": 18446744073709551615,\n"
                               "  \"list\": [\n"
                               "    true,\n"
                               "    null,\n"
                               "    {\"x\": false, \"y\": 1}\n"
                               "  ],\n"
                               "  \"empty\": []\n"
                               "}\n");
}

static void whatever_a_name_holds_parses(void **)
{
    struct document document;
    start(&document);
    /* A quote, a backslash, a byte that is no UTF-8, a euro sign, a surrogate half, an overlong slash, a control character. */
    json_text(&document.json, NULL, "a\"b\\c\xff\xe2\x82\xac\xed\xa0\x80\xc0\xaf\n");
    assert_document(&document, "\"a\\\"b\\\\c\\ufffd\xe2\x82\xac\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\u000a\"");
}

static void a_text_that_ends_within_a_character_parses(void **)
{
    struct document document;
    start(&document);
    json_text_bytes(&document.json, NULL, "\xe2\x82\xac", 2);
    assert_document(&document, "\"\\ufffd\\ufffd\"");
}

static void rows_are_objects(void **)
{
    struct document document;
    struct rows rows;
    rows_start(&rows, "things", "things");
    rows_add_column(&rows, "name", "name", UNIT_TEXT);
    rows_add_column(&rows, "stack", "stack", UNIT_STACK);
    rows_add_column(&rows, "size_bytes", "size", UNIT_BYTES);
    rows_add_column(&rows, "exact", "exact", UNIT_FLAG);
    rows_put_text(&rows, NULL);
    rows_put_text(&rows, "in\nout");
    rows_put_number(&rows, 5);
    rows_put_number(&rows, 1);
    start(&document);
    json_object_begin(&document.json, NULL);
    rows_write_json(&rows, &document.json);
    rows.single = true;
    rows.name = "thing";
    rows_write_json(&rows, &document.json);
    json_object_end(&document.json);
    assert_document(&document,
                    "{\n"
                    "  \"things\": [\n"
                    "    {\"name\": null, \"stack\": [\"in\", \"out\"], \"size_bytes\": 5, \"exact\": true}\n"
                    "  ],\n"
                    "  \"thing\": {\n"
                    "    \"name\": null,\n"
                    "    \"stack\": [\"in\", \"out\"],\n"
                    "    \"size_bytes\": 5,\n"
                    "    \"exact\": true\n"
                    "  }\n"
                    "}\n");
    rows_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_nest),
        cmocka_unit_test(whatever_a_name_holds_parses),
        cmocka_unit_test(a_text_that_ends_within_a_character_parses),
        cmocka_unit_test(rows_are_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
