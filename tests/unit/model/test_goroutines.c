/* Goroutines: states, where the time goes, groups and waits. */
#include "unit/model/feed.h"

enum { RECEIVE = 3, SLEEP = 8 };

static const struct goroutine_wait *find_wait(const struct feed *feed, uint8_t reason, uint32_t context)
{
    for (size_t at = 0; at < feed->model->goroutines.wait_count; at++) {
        const struct goroutine_wait *wait = &feed->model->goroutines.waits[at];
        if (wait->reason == reason && wait->context == context)
            return wait;
    }
    fail_msg("no wait with reason %d at context %u", reason, context);
    return NULL;
}

static void a_life_is_divided_into_ready_run_and_wait(void **)
{
    struct feed feed = feed_open();
    feed.now_ns = 100;
    feed_create(&feed, 2, 1, 70, 0x4000);
    feed.now_ns = 110;
    feed_go(&feed, EVENT_GO_RUN, 2); /* ready 10 */
    feed.now_ns = 150;
    feed_block(&feed, 2, RECEIVE, 0xabc, 71); /* run 40 */
    const struct goroutine *goroutine = goroutines_find(&feed.model->goroutines, 2);
    assert_int_equal(goroutine->state, GOROUTINE_WAITING);
    assert_int_equal(goroutine->wait_reason, RECEIVE);
    assert_int_equal(goroutine->wait_object, 0xabc);
    assert_int_equal(goroutine->state_since_ns, 150);
    assert_int_equal(goroutine->creator, 1);
    feed.now_ns = 450;
    feed_go(&feed, EVENT_GO_WAKE, 2); /* wait 300 */
    feed.now_ns = 455;
    feed_go(&feed, EVENT_GO_RUN, 2); /* ready 5 */
    feed.now_ns = 460;
    feed_go(&feed, EVENT_GO_YIELD, 2); /* run 5 */
    feed.now_ns = 470;
    feed_go(&feed, EVENT_GO_RUN, 2); /* ready 10 */
    feed.now_ns = 500;
    feed_go(&feed, EVENT_GO_END, 2); /* run 30 */
    assert_null(goroutines_find(&feed.model->goroutines, 2));
    const struct goroutine_group *group = &feed.model->goroutines.groups[0];
    assert_int_equal(group->function, 0x4000);
    assert_int_equal(group->context, 70);
    assert_int_equal(group->created, 1);
    assert_int_equal(group->ended, 1);
    assert_int_equal(group->run_ns, 75);
    assert_int_equal(group->ready_ns, 25);
    assert_int_equal(group->wait_ns, 300);
    const struct goroutine_wait *wait = find_wait(&feed, RECEIVE, 71);
    assert_int_equal(wait->count, 1);
    assert_int_equal(wait->total_ns, 300);
    assert_int_equal(wait->now, 0);
    model_finish(feed.model);
    assert_int_equal(model_anomaly_count(feed.model), 0);
    feed_close(&feed);
}

static void what_still_waits_is_counted_to_the_end(void **)
{
    struct feed feed = feed_open();
    feed_create(&feed, 2, 1, 70, 0x4000);
    feed_create(&feed, 3, 1, 70, 0x4000);
    feed_go(&feed, EVENT_GO_RUN, 2);
    feed.now_ns = 100;
    feed_block(&feed, 2, SLEEP, 0, 71);
    feed.now_ns = 1000;
    feed_go(&feed, EVENT_GO_RUN, 3);
    model_finish(feed.model);
    const struct goroutine_wait *wait = find_wait(&feed, SLEEP, 71);
    assert_int_equal(wait->now, 1);
    assert_int_equal(wait->count, 0);
    assert_int_equal(wait->total_ns, 900);
    assert_int_equal(wait->longest_ns, 900);
    assert_int_equal(feed.model->goroutines.group_count, 1);
    assert_int_equal(goroutines_find(&feed.model->goroutines, 2)->wait_ns, 900);
    assert_int_equal(goroutines_find(&feed.model->goroutines, 3)->ready_ns, 1000);
    assert_int_equal(feed.model->goroutines.groups[0].wait_ns, 0);
    feed_close(&feed);
}

static void ended_goroutines_leave_no_record(void **)
{
    struct feed feed = feed_open();
    for (uint64_t id = 1; id <= 100000; id++) {
        feed_create(&feed, id, 0, 70, 0x4000);
        feed_go(&feed, EVENT_GO_RUN, id);
        feed_go(&feed, EVENT_GO_END, id);
    }
    assert_int_equal(feed.model->goroutines.count, 1);
    assert_int_equal(feed.model->goroutines.ended, 100000);
    assert_int_equal(feed.model->goroutines.groups[0].ended, 100000);
    feed_close(&feed);
}

static void an_event_that_does_not_fit_is_believed_and_counted(void **)
{
    struct feed feed = feed_open();
    feed_go(&feed, EVENT_GO_RUN, 9); /* never created */
    assert_int_equal(goroutines_find(&feed.model->goroutines, 9)->state, GOROUTINE_RUNNING);
    feed_go(&feed, EVENT_GO_WAKE, 9); /* was not waiting */
    assert_int_equal(goroutines_find(&feed.model->goroutines, 9)->state, GOROUTINE_READY);
    feed_create(&feed, 9, 0, 70, 0x4000); /* twice */
    model_finish(feed.model);
    assert_int_equal(feed.model->anomalies.goroutine_state, 3);
    assert_int_equal(feed.model->goroutines.created, 2);
    assert_int_equal(feed.model->goroutines.ended, 1);
    feed_close(&feed);
}

static void durations_before_the_interval_do_not_count(void **)
{
    struct feed feed = feed_open();
    model_free(feed.model);
    feed.model = model_new(1000, UINT64_MAX);
    feed_create(&feed, 2, 1, 70, 0x4000);
    feed_go(&feed, EVENT_GO_RUN, 2);
    feed.now_ns = 500;
    feed_block(&feed, 2, SLEEP, 0, 71);
    feed.now_ns = 1200;
    feed_go(&feed, EVENT_GO_WAKE, 2);
    assert_int_equal(find_wait(&feed, SLEEP, 71)->total_ns, 200);
    assert_int_equal(goroutines_find(&feed.model->goroutines, 2)->run_ns, 0);
    feed_close(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_life_is_divided_into_ready_run_and_wait),
        cmocka_unit_test(what_still_waits_is_counted_to_the_end),
        cmocka_unit_test(ended_goroutines_leave_no_record),
        cmocka_unit_test(an_event_that_does_not_fit_is_believed_and_counted),
        cmocka_unit_test(durations_before_the_interval_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
