/* What makes numbers exact, and every reason why they are not. */
#include "unit/model/feed.h"

#include "gctool/analyze/completeness.h"

static void end(struct feed *feed, uint64_t swept)
{
    uint64_t payload[] = {swept, 1};
    feed_words(feed, event_word(EVENT_RUN_END, 0), payload, 2);
}

static struct completeness judge(struct feed *feed)
{
    model_finish(feed->model);
    return completeness_judge(feed->model);
}

static void a_swept_end_of_a_whole_file_is_exact(void **)
{
    struct feed feed = feed_open();
    end(&feed, 1);
    struct completeness judged = judge(&feed);
    assert_true(judged.alive_exact);
    assert_true(judged.counts_exact);
    feed_close(&feed);
}

static void a_killed_program_counts_exactly_but_not_what_is_alive(void **)
{
    struct feed feed = feed_open();
    feed.model->file.has_end = true;
    feed.model->file.end.ending = TRACE_DIED;
    struct completeness judged = judge(&feed);
    assert_false(judged.alive_exact);
    assert_true(judged.counts_exact);
    assert_true(judged.reasons[COMPLETENESS_NO_END]);
    feed_close(&feed);
}

/* The file's end says that the program ended, and the block with RUN_END is damaged: nobody was killed. */
static void a_damaged_end_is_not_a_death(void **)
{
    struct feed feed = feed_open();
    feed.model->file.has_end = true;
    feed.model->file.end.ending = TRACE_ENDED;
    feed.model->file.gap_count = 1;
    struct completeness judged = judge(&feed);
    assert_false(judged.reasons[COMPLETENESS_NO_END]);
    assert_true(judged.reasons[COMPLETENESS_UNKNOWN_END]);
    assert_true(judged.reasons[COMPLETENESS_DAMAGED]);
    assert_false(judged.counts_exact);
    feed_close(&feed);
}

static void a_repair_makes_nothing_exact(void **)
{
    struct feed feed = feed_open();
    feed.model->file.has_end = true;
    feed.model->file.end.ending = TRACE_REPAIRED;
    struct completeness judged = judge(&feed);
    assert_true(judged.reasons[COMPLETENESS_CUT]);
    assert_false(judged.reasons[COMPLETENESS_NO_END]);
    assert_false(judged.counts_exact);
    assert_false(judged.alive_exact);
    feed_close(&feed);
}

static void a_recording_ended_early_is_not_a_death(void **)
{
    struct feed feed = feed_open();
    feed.model->file.has_end = true;
    feed.model->file.end.ending = TRACE_DETACHED;
    struct completeness judged = judge(&feed);
    assert_true(judged.reasons[COMPLETENESS_DETACHED]);
    assert_false(judged.reasons[COMPLETENESS_NO_END]);
    assert_false(judged.alive_exact);
    assert_true(judged.counts_exact);
    feed_close(&feed);
}

static void an_end_without_a_sweep_is_said(void **)
{
    struct feed feed = feed_open();
    end(&feed, 0);
    struct completeness judged = judge(&feed);
    assert_false(judged.alive_exact);
    assert_true(judged.reasons[COMPLETENESS_NOT_SWEPT]);
    assert_false(judged.reasons[COMPLETENESS_NO_END]);
    feed_close(&feed);
}

static void a_cut_or_damaged_file_counts_nothing_exactly(void **)
{
    struct feed feed = feed_open();
    end(&feed, 1);
    feed.model->file.truncated = true;
    struct completeness judged = judge(&feed);
    assert_false(judged.counts_exact);
    assert_true(judged.reasons[COMPLETENESS_CUT]);
    feed.model->file.truncated = false;
    feed.model->file.gap_count = 2;
    judged = completeness_judge(feed.model);
    assert_false(judged.counts_exact);
    assert_true(judged.reasons[COMPLETENESS_DAMAGED]);
    feed_close(&feed);
}

static void lost_and_contradicting_events_are_told_apart(void **)
{
    struct feed feed = feed_open();
    feed_words(&feed, event_word(EVENT_LOST, 5), NULL, 0);
    end(&feed, 1);
    struct completeness judged = judge(&feed);
    assert_true(judged.reasons[COMPLETENESS_LOST]);
    assert_false(judged.reasons[COMPLETENESS_INCONSISTENT]);
    feed_birth(&feed, 1, 1, 1);
    judged = completeness_judge(feed.model);
    assert_true(judged.reasons[COMPLETENESS_INCONSISTENT]);
    assert_false(judged.counts_exact);
    feed_close(&feed);
}

static void events_of_a_later_version_contradict_nothing(void **)
{
    struct feed feed = feed_open();
    feed_words(&feed, 63, NULL, 0);
    end(&feed, 1);
    struct completeness judged = judge(&feed);
    assert_true(judged.reasons[COMPLETENESS_LATER]);
    assert_false(judged.reasons[COMPLETENESS_INCONSISTENT]);
    assert_int_equal(model_anomaly_count(feed.model), 0);
    assert_false(judged.counts_exact);
    feed_close(&feed);
}

static void an_interval_that_ends_early_is_said(void **)
{
    struct feed feed = feed_open();
    model_free(feed.model);
    feed.model = model_new(0, 10);
    feed.now_ns = 20;
    end(&feed, 1);
    struct completeness judged = judge(&feed);
    assert_true(judged.reasons[COMPLETENESS_UNTIL]);
    assert_false(judged.reasons[COMPLETENESS_NO_END]);
    assert_true(judged.counts_exact);
    assert_false(judged.alive_exact);
    feed_close(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_swept_end_of_a_whole_file_is_exact),
        cmocka_unit_test(a_killed_program_counts_exactly_but_not_what_is_alive),
        cmocka_unit_test(a_damaged_end_is_not_a_death),
        cmocka_unit_test(a_repair_makes_nothing_exact),
        cmocka_unit_test(a_recording_ended_early_is_not_a_death),
        cmocka_unit_test(an_end_without_a_sweep_is_said),
        cmocka_unit_test(a_cut_or_damaged_file_counts_nothing_exactly),
        cmocka_unit_test(lost_and_contradicting_events_are_told_apart),
        cmocka_unit_test(events_of_a_later_version_contradict_nothing),
        cmocka_unit_test(an_interval_that_ends_early_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
