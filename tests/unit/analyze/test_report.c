/* The report's frame: choice of sections, text, JSON that always parses, durations. */
#include "unit/model/feed.h"

#include "gctool/analyze/report.h"

static char *write_report(struct model *model, struct report *report)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    assert_int_equal(report_write(report, model, out), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static struct feed sample(const char *type)
{
    struct feed feed = feed_open();
    feed_type(&feed, 7, 1536, type);
    feed_span(&feed, 1, 0, 7, 16, 1536);
    feed_birth(&feed, 1, 0, 0);
    feed.now_ns = 1500;
    uint64_t end[] = {1, 3};
    feed_words(&feed, event_word(EVENT_RUN_END, 0), end, 2);
    model_finish(feed.model);
    return feed;
}

static void sections_are_chosen_by_name(void **)
{
    struct report report = {0};
    assert_null(report_choose_sections(&report, "alive,pauses"));
    assert_true(report.sections[SECTION_alive] && report.sections[SECTION_pauses]);
    assert_false(report.sections[SECTION_allocated]);
    assert_string_equal(report_choose_sections(&report, "alive,nothing"), "nothing");
    assert_string_equal(report_choose_sections(&report, "aliv"), "aliv");
    assert_null(report_choose_sections(&report, NULL));
    assert_true(report.sections[SECTION_summary] && report.sections[SECTION_cost]);
    assert_false(report.sections[SECTION_lifetimes]);
}

static void text_is_aligned_and_says_what_to_type_next(void **)
{
    struct feed feed = sample("node");
    struct report report = {.path = "my run.gctrace"};
    assert_null(report_choose_sections(&report, "alive"));
    char *text = write_report(feed.model, &report);
    assert_string_equal(text, "alive: what is still alive, and who made it\n"
                              "    bytes    share  objects  oldest  type  function  location\n"
                              "  1.5 KiB  100.0 %        1  1.5 us  node  unknown   -\n"
                              "\n"
                              "next: gctool report 'my run.gctrace' --section alive,goroutines --stacks\n");
    free(text);
    feed_close(&feed);
}

static void an_empty_section_says_none(void **)
{
    struct feed feed = sample("node");
    struct report report = {.path = "x", .options.ranking.filter = "nosuch"};
    assert_null(report_choose_sections(&report, "alive,completeness"));
    char *text = write_report(feed.model, &report);
    assert_non_null(strstr(text, "who made it\n  none\n"));
    assert_null(strstr(text, "completeness"));
    free(text);
    feed_close(&feed);
}

static void json_escapes_whatever_a_name_holds(void **)
{
    struct feed feed = sample("a\"b\\c\xff\xe2\x82\xac\xed\xa0\x80");
    struct report report = {.path = "x", .json = true};
    assert_null(report_choose_sections(&report, "alive"));
    char *text = write_report(feed.model, &report);
    assert_non_null(strstr(text, "\"schema\": \"gctool.report.v1\""));
    assert_non_null(strstr(text, "\"type\": \"a\\\"b\\\\c\\ufffd\xe2\x82\xac\\ufffd\\ufffd\\ufffd\""));
    assert_non_null(strstr(text, "\"bytes\": 1536"));
    assert_non_null(strstr(text, "\"location\": null"));
    free(text);
    feed_close(&feed);
}

static void durations_have_units(void **)
{
    uint64_t ns;
    assert_true(duration_parse("1.5s", &ns));
    assert_int_equal(ns, 1500000000);
    assert_true(duration_parse("200ms", &ns));
    assert_int_equal(ns, 200000000);
    assert_true(duration_parse("2", &ns));
    assert_int_equal(ns, 2000000000);
    assert_true(duration_parse("3m", &ns));
    assert_int_equal(ns, 180000000000);
    assert_false(duration_parse("", &ns));
    assert_false(duration_parse("-1s", &ns));
    assert_false(duration_parse("1h", &ns));
    assert_false(duration_parse("1e300s", &ns));
    assert_false(duration_parse("nan", &ns));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_are_chosen_by_name), cmocka_unit_test(text_is_aligned_and_says_what_to_type_next),
        cmocka_unit_test(an_empty_section_says_none),  cmocka_unit_test(json_escapes_whatever_a_name_holds),
        cmocka_unit_test(durations_have_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
