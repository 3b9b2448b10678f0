/* The collector: cycles, pauses, phases; and what the recording says of itself. */
#include "unit/model/feed.h"

static void pauses_are_counted_by_reason(void **)
{
    struct feed feed = feed_open();
    for (uint64_t at = 0; at < 3; at++) {
        feed.now_ns = 1000 * at + 100;
        feed_stop(&feed, EVENT_STOP_BEGIN, 1);
        feed.now_ns += 10;
        feed_stop(&feed, EVENT_STOP_DONE, 1);
        feed.now_ns += 20 + at;
        feed_stop(&feed, EVENT_STOP_END, 1);
    }
    const struct pauses *pauses = feed.model->cycles.pauses[1];
    assert_non_null(pauses);
    assert_int_equal(pauses->pause_ns.count, 3);
    assert_int_equal(pauses->pause_ns.total, 30 + 31 + 32);
    assert_int_equal(pauses->pause_ns.longest, 32);
    assert_int_equal(pauses->stopping_ns.total, 30);
    assert_int_equal(pauses->stopped_ns.longest, 22);
    assert_int_equal(pauses->longest_at_ns, 2100);
    assert_null(feed.model->cycles.pauses[0]);
    feed_close(&feed);
}

static void half_a_stop_is_no_pause(void **)
{
    struct feed feed = feed_open();
    feed_stop(&feed, EVENT_STOP_END, 1);
    feed_stop(&feed, EVENT_STOP_DONE, 1);
    feed_stop(&feed, EVENT_STOP_BEGIN, 1);
    feed_stop(&feed, EVENT_STOP_BEGIN, 1);
    feed_stop(&feed, EVENT_STOP_DONE, 2);
    feed_stop(&feed, EVENT_STOP_BEGIN, 1);
    feed_stop(&feed, EVENT_STOP_DONE, 1);
    feed_stop(&feed, EVENT_STOP_END, 2);
    model_finish(feed.model);
    assert_null(feed.model->cycles.pauses[1]);
    assert_null(feed.model->cycles.pauses[2]);
    assert_int_equal(feed.model->anomalies.cycle_order, 5);
    feed_close(&feed);
}

static void a_cycle_is_begun_by_its_first_event_and_filled_by_its_last(void **)
{
    struct feed feed = feed_open();
    feed.now_ns = 100;
    feed_phase(&feed, 5, 1);
    feed.now_ns = 150;
    feed_phase(&feed, 5, 2);
    uint64_t payload[] = {10, 1000, 2000, 4000, 64, 3};
    feed.now_ns = 190;
    feed_words(&feed, event_word_pair(EVENT_CYCLE, 5, 0), payload, 6);
    assert_int_equal(feed.model->cycles.count, 1);
    const struct cycle *cycle = &feed.model->cycles.items[0];
    assert_int_equal(cycle->number, 5);
    assert_int_equal(cycle->begin_ns, 100);
    assert_true(cycle->complete);
    assert_int_equal(cycle->marked_objects, 10);
    assert_int_equal(cycle->marked_bytes, 1000);
    assert_int_equal(cycle->heap_before_bytes, 2000);
    assert_int_equal(cycle->goal_bytes, 4000);
    assert_int_equal(cycle->root_bytes, 64);
    assert_int_equal(cycle->cause, 3);
    assert_int_equal(feed.model->cycles.phases[1].total_ns, 50);
    feed_phase(&feed, 4, 1); /* numbers only grow */
    model_finish(feed.model);
    assert_int_equal(feed.model->anomalies.cycle_order, 1);
    feed_close(&feed);
}

static void lost_events_name_their_interval_and_worker(void **)
{
    struct feed feed = feed_open();
    feed.worker = 3;
    feed.now_ns = 100;
    feed_go(&feed, EVENT_GO_WAKE, 1);
    feed.worker = 2;
    feed.now_ns = 300;
    feed_go(&feed, EVENT_GO_WAKE, 1);
    feed.worker = 3;
    feed.now_ns = 500;
    feed_words(&feed, event_word(EVENT_LOST, 77), NULL, 0);
    assert_int_equal(feed.model->lost_count, 1);
    assert_int_equal(feed.model->lost[0].worker, 3);
    assert_int_equal(feed.model->lost[0].from_ns, 100);
    assert_int_equal(feed.model->lost[0].to_ns, 500);
    assert_int_equal(feed.model->lost[0].events, 77);
    feed_close(&feed);
}

static void the_end_says_whether_the_last_collection_was_swept(void **)
{
    struct feed feed = feed_open();
    uint64_t payload[] = {1, 12345};
    feed_words(&feed, event_word(EVENT_RUN_END, 7), payload, 2);
    assert_true(feed.model->ended);
    assert_true(feed.model->ended_swept);
    assert_int_equal(feed.model->exit_status, 7);
    assert_int_equal(feed.model->recorded_events, 12345);
    feed_close(&feed);
}

static void names_come_from_the_stream_and_cannot_steer_a_terminal(void **)
{
    struct feed feed = feed_open();
    feed_type(&feed, 7, 48, "node");
    feed_name(&feed, EVENT_NAMES_WAIT_REASON, 3, "channel\033[2Jreceive");
    assert_string_equal(names_find_type(&feed.model->names, 7)->name, "node");
    assert_int_equal(names_find_type(&feed.model->names, 7)->size_bytes, 48);
    assert_string_equal(names_find(&feed.model->names, EVENT_NAMES_WAIT_REASON, 3), "channel?[2Jreceive");
    assert_null(names_find(&feed.model->names, EVENT_NAMES_PHASE, 3));
    feed_close(&feed);
}

static void short_and_unknown_events_are_counted(void **)
{
    struct feed feed = feed_open();
    feed_words(&feed, event_word_span(EVENT_SPAN_NEW, 1, 0, 3), NULL, 0);
    feed_words(&feed, event_word_counted(EVENT_TYPE, 1, 0), NULL, 0);
    feed_words(&feed, 63, NULL, 0);
    assert_int_equal(feed.model->anomalies.malformed, 2);
    assert_int_equal(feed.model->later_events, 1);
    feed.now_ns = 100;
    feed_go(&feed, EVENT_GO_WAKE, 1);
    feed.now_ns = 99;
    feed_go(&feed, EVENT_GO_WAKE, 1);
    assert_int_equal(feed.model->anomalies.time_backwards, 1);
    feed_close(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_are_counted_by_reason),
        cmocka_unit_test(half_a_stop_is_no_pause),
        cmocka_unit_test(a_cycle_is_begun_by_its_first_event_and_filled_by_its_last),
        cmocka_unit_test(lost_events_name_their_interval_and_worker),
        cmocka_unit_test(the_end_says_whether_the_last_collection_was_swept),
        cmocka_unit_test(names_come_from_the_stream_and_cannot_steer_a_terminal),
        cmocka_unit_test(short_and_unknown_events_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
