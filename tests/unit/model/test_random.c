/* Random streams, sensible ones and nonsense, against a second model that is nothing but arrays. */
#include "unit/model/feed.h"

enum { SPANS = 6, SLOTS = 130, CONTEXTS = 4, TYPES = 2, STEPS = 40000, SINCE_NS = 3000 };

static const uint64_t slot_bytes[SPANS] = {16, 48, 16, 1000, 8192, 24};
static const uint32_t slot_count[SPANS] = {130, 64, 1, 65, 1, 128};

/* ---- the plain model ---- */

struct plain_object {
    bool is_alive, is_counted;
    uint32_t context, type;
    uint64_t born_ns, cycle;
};

struct plain_site {
    uint64_t born, born_bytes, dead, alive_bytes, peak_bytes, temporary, low_ns, high_ns, survived;
};

static struct plain {
    bool exists[SPANS];
    uint32_t incarnation[SPANS], type[SPANS];
    struct plain_object objects[SPANS][SLOTS];
    struct plain_site sites[CONTEXTS][TYPES];
    uint64_t alive_bytes, peak_bytes, peak_ns;
    uint64_t cycle, cycle_ns, cycle_before_ns;
    uint64_t birth_on_live, birth_outside, span_over_span, death_free, death_outside, stale;
} plain;

static uint64_t since(uint64_t later_ns, uint64_t earlier_ns)
{
    return later_ns > earlier_ns ? later_ns - earlier_ns : 0;
}

static void plain_die(uint32_t span, uint32_t slot)
{
    struct plain_object *object = &plain.objects[span][slot];
    object->is_alive = false;
    if (!object->is_counted)
        return;
    struct plain_site *site = &plain.sites[object->context][object->type];
    uint64_t cycles = plain.cycle - object->cycle;
    site->dead++;
    site->alive_bytes -= slot_bytes[span];
    plain.alive_bytes -= slot_bytes[span];
    site->temporary += cycles <= 1;
    site->survived += cycles <= 1 ? 0 : cycles - 1;
    site->low_ns += since(plain.cycle_before_ns, object->born_ns);
    site->high_ns += since(plain.cycle_ns, object->born_ns);
}

static void plain_end_span(uint32_t span)
{
    for (uint32_t slot = 0; slot < slot_count[span]; slot++)
        if (plain.objects[span][slot].is_alive)
            plain_die(span, slot);
    plain.exists[span] = false;
}

static void plain_birth(uint32_t span, uint32_t slot, uint32_t context, uint64_t now_ns)
{
    if (!plain.exists[span] || slot >= slot_count[span]) {
        plain.birth_outside++;
        return;
    }
    struct plain_object *object = &plain.objects[span][slot];
    if (object->is_alive) {
        plain.birth_on_live++;
        plain_die(span, slot);
    }
    *object = (struct plain_object){true, now_ns >= SINCE_NS, context, plain.type[span], now_ns, plain.cycle};
    if (!object->is_counted)
        return;
    struct plain_site *site = &plain.sites[context][object->type];
    site->born++;
    site->born_bytes += slot_bytes[span];
    site->alive_bytes += slot_bytes[span];
    plain.alive_bytes += slot_bytes[span];
    if (site->alive_bytes > site->peak_bytes)
        site->peak_bytes = site->alive_bytes;
    if (plain.alive_bytes > plain.peak_bytes) {
        plain.peak_bytes = plain.alive_bytes;
        plain.peak_ns = now_ns;
    }
}

static bool plain_is_meant(uint32_t span, uint32_t incarnation)
{
    if (!plain.exists[span])
        plain.death_outside++;
    else if (plain.incarnation[span] != incarnation)
        plain.stale++;
    else
        return true;
    return false;
}

static void plain_deaths(uint32_t span, uint32_t incarnation, const uint64_t *bits, uint32_t words)
{
    if (!plain_is_meant(span, incarnation))
        return;
    for (uint32_t slot = 0; slot < words * 64; slot++) {
        if ((bits[slot / 64] >> (slot % 64) & 1) == 0)
            continue;
        if (slot >= slot_count[span])
            plain.death_outside++;
        else if (!plain.objects[span][slot].is_alive)
            plain.death_free++;
        else
            plain_die(span, slot);
    }
}

/* ---- streams ---- */

static uint64_t state;

static uint32_t below(uint32_t limit)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)((state >> 33) % limit);
}

static void step_span(struct feed *feed)
{
    uint32_t span = below(SPANS), incarnation = plain.incarnation[span] + (below(10) == 0 ? 5 : 0);
    if (below(3) == 0) {
        feed_release(feed, span, incarnation);
        if (plain_is_meant(span, incarnation))
            plain_end_span(span);
        return;
    }
    if (plain.exists[span]) {
        plain.span_over_span++;
        plain_end_span(span);
    }
    plain.exists[span] = true;
    plain.incarnation[span]++;
    plain.type[span] = below(TYPES);
    feed_span(feed, span, plain.incarnation[span], plain.type[span], slot_count[span], slot_bytes[span]);
}

static void step_deaths(struct feed *feed)
{
    uint32_t span = below(SPANS), words = 1 + below(3), incarnation = plain.incarnation[span] + (below(20) == 0);
    uint64_t bits[3] = {0};
    for (uint32_t slot = 0; slot < words * 64; slot++) {
        bool is_alive = slot < slot_count[span] && plain.objects[span][slot].is_alive;
        bits[slot / 64] |= (uint64_t)(is_alive ? below(2) == 0 : below(1000) == 0) << (slot % 64);
    }
    feed_words(feed, event_word_span(EVENT_DEATHS, span, incarnation, words), bits, words);
    plain_deaths(span, incarnation, bits, words);
}

