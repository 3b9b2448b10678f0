/* Rankings: summed by place, sorted, filtered, cut, and the same every time. */
#include "unit/model/feed.h"

#include "gctool/analyze/ranking.h"

static struct feed sample_stacks(void)
{
    struct feed feed = feed_open();
    struct stacks *stacks = &feed.model->stacks;
    static const struct stack_frame lines[] = {
        {.function = "main", .file = "/src/main.c", .line = 10},
        {.function = "load", .file = "/src/load.c", .line = 20},
        {.function = "store", .file = "/src/store.c", .line = 30},
        {.function = "load", .file = "/src/load.c", .line = 20},
    };
    for (uint32_t context = 1; context <= 4; context++) {
        assert_int_equal(stacks_add_context(stacks, context, context == 1 ? 0 : 1, 100 * context), 0);
        assert_int_equal(stacks_add_frames(stacks, 100 * context, &lines[context - 1], 1), 0);
    }
    struct stack_frame function = {.function = "worker", .file = "/src/main.c", .line = 5};
    assert_int_equal(stacks_add_frames(stacks, 0x4000, &function, 1), 0);
    return feed;
}

/* load: 3 nodes of 10 bytes from two stacks; store: 1 blob of 100; of the nodes one died young */
static struct feed sample_objects(void)
{
    struct feed feed = sample_stacks();
    feed_type(&feed, 7, 10, "node");
    feed_type(&feed, 8, 100, "blob");
    feed_span(&feed, 1, 0, 7, 8, 10);
    feed_span(&feed, 2, 0, 8, 8, 100);
    feed_birth(&feed, 1, 0, 2);
    feed_birth(&feed, 1, 1, 2);
    feed_birth(&feed, 1, 2, 4);
    feed_birth(&feed, 2, 0, 3);
    feed.now_ns = 1000;
    feed_phase(&feed, 1, 1);
    feed_deaths(&feed, 1, 0, 1);
    model_finish(feed.model);
    return feed;
}

static void stacks_of_one_place_are_one_row(void **)
{
    struct feed feed = sample_objects();
    struct ranking_options options = {0};
    struct site_ranking ranking;
    assert_int_equal(ranking_sites(feed.model, SITES_ALLOCATED, &options, &ranking), 0);
    assert_int_equal(ranking.count, 2);
    assert_string_equal(ranking.rows[0].type, "blob");
    assert_int_equal(ranking.rows[0].bytes, 100);
    assert_string_equal(ranking.rows[1].type, "node");
    assert_int_equal(ranking.rows[1].objects, 3);
    assert_int_equal(ranking.rows[1].bytes, 30);
    assert_int_equal(ranking.rows[1].stacks, 2);
    assert_string_equal(stacks_place_frame(&feed.model->stacks, ranking.rows[1].place)->function, "load");
    assert_int_equal(ranking.total_bytes, 130);
    site_ranking_free(&ranking);

    options.by_stack = true;
    assert_int_equal(ranking_sites(feed.model, SITES_ALLOCATED, &options, &ranking), 0);
    assert_int_equal(ranking.count, 3);
    site_ranking_free(&ranking);
    feed_close(&feed);
}

static void each_measure_counts_its_own(void **)
{
    struct feed feed = sample_objects();
    struct ranking_options options = {.sort = RANKING_COUNT};
    struct site_ranking ranking;
    assert_int_equal(ranking_sites(feed.model, SITES_ALIVE, &options, &ranking), 0);
    assert_int_equal(ranking.count, 2);
    assert_string_equal(ranking.rows[0].type, "node");
    assert_int_equal(ranking.rows[0].objects, 2);
    assert_int_equal(ranking.rows[0].time_ns, 1000);
    site_ranking_free(&ranking);
    assert_int_equal(ranking_sites(feed.model, SITES_TEMPORARY, &options, &ranking), 0);
    assert_int_equal(ranking.count, 1);
    assert_int_equal(ranking.rows[0].objects, 1);
    site_ranking_free(&ranking);
    feed_close(&feed);
}

