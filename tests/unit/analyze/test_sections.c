/* Sections: what each says, in which unit, and what a limit leaves out. */
#include "unit/model/feed.h"

#include "gctool/analyze/sections.h"

static struct rows make(struct feed *feed, enum report_section section, struct ranking_options ranking)
{
    struct section_options options = {.ranking = ranking, .program = "server"};
    struct rows rows;
    assert_int_equal(section_make(section, feed->model, &options, &rows), 0);
    assert_int_equal(rows.cell_count % rows.column_count, 0);
    return rows;
}

static const struct rows_cell *cell(const struct rows *rows, size_t row, const char *key)
{
    assert_true(row < rows_count(rows));
    for (size_t column = 0; column < rows->column_count; column++)
        if (strcmp(rows->columns[column].key, key) == 0)
            return rows_cell(rows, row, column);
    fail_msg("%s has no column %s", rows->name, key);
    return NULL;
}

static uint64_t number(const struct rows *rows, size_t row, const char *key)
{
    assert_true(cell(rows, row, key)->present);
    return cell(rows, row, key)->number;
}

static const char *text(const struct rows *rows, size_t row, const char *key)
{
    assert_true(cell(rows, row, key)->present);
    return cell(rows, row, key)->text;
}

/* Ten nodes of 10 bytes made by load, inlined into main; three found dead by cycle 1, and an orderly end. */
static struct feed sample(void)
{
    struct feed feed = feed_open();
    struct stacks *stacks = &feed.model->stacks;
    struct stack_frame frames[] = {{.function = "load", .file = "/src/load.c", .line = 20, .inlined = true},
                                   {.function = "main", .file = "/src/main.c", .line = 10}};
    assert_int_equal(stacks_add_context(stacks, 1, 0, 100), 0);
    assert_int_equal(stacks_add_frames(stacks, 100, frames, 2), 0);
    feed_type(&feed, 7, 10, "node");
    feed_name(&feed, EVENT_NAMES_STOP_REASON, 0, "collect");
    feed_name(&feed, EVENT_NAMES_CYCLE_CAUSE, 3, "heap goal");
    feed_span(&feed, 1, 0, 7, 16, 10);
    for (uint32_t slot = 0; slot < 10; slot++)
        feed_birth(&feed, 1, slot, 1);
    feed.now_ns = 1000;
    feed_stop(&feed, EVENT_STOP_BEGIN, 0);
    feed_phase(&feed, 1, 1);
    feed.now_ns = 1500;
    feed_stop(&feed, EVENT_STOP_DONE, 0);
    uint64_t payload[] = {7, 70, 100, 200, 64, 3};
    feed_words(&feed, event_word_pair(EVENT_CYCLE, 1, 0), payload, 6);
    feed.now_ns = 2000;
    feed_stop(&feed, EVENT_STOP_END, 0);
    feed_deaths(&feed, 1, 0, 7);
    uint64_t end[] = {1, 17};
    feed.now_ns = 3000;
    feed_words(&feed, event_word(EVENT_RUN_END, 0), end, 2);
    model_finish(feed.model);
    return feed;
}

/* main() that jumped to its last call left no frame: it is told nevertheless. */
static void who_was_called_by_main_is_called_by_main(void **)
{
    struct feed feed = feed_open();
    struct stacks *stacks = &feed.model->stacks;
    struct stack_frame frame = {.function = "__libc_start_call_main"};
    assert_int_equal(stacks_add_context(stacks, 1, 0, 100), 0);
    assert_int_equal(stacks_add_frames(stacks, 100, &frame, 1), 0);
    feed_type(&feed, 7, 10, "node");
    feed_span(&feed, 1, 0, 7, 16, 10);
    feed_birth(&feed, 1, 0, 1);
    model_finish(feed.model);
    struct rows rows = make(&feed, SECTION_allocated, (struct ranking_options){0});
    assert_string_equal(text(&rows, 0, "function"), "main");
    rows_free(&rows);
    feed_close(&feed);
}