static void step(struct feed *feed)
{
    feed->now_ns += below(5);
    uint32_t what = below(1000);
    if (what < 900) {
        uint32_t span = below(SPANS), slot = below(slot_count[span] + (below(20) == 0)), context = below(CONTEXTS);
        feed_birth(feed, span, slot, context);
        plain_birth(span, slot, context, feed->now_ns);
    } else if (what < 980) {
        step_deaths(feed);
    } else if (what < 990) {
        plain.cycle++;
        plain.cycle_before_ns = plain.cycle_ns;
        plain.cycle_ns = feed->now_ns;
        feed_phase(feed, plain.cycle, below(4));
    } else {
        step_span(feed);
    }
}

static void compare(const struct model *model)
{
    for (uint32_t context = 0; context < CONTEXTS; context++) {
        for (uint32_t type = 0; type < TYPES; type++) {
            const struct plain_site *plain_site = &plain.sites[context][type];
            uint32_t index = key_index_find(&model->sites.index, context, type);
            if (plain_site->born == 0) {
                assert_int_equal(index, KEY_INDEX_NONE);
                continue;
            }
            const struct site *site = &model->sites.items[index];
            assert_int_equal(site->born_objects, plain_site->born);
            assert_int_equal(site->born_bytes, plain_site->born_bytes);
            assert_int_equal(site->dead_objects, plain_site->dead);
            assert_int_equal(site->alive_objects, plain_site->born - plain_site->dead);
            assert_int_equal(site->alive_bytes, plain_site->alive_bytes);
            assert_int_equal(site->peak_bytes, plain_site->peak_bytes);
            assert_int_equal(site->temporary_objects, plain_site->temporary);
            assert_int_equal(site->survived_cycles.total, plain_site->survived);
            assert_int_equal(site->lifetime_low_total_ns, plain_site->low_ns);
            assert_int_equal(site->lifetime_ns.total, plain_site->high_ns);
        }
    }
    assert_int_equal(model->alive_bytes, plain.alive_bytes);
    assert_int_equal(model->peak_bytes, plain.peak_bytes);
    assert_int_equal(model->peak_ns, plain.peak_ns);
    assert_int_equal(model->anomalies.birth_on_live_slot, plain.birth_on_live);
    assert_int_equal(model->anomalies.birth_outside_span, plain.birth_outside);
    assert_int_equal(model->anomalies.span_over_span, plain.span_over_span);
    assert_int_equal(model->anomalies.death_of_free_slot, plain.death_free);
    assert_int_equal(model->anomalies.death_outside_span, plain.death_outside);
    assert_int_equal(model->anomalies.stale_incarnation, plain.stale);
}

static void sensible_streams_agree_with_arrays(void **)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        memset(&plain, 0, sizeof plain);
        state = seed;
        struct feed feed = {.model = model_new(SINCE_NS, UINT64_MAX)};
        assert_non_null(feed.model);
        for (int i = 0; i < STEPS; i++) {
            step(&feed);
            if (i % 1000 == 0) {
                compare(feed.model);
                assert_true(model_check(feed.model));
            }
        }
        compare(feed.model);
        assert_true(plain.birth_on_live > 0 && plain.stale > 0 && plain.death_free > 0 && plain.death_outside > 0);
        feed_close(&feed);
    }
}

/* Every kind, also those there are not; fields that reach across all of their range, or stay where they meet others. */
static void nonsense_leaves_the_model_in_agreement_with_itself(void **)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        state = seed;
        struct feed feed = {.model = model_new(seed % 2 * 500, seed % 3 == 0 ? 4000 : UINT64_MAX)};
        assert_non_null(feed.model);
        for (int i = 0; i < 5000; i++) {
            uint64_t payload[8], word = ((uint64_t)below(1u << 31) << 31 | below(1u << 31)) << EVENT_KIND_BITS;
            uint32_t kind = below(4) != 0 ? 1 + below(EVENT_KIND_END) : below(1 << EVENT_KIND_BITS);
            if (below(8) != 0)
                word &= 0x1f0003e0000007ffULL << EVENT_KIND_BITS >> 6; /* few spans, slots and ids */
            for (int at = 0; at < 8; at++)
                payload[at] = below(3) == 0 ? (uint64_t)below(1u << 31) << below(33)
                                            : (uint64_t)below(200) << 32 | below(200);
            feed.now_ns = below(50) == 0 ? below(5000) : feed.now_ns + below(3);
            feed.worker = below(300);
            feed_words(&feed, (word & ~(uint64_t)0x3f) | kind, payload, below(9));
        }
        assert_true(model_check(feed.model));
        model_finish(feed.model);
        uint64_t live = 0;
        for (size_t at = 0; at < feed.model->goroutines.group_count; at++)
            live += feed.model->goroutines.groups[at].created - feed.model->goroutines.groups[at].ended;
        assert_int_equal(live, feed.model->goroutines.by_id.used_count);
        assert_int_equal(live, feed.model->goroutines.created - feed.model->goroutines.ended);
        uint64_t waiting = 0, now = 0;
        for (size_t at = 0; at < feed.model->goroutines.count; at++)
            waiting += feed.model->goroutines.items[at].state == GOROUTINE_WAITING;
        for (size_t at = 0; at < feed.model->goroutines.wait_count; at++)
            now += feed.model->goroutines.waits[at].now;
        assert_int_equal(waiting, now);
        feed_close(&feed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sensible_streams_agree_with_arrays),
        cmocka_unit_test(nonsense_leaves_the_model_in_agreement_with_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