static void a_limit_cuts_after_sorting_and_says_so(void **)
{
    struct feed feed = sample_objects();
    struct ranking_options options = {.sort = RANKING_NAME, .limit = 1};
    struct site_ranking ranking;
    assert_int_equal(ranking_sites(feed.model, SITES_ALLOCATED, &options, &ranking), 0);
    assert_int_equal(ranking.count, 1);
    assert_int_equal(ranking.left_out, 1);
    assert_string_equal(ranking.rows[0].type, "blob");
    assert_int_equal(ranking.total_bytes, 130);
    site_ranking_free(&ranking);
    feed_close(&feed);
}

static void a_filter_looks_at_types_and_all_frames(void **)
{
    struct feed feed = sample_stacks();
    const char *names[] = {"Node", NULL};
    uint32_t contexts[] = {3};
    assert_true(ranking_keeps(NULL, &feed.model->stacks, names, 2, contexts, 1));
    assert_true(ranking_keeps("node", &feed.model->stacks, names, 2, contexts, 1));
    assert_true(ranking_keeps("STORE", &feed.model->stacks, names, 2, contexts, 1));
    assert_true(ranking_keeps("main.c", &feed.model->stacks, names, 2, contexts, 1)); /* the caller's frame */
    assert_false(ranking_keeps("load", &feed.model->stacks, names, 2, contexts, 1));
    feed_close(&feed);
}

static void goroutines_are_grouped_by_creation_state_and_wait(void **)
{
    struct feed feed = sample_stacks();
    feed_name(&feed, EVENT_NAMES_WAIT_REASON, 3, "channel receive");
    for (uint64_t id = 1; id <= 7; id++) {
        feed_create(&feed, id, 0, 1, 0x4000);
        feed_go(&feed, EVENT_GO_RUN, id);
        feed.now_ns += 10;
        if (id <= 3)
            feed_block(&feed, id, 3, 0, id == 2 ? 4 : 2); /* two stacks, one place */
        else if (id == 4)
            feed_block(&feed, id, 3, 0, 3);
        else if (id == 7)
            feed_block(&feed, id, 4, 0, 2); /* the same place for another reason */
        else
            feed_go(&feed, EVENT_GO_END, id);
    }
    model_finish(feed.model);
    struct ranking_options options = {0};
    struct goroutine_ranking ranking;
    assert_int_equal(ranking_goroutines(feed.model, &options, &ranking), 0);
    assert_int_equal(ranking.count, 4);
    assert_int_equal(ranking.total, 7);
    assert_string_equal(ranking.rows[0].name, "worker");
    assert_int_equal(ranking.rows[0].count, 3);
    assert_int_equal(ranking.rows[0].state, GOROUTINE_WAITING);
    assert_int_equal(ranking.rows[0].since_ns, 10);
    assert_int_equal(ranking.rows[0].example_id, 1);
    assert_string_equal(stacks_place_frame(&feed.model->stacks, ranking.rows[0].wait_place)->function, "load");
    assert_int_equal(ranking.rows[1].count, 2);
    assert_int_equal(ranking.rows[1].state, GOROUTINE_ENDED);
    assert_int_equal(ranking.rows[1].run_ns, 20); /* not of those that live */
    goroutine_ranking_free(&ranking);

    options.filter = "store";
    assert_int_equal(ranking_goroutines(feed.model, &options, &ranking), 0);
    assert_int_equal(ranking.count, 1);
    assert_int_equal(ranking.rows[0].example_id, 4);
    goroutine_ranking_free(&ranking);

    struct wait_ranking waits;
    options.filter = "channel RECEIVE";
    assert_int_equal(ranking_waits(feed.model, &options, &waits), 0);
    assert_int_equal(waits.count, 2);
    assert_int_equal(waits.rows[0].now, 3);
    assert_int_equal(waits.rows[0].total_ns, 60 + 50 + 40);
    assert_int_equal(waits.rows[0].longest_ns, 60);
    assert_int_equal(waits.total_ns, 60 + 50 + 40 + 30);
    wait_ranking_free(&waits);
    feed_close(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_of_one_place_are_one_row),
        cmocka_unit_test(each_measure_counts_its_own),
        cmocka_unit_test(a_limit_cuts_after_sorting_and_says_so),
        cmocka_unit_test(a_filter_looks_at_types_and_all_frames),
        cmocka_unit_test(goroutines_are_grouped_by_creation_state_and_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
