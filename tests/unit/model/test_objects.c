/* Births and deaths: who made what, when it died, and what a wrong stream cannot do. */
#include "unit/model/feed.h"

static void births_are_counted_by_context_and_type(void **)
{
    struct feed feed = feed_open();
    feed_span(&feed, 1, 0, 7, 64, 48);
    feed_span(&feed, 2, 0, 8, 10, 100);
    feed_birth(&feed, 1, 0, 5);
    feed_birth(&feed, 1, 63, 5);
    feed_birth(&feed, 1, 1, 6);
    feed_birth(&feed, 2, 9, 5);
    assert_int_equal(feed_site(&feed, 5, 7)->born_objects, 2);
    assert_int_equal(feed_site(&feed, 5, 7)->born_bytes, 96);
    assert_int_equal(feed_site(&feed, 6, 7)->born_objects, 1);
    assert_int_equal(feed_site(&feed, 5, 8)->born_bytes, 100);
    assert_int_equal(feed.model->alive_bytes, 3 * 48 + 100);
    assert_int_equal(model_anomaly_count(feed.model), 0);
    feed_close(&feed);
}

static void deaths_free_the_slots_of_the_bitmap(void **)
{
    struct feed feed = feed_open();
    feed_span(&feed, 1, 0, 7, 64, 48);
    for (uint32_t slot = 0; slot < 64; slot++)
        feed_birth(&feed, 1, slot, 5);
    feed_phase(&feed, 1, 1);
    feed_deaths(&feed, 1, 0, 0x8000000000000003ULL);
    const struct site *site = feed_site(&feed, 5, 7);
    assert_int_equal(site->dead_objects, 3);
    assert_int_equal(site->alive_objects, 61);
    assert_int_equal(site->peak_bytes, 64 * 48);
    feed_birth(&feed, 1, 1, 5); /* the slot is free again */
    assert_int_equal(feed.model->anomalies.birth_on_live_slot, 0);
    feed_birth(&feed, 1, 2, 5); /* this one is not */
    assert_int_equal(feed.model->anomalies.birth_on_live_slot, 1);
    assert_int_equal(feed_site(&feed, 5, 7)->alive_objects, 62);
    feed_deaths(&feed, 1, 0, 1);
    assert_int_equal(feed.model->anomalies.death_of_free_slot, 1);
    feed_close(&feed);
}

static void release_kills_what_is_left(void **)
{
    struct feed feed = feed_open();
    feed_span(&feed, 3, 4, 7, 8, 1000);
    feed_birth(&feed, 3, 0, 5);
    feed_birth(&feed, 3, 7, 5);
    feed_phase(&feed, 1, 1);
    feed_release(&feed, 3, 4);
    assert_int_equal(feed_site(&feed, 5, 7)->dead_objects, 2);
    assert_int_equal(feed.model->alive_objects, 0);
    assert_int_equal(feed.model->span_count, 0);
    feed_birth(&feed, 3, 0, 5);
    assert_int_equal(feed.model->anomalies.birth_outside_span, 1);
    assert_int_equal(feed_site(&feed, 5, 7)->born_objects, 2);
    feed_close(&feed);
}

static void a_new_span_over_a_live_one_ends_it(void **)
{
    struct feed feed = feed_open();
    feed_span(&feed, 3, 4, 7, 8, 1000);
    feed_birth(&feed, 3, 0, 5);
    feed_span(&feed, 3, 5, 9, 4, 2000);
    assert_int_equal(feed_site(&feed, 5, 7)->alive_objects, 0);
    feed_birth(&feed, 3, 0, 5);
    assert_int_equal(feed_site(&feed, 5, 9)->alive_bytes, 2000);
    assert_int_equal(feed.model->span_count, 1);
    assert_int_equal(feed.model->anomalies.span_over_span, 1);
    feed_close(&feed);
}

static void a_stale_incarnation_changes_nothing(void **)
{
    struct feed feed = feed_open();
    feed_span(&feed, 3, 5, 9, 4, 2000);
    feed_birth(&feed, 3, 0, 5);
    feed_deaths(&feed, 3, 4, 1);
    feed_release(&feed, 3, 4);
    assert_int_equal(feed.model->anomalies.stale_incarnation, 2);
    assert_int_equal(feed_site(&feed, 5, 9)->alive_objects, 1);
    feed_close(&feed);
}

static void what_lies_outside_a_span_is_counted_and_ignored(void **)
{
    struct feed feed = feed_open();
    feed_span(&feed, 3, 0, 9, 4, 2000);
    feed_birth(&feed, 3, 4, 5);
    feed_birth(&feed, 0x7fffff, 0, 5);
    feed_deaths(&feed, 3, 0, 0x10);
    feed_deaths(&feed, 4, 0, 1);
    assert_int_equal(feed.model->anomalies.birth_outside_span, 2);
    assert_int_equal(feed.model->anomalies.death_outside_span, 2);
    feed_span(&feed, 5, 0, 9, 4097, 16);
    feed_span(&feed, 6, 0, 9, 0, 16);
    feed_span(&feed, 7, 0, 9, 4, 0);
    feed_span(&feed, 8, 0, 9, 4, UINT64_MAX);
    assert_int_equal(feed.model->anomalies.malformed, 4);
    assert_int_equal(feed.model->span_count, 1);
    feed_close(&feed);
}