static void the_summary_sums_up(void **)
{
    struct feed feed = sample();
    struct rows rows = make(&feed, SECTION_summary, (struct ranking_options){0});
    assert_true(rows.single);
    assert_string_equal(text(&rows, 0, "program"), "server");
    assert_string_equal(text(&rows, 0, "ending"), "ended");
    assert_int_equal(number(&rows, 0, "allocated_objects"), 10);
    assert_int_equal(number(&rows, 0, "allocated_bytes"), 100);
    assert_int_equal(number(&rows, 0, "temporary_permille"), 300);
    assert_int_equal(number(&rows, 0, "freed_objects"), 3);
    assert_int_equal(number(&rows, 0, "alive_objects"), 7);
    assert_int_equal(number(&rows, 0, "alive_bytes"), 70);
    assert_int_equal(number(&rows, 0, "duration_ns"), 3000);
    assert_int_equal(number(&rows, 0, "pauses"), 1);
    assert_int_equal(number(&rows, 0, "pause_longest_ns"), 1000);
    assert_int_equal(number(&rows, 0, "alive_exact"), 1);
    rows_free(&rows);
    rows = make(&feed, SECTION_completeness, (struct ranking_options){0});
    assert_int_equal(rows_count(&rows), 0);
    rows_free(&rows);
    feed_close(&feed);
}

static void assert_ending(struct feed *feed, const char *ending)
{
    struct rows rows = make(feed, SECTION_summary, (struct ranking_options){0});
    assert_string_equal(text(&rows, 0, "ending"), ending);
    rows_free(&rows);
}

static void the_summary_says_how_it_ended(void **)
{
    struct feed feed = sample();
    struct model *model = feed.model;
    model->exit_status = 2;
    assert_ending(&feed, "ended with status 2");
    model->past_until = true;
    assert_ending(&feed, "after the interval");
    model->past_until = model->ended = false;
    assert_ending(&feed, "unknown");
    model->file.has_end = true;
    model->file.end = (struct trace_end){.ending = TRACE_ENDED};
    assert_ending(&feed, "ended, with what status is unknown");
    model->file.end = (struct trace_end){.ending = TRACE_DETACHED};
    assert_ending(&feed, "still running");
    model->file.end = (struct trace_end){.ending = TRACE_REPAIRED};
    assert_ending(&feed, "unknown");
    model->file.end = (struct trace_end){.ending = TRACE_DIED, .wait_status = 9};
    assert_ending(&feed, "killed by signal 9 (Killed)");
    model->file.end = (struct trace_end){.ending = TRACE_DIED, .wait_status = 3 << 8};
    assert_ending(&feed, "left with status 3, not by the end of gcrt_run");
    feed_close(&feed);
}

static void the_time_of_no_birth_is_not_known(void **)
{
    struct feed feed = sample();
    struct rows rows = make(&feed, SECTION_cost, (struct ranking_options){0});
    assert_int_equal(number(&rows, 0, "measured_births"), 0);
    assert_false(cell(&rows, 0, "birth_ns")->present);
    assert_false(cell(&rows, 0, "births_total_ns")->present);
    rows_free(&rows);
    feed_close(&feed);
}

static void sites_say_share_place_and_stack(void **)
{
    struct feed feed = sample();
    struct rows rows = make(&feed, SECTION_alive, (struct ranking_options){.by_stack = true});
    assert_int_equal(rows_count(&rows), 1);
    assert_int_equal(number(&rows, 0, "bytes"), 70);
    assert_int_equal(number(&rows, 0, "share_permille"), 1000);
    assert_int_equal(number(&rows, 0, "oldest_ns"), 3000);
    assert_string_equal(text(&rows, 0, "type"), "node");
    assert_string_equal(text(&rows, 0, "function"), "load");
    assert_string_equal(text(&rows, 0, "location"), "load.c:20");
    assert_string_equal(text(&rows, 0, "stack"), "load load.c:20 (inlined)\nmain main.c:10");
    rows_free(&rows);
    rows = make(&feed, SECTION_lifetimes, (struct ranking_options){0});
    assert_int_equal(number(&rows, 0, "freed_objects"), 3);
    assert_int_equal(number(&rows, 0, "temporary_permille"), 1000);
    assert_int_equal(number(&rows, 0, "lived_mean_min_ns"), 0);
    assert_int_equal(number(&rows, 0, "lived_mean_max_ns"), 1000);
    rows_free(&rows);
    feed_close(&feed);
}

static void the_collector_is_told_by_cycle_and_pause(void **)
{
    struct feed feed = sample();
    struct rows rows = make(&feed, SECTION_pauses, (struct ranking_options){0});
    assert_int_equal(rows_count(&rows), 1);
    assert_string_equal(text(&rows, 0, "reason"), "collect");
    assert_int_equal(number(&rows, 0, "longest_ns"), 1000);
    assert_int_equal(number(&rows, 0, "longest_at_ns"), 1000);
    assert_int_equal(number(&rows, 0, "stopping_longest_ns"), 500);
    rows_free(&rows);
    rows = make(&feed, SECTION_cycles, (struct ranking_options){0});
    assert_int_equal(rows_count(&rows), 1);
    assert_string_equal(text(&rows, 0, "cause"), "heap goal");
    assert_int_equal(number(&rows, 0, "marked_objects"), 7);
    assert_int_equal(number(&rows, 0, "freed_objects"), 3);
    assert_int_equal(number(&rows, 0, "pause_ns"), 1000);
    rows_free(&rows);
    feed_close(&feed);
}

