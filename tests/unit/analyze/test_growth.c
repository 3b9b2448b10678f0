/* Which sites are suspected of growing: those whose least rises from quarter to quarter, and no others. */
#include "unit/model/feed.h"

#include "gctool/analyze/ranking.h"

enum { SLOT_BYTES = 8192, SLOTS = 2048, GROWS = SLOTS, FILLS_UP = 2 * SLOTS, GARBAGE = 3 * SLOTS };

static void one_collection(struct feed *feed, uint64_t number)
{
    feed->now_ns += 1000;
    feed_phase(feed, number, 1);
}

/* Spans and contexts have the same numbers, so far apart that spans do not overlap. Each of `collections` times, GROWS gets an object; FILLS_UP does until the tenth; GARBAGE has more and more, which die. */
static struct growth_ranking rank(struct feed *feed, uint64_t collections)
{
    feed_type(feed, 7, SLOT_BYTES, "block");
    for (uint32_t span = GROWS; span <= GARBAGE; span += SLOTS)
        feed_span(feed, span, 0, 7, SLOTS, SLOT_BYTES);
    for (uint64_t number = 1; number <= collections; number++) {
        feed_birth(feed, GROWS, (uint32_t)number, GROWS);
        if (number <= 10)
            feed_birth(feed, FILLS_UP, (uint32_t)number, FILLS_UP);
        feed_birth(feed, GARBAGE, (uint32_t)(number % 64), GARBAGE);
        one_collection(feed, number);
        feed_words(feed, event_word_span(EVENT_DEATHS, GARBAGE, 0, 1), (const uint64_t[]){1ULL << number % 64}, 1);
    }
    struct growth_ranking ranking;
    assert_int_equal(ranking_growth(feed->model, &(struct ranking_options){.by_stack = true}, &ranking), 0);
    return ranking;
}

static void who_rises_in_each_quarter_is_a_suspect(void **)
{
    struct feed feed = feed_open();
    struct growth_ranking ranking = rank(&feed, 40);
    assert_int_equal(ranking.count, 1);
    assert_int_equal(ranking.rows[0].context, GROWS);
    assert_int_equal(ranking.rows[0].alive_objects, 40);
    assert_true(ranking.rows[0].last_bytes - ranking.rows[0].first_bytes >= 20UL * SLOT_BYTES);
    growth_ranking_free(&ranking);
    feed_close(&feed);
}

/* So many that samples were thinned out several times. */
static void samples_cover_a_long_recording(void **)
{
    struct feed feed = feed_open();
    struct growth_ranking ranking = rank(&feed, 1000);
    assert_int_equal(feed.model->growth.collections, 1000);
    assert_in_range(feed.model->growth.count, GROWTH_SAMPLES / 2, GROWTH_SAMPLES);
    assert_int_equal(ranking.count, 1);
    assert_int_equal(ranking.rows[0].first_bytes, SLOT_BYTES); /* the first of all samples is kept */
    growth_ranking_free(&ranking);
    feed_close(&feed);
}

static void a_short_recording_suspects_nobody(void **)
{
    struct feed feed = feed_open();
    struct growth_ranking ranking = rank(&feed, GROWTH_PARTS * GROWTH_SAMPLES_OF_PART - 1);
    assert_int_equal(ranking.count, 0);
    growth_ranking_free(&ranking);
    feed_close(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_rises_in_each_quarter_is_a_suspect),
        cmocka_unit_test(samples_cover_a_long_recording),
        cmocka_unit_test(a_short_recording_suspects_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