/*   born A 100 | cycle 1 at 1000 | born B 1500 | cycle 2 at 2000 | cycle 3 at 4000: its sweep reports both */
static void a_lifetime_is_an_interval(void **)
{
    struct feed feed = feed_open();
    feed_span(&feed, 1, 0, 7, 8, 10);
    feed.now_ns = 100;
    feed_birth(&feed, 1, 0, 50);
    feed.now_ns = 1000;
    feed_phase(&feed, 1, 1);
    feed.now_ns = 1500;
    feed_birth(&feed, 1, 1, 51);
    feed.now_ns = 2000;
    feed_phase(&feed, 2, 1);
    feed.now_ns = 3000;
    feed_birth(&feed, 1, 2, 52);
    feed.now_ns = 4000;
    feed_phase(&feed, 3, 1);
    feed.now_ns = 4500;
    feed_deaths(&feed, 1, 0, 7);

    const struct site *a = feed_site(&feed, 50, 7), *b = feed_site(&feed, 51, 7), *c = feed_site(&feed, 52, 7);
    assert_int_equal(a->survived_cycles.total, 2);
    assert_int_equal(a->lifetime_low_total_ns, 2000 - 100);
    assert_int_equal(a->lifetime_ns.total, 4000 - 100);
    assert_int_equal(b->survived_cycles.total, 1);
    assert_int_equal(b->lifetime_low_total_ns, 2000 - 1500);
    assert_int_equal(b->lifetime_ns.total, 4000 - 1500);
    assert_int_equal(c->survived_cycles.total, 0);
    assert_int_equal(c->lifetime_low_total_ns, 0);
    assert_int_equal(c->lifetime_ns.total, 1000);
    assert_int_equal(a->temporary_objects + b->temporary_objects, 0);
    assert_int_equal(c->temporary_objects, 1);
    assert_int_equal(c->temporary_bytes, 10);
    feed_close(&feed);
}

static void deaths_are_added_to_the_cycle_whose_sweep_found_them(void **)
{
    struct feed feed = feed_open();
    feed_span(&feed, 1, 0, 7, 8, 10);
    for (uint32_t slot = 0; slot < 8; slot++)
        feed_birth(&feed, 1, slot, 5);
    feed_phase(&feed, 1, 1);
    feed_deaths(&feed, 1, 0, 0x3);
    feed_phase(&feed, 2, 1);
    feed_deaths(&feed, 1, 0, 0x1c);
    assert_int_equal(feed.model->cycles.items[0].dead_objects, 2);
    assert_int_equal(feed.model->cycles.items[1].dead_objects, 3);
    assert_int_equal(feed.model->cycles.items[1].dead_bytes, 30);
    feed_close(&feed);
}

static void an_interval_counts_its_births_and_tracks_the_rest(void **)
{
    struct feed feed = feed_open();
    model_free(feed.model);
    feed.model = model_new(100, 200);
    feed_span(&feed, 1, 0, 7, 8, 10);
    feed_birth(&feed, 1, 0, 5);
    feed.now_ns = 150;
    feed_birth(&feed, 1, 1, 5);
    feed_deaths(&feed, 1, 0, 1); /* of the one born before: no anomaly, not counted */
    feed.now_ns = 201;
    feed_birth(&feed, 1, 2, 5);
    feed_deaths(&feed, 1, 0, 2);
    assert_true(feed.model->past_until);
    const struct site *site = feed_site(&feed, 5, 7);
    assert_int_equal(site->born_objects, 1);
    assert_int_equal(site->dead_objects, 0);
    assert_int_equal(site->alive_objects, 1);
    assert_int_equal(model_anomaly_count(feed.model), 0);
    feed_close(&feed);
}

static void the_oldest_that_is_alive_dates_the_site(void **)
{
    struct feed feed = feed_open();
    feed_span(&feed, 1, 0, 7, 8, 10);
    feed.now_ns = 10;
    feed_birth(&feed, 1, 0, 5);
    feed.now_ns = 20;
    feed_birth(&feed, 1, 1, 5);
    feed_birth(&feed, 1, 2, 5);
    feed_deaths(&feed, 1, 0, 1);
    model_finish(feed.model);
    assert_int_equal(feed_site(&feed, 5, 7)->alive_since_ns, 20);
    feed_close(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(births_are_counted_by_context_and_type),
        cmocka_unit_test(deaths_free_the_slots_of_the_bitmap),
        cmocka_unit_test(release_kills_what_is_left),
        cmocka_unit_test(a_new_span_over_a_live_one_ends_it),
        cmocka_unit_test(a_stale_incarnation_changes_nothing),
        cmocka_unit_test(what_lies_outside_a_span_is_counted_and_ignored),
        cmocka_unit_test(a_lifetime_is_an_interval),
        cmocka_unit_test(deaths_are_added_to_the_cycle_whose_sweep_found_them),
        cmocka_unit_test(an_interval_counts_its_births_and_tracks_the_rest),
        cmocka_unit_test(the_oldest_that_is_alive_dates_the_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