static void a_limit_keeps_the_latest_cycles_in_order(void **)
{
    struct feed feed = feed_open();
    for (uint64_t cycle = 1; cycle <= 5; cycle++)
        feed_phase(&feed, cycle, 1);
    model_finish(feed.model);
    struct rows rows = make(&feed, SECTION_cycles, (struct ranking_options){.limit = 2});
    assert_int_equal(rows_count(&rows), 2);
    assert_int_equal(rows.left_out, 3);
    assert_int_equal(number(&rows, 0, "cycle"), 4);
    assert_int_equal(number(&rows, 1, "cycle"), 5);
    assert_false(cell(&rows, 0, "marked_bytes")->present); /* no CYCLE event: not known, not zero */
    rows_free(&rows);
    feed_close(&feed);
}

static void goroutines_say_where_they_wait_and_who_made_them(void **)
{
    struct feed feed = sample();
    feed_name(&feed, EVENT_NAMES_WAIT_REASON, 3, "channel receive");
    feed_create(&feed, 5, 1, 1, 0x4000);
    feed_go(&feed, EVENT_GO_RUN, 5);
    feed.now_ns = 3500;
    feed_block(&feed, 5, 3, 0, 1);
    feed.now_ns = 4000;
    feed_go(&feed, EVENT_GO_WAKE, 77); /* time goes on */
    model_finish(feed.model);
    struct rows rows = make(&feed, SECTION_goroutines, (struct ranking_options){.filter = "channel"});
    assert_int_equal(rows_count(&rows), 1);
    assert_string_equal(text(&rows, 0, "state"), "waiting");
    assert_string_equal(text(&rows, 0, "wait_reason"), "channel receive");
    assert_string_equal(text(&rows, 0, "wait_location"), "load.c:20");
    assert_string_equal(text(&rows, 0, "creator_function"), "load");
    assert_string_equal(text(&rows, 0, "name"), "0x4000");
    assert_int_equal(number(&rows, 0, "longest_ns"), 500);
    assert_int_equal(number(&rows, 0, "example_id"), 5);
    rows_free(&rows);
    feed_close(&feed);
}

static void what_is_missing_is_said_with_its_time(void **)
{
    struct feed feed = feed_open();
    feed.now_ns = 10;
    feed_go(&feed, EVENT_GO_YIELD, 1);
    feed.now_ns = 50;
    feed_words(&feed, event_word(EVENT_LOST, 9), NULL, 0);
    feed.model->file.gap_count = 1;
    feed.model->file.gaps[0] = (struct trace_gap){
        .offset = 640, .bytes = 100, .from_ns = 1, .to_ns = 2, .reason = "why"};
    model_finish(feed.model);
    struct rows rows = make(&feed, SECTION_completeness, (struct ranking_options){0});
    bool lost = false, damaged = false;
    for (size_t row = 0; row < rows_count(&rows); row++) {
        if (strcmp(text(&rows, row, "reason"), "lost") == 0) {
            lost = true;
            assert_int_equal(number(&rows, row, "from_ns"), 10);
            assert_int_equal(number(&rows, row, "to_ns"), 50);
            assert_int_equal(number(&rows, row, "count"), 9);
        }
        if (strcmp(text(&rows, row, "reason"), "damaged") == 0) {
            damaged = true;
            assert_string_equal(text(&rows, row, "text"), "100 bytes at offset 640: why");
        }
    }
    assert_true(lost && damaged);
    rows_free(&rows);
    feed_close(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_called_by_main_is_called_by_main),
        cmocka_unit_test(the_summary_sums_up),
        cmocka_unit_test(the_summary_says_how_it_ended),
        cmocka_unit_test(the_time_of_no_birth_is_not_known),
        cmocka_unit_test(sites_say_share_place_and_stack),
        cmocka_unit_test(the_collector_is_told_by_cycle_and_pause),
        cmocka_unit_test(a_limit_keeps_the_latest_cycles_in_order),
        cmocka_unit_test(goroutines_say_where_they_wait_and_who_made_them),
        cmocka_unit_test(what_is_missing_is_said_with_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
