/* Merging: against a model of a program whose events have known causes, and against everything that a ring can hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gctool/drain/merge.h"
#include "gctool/drain/ring_memory.h"
#include "tracer/format/events.h"

/* ---- what the sink is given ---- */

enum { GIVEN_MAX = 200000 };

static struct {
    uint32_t ring;
    uint64_t ticks, word;
} given[GIVEN_MAX];
static size_t given_count, noted_count;
static uint64_t taken_until[RINGS_COUNT_MAX];

static void take_segment(void *, uint32_t ring, uint64_t ticks, const uint64_t *words, size_t count, uint64_t until)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(given_count < GIVEN_MAX);
        given[given_count].ring = ring;
        given[given_count].ticks = ticks;
        given[given_count++].word = words[i];
    }
    taken_until[ring] = until;
}

static void take_note(void *, const uint64_t *)
{
    noted_count++;
}

static const struct merge_sink sink = {.segment = take_segment, .note = take_note};

/* ---- rings ---- */

enum { RINGS = 4, RING_WORDS = 512 };

static struct ring_memory memory;
static struct merge merge;
static uint64_t heads[RINGS];

static int set_up(void **)
{
    struct ring_memory_sizes sizes = {.ring_count = RINGS, .ring_words = RING_WORDS, .context_capacity = 1};
    assert_int_equal(ring_memory_make(&sizes, &memory, NULL), 0);
    merge = (struct merge){.ring_count = RINGS, .mask = RING_WORDS - 1};
    for (uint32_t ring = 0; ring < RINGS; ring++) {
        assert_int_equal(ring_memory_map(&memory, ring), 0);
        merge.rings[ring].words = memory.words[ring];
        heads[ring] = 0;
        taken_until[ring] = 0;
    }
    given_count = 0;
    noted_count = 0;
    return 0;
}

static int tear_down(void **)
{
    ring_memory_free(&memory);
    return 0;
}

static void put(uint32_t ring, uint64_t word)
{
    uint64_t at = memory.header->words_offset + (ring * RING_WORDS + heads[ring]++ % RING_WORDS) * sizeof word;
    assert_int_equal(pwrite(memory.fd, &word, sizeof word, (off_t)at), sizeof word);
}

static void put_time(uint32_t ring, uint64_t ticks)
{
    put(ring, event_word(EVENT_TIME, ticks));
}

static void put_birth(uint32_t ring, uint32_t number)
{
    put(ring, event_word_birth(number, 0, 0));
}

static void publish(void)
{
    for (uint32_t ring = 0; ring < RINGS; ring++)
        merge.rings[ring].published = heads[ring];
}

/* ---- */

static void segments_come_in_the_order_of_their_times(void **)
{
    put_time(0, 10);
    put_birth(0, 1);
    put_birth(0, 2);
    put_time(0, 30);
    put_birth(0, 5);
    put_time(1, 20);
    put_birth(1, 3);
    put_birth(1, 4);
    publish();
    merge_pass(&merge, UINT64_MAX, &sink, NULL);
    assert_int_equal(given_count, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(event_word_span_id(given[i].word), i + 1);
    assert_int_equal(given[4].ticks, 30);
}

static void a_segment_after_the_cut_waits_for_the_next_pass(void **)
{
    put_time(0, 10);
    put_birth(0, 1);
    put_time(1, 25); /* read after the cut: its cause may be in words not seen yet */
    put_birth(1, 3);
    publish();
    merge_pass(&merge, 20, &sink, NULL);
    assert_int_equal(given_count, 1);
    assert_int_equal(merge.rings[1].taken, 0);
    put_time(0, 22);
    put_birth(0, 2);
    publish();
    merge_pass(&merge, 40, &sink, NULL);
    assert_int_equal(given_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(event_word_span_id(given[i].word), i + 1);
}

static void what_is_appended_to_a_taken_segment_is_as_late_as_the_cut_before(void **)
{
    put_time(0, 10);
    put_birth(0, 1);
    publish();
    merge_pass(&merge, 20, &sink, NULL);
    put_birth(0, 2);
    put_time(1, 15); /* its thread was slow to publish */
    put_birth(1, 3);
    publish();
    merge_pass(&merge, 30, &sink, NULL);
    assert_int_equal(given_count, 3);
    assert_int_equal(given[0].ticks, 10);
    assert_int_equal(given[1].ticks, 20);
    assert_int_equal(given[2].ticks, 20);
}

static void payload_that_looks_like_time_opens_nothing(void **)
{
    put_time(0, 10);
    put(0, event_word_span(EVENT_DEATHS, 7, 1, 3));
    for (int i = 0; i < 3; i++)
        put_time(0, 5); /* a bitmap */
    put(0, event_word_pair(EVENT_GO_CREATE, 1, 0));
    for (int i = 0; i < 3; i++)
        put_time(0, 5);
    publish();
    merge_pass(&merge, UINT64_MAX, &sink, NULL);
    assert_int_equal(given_count, 8);
    for (size_t i = 0; i < given_count; i++)
        assert_int_equal(given[i].ticks, 10);
    assert_int_equal(noted_count, 1);
}

static void an_event_may_lie_across_the_end_of_the_ring(void **)
{
    for (uint64_t start = RING_WORDS - 5; start < RING_WORDS + 5; start++) {
        heads[0] = merge.rings[0].taken = merge.rings[0].published = start;
        given_count = 0;
        put_time(0, 10);
        put(0, event_word_span(EVENT_DEATHS, 7, 1, 4));
        for (uint64_t i = 0; i < 4; i++)
            put(0, 100 + i);
        put_birth(0, 9);
        publish();
        merge.floor_ticks = 0;
        merge_pass(&merge, UINT64_MAX, &sink, NULL);
        assert_int_equal(given_count, 6);
        for (uint64_t i = 0; i < 4; i++)
            assert_int_equal(given[1 + i].word, 100 + i);
        assert_int_equal(event_word_span_id(given[5].word), 9);
        assert_int_equal(taken_until[0], start + 7);
    }
}

static void words_that_are_no_events_do_no_harm(void **)
{
    srand(1);
    for (int round = 0; round < 300; round++) {
        uint64_t expected = 0;
        for (uint32_t ring = 0; ring < RINGS; ring++) {
            unsigned count = (unsigned)rand() % RING_WORDS;
            expected += count;
            for (unsigned i = 0; i < count; i++)
                put(ring, (uint64_t)rand() << 33 ^ (uint64_t)rand());
        }
        publish();
        merge_pass(&merge, UINT64_MAX, &sink, NULL);
        merge.floor_ticks = 0;
        assert_true(given_count <= expected); /* but for the TIMEs among them */
        given_count = 0;
        for (uint32_t ring = 0; ring < RINGS; ring++)
            assert_int_equal(merge.rings[ring].taken, heads[ring]);
    }
}

/* ---- a model of a program ----
 *
 * Workers do three things: an event that follows from nothing but their own past; an event that follows from everything some other worker has
 * published, in a new segment; or nothing, between reading the clock and publishing. Every event has a vector clock; a drainer looks at any moment.
 * In the stream no event may come before one that its vector covers. */

enum { EVENTS_PER_RUN = 3000, RUNS = 60 };

struct model_event {
    uint32_t knows[RINGS]; /* of each worker, how many of its events this one follows from; of its own, its number */
};
static struct model_event events[RINGS][EVENTS_PER_RUN];
static uint32_t event_counts[RINGS], knows[RINGS][RINGS];
static uint64_t model_ticks;
static struct {
    bool pending; /* a segment whose time is read and that is not published */
    uint64_t ticks;
} slow[RINGS];

static void model_write(uint32_t worker)
{
    uint32_t number = event_counts[worker]++;
    knows[worker][worker] = number + 1;
    memcpy(events[worker][number].knows, knows[worker], sizeof knows[worker]);
    put_birth(worker, number);
}

static void model_learn(uint32_t worker, uint32_t from)
{
    for (uint32_t i = 0; i < RINGS; i++)
        if (knows[from][i] > knows[worker][i])
            knows[worker][i] = knows[from][i];
}

static void model_step(void)
{
    uint32_t worker = (uint32_t)rand() % RINGS;
    model_ticks += 1 + (uint64_t)rand() % 3;
    if (slow[worker].pending) {
        slow[worker].pending = false;
        put_time(worker, slow[worker].ticks);
        model_write(worker);
    } else if (rand() % 4 != 0) {
        if (heads[worker] == 0)
            put_time(worker, model_ticks);
        model_write(worker);
    } else {
        model_learn(worker, (uint32_t)rand() % RINGS);
        slow[worker].pending = true;
        slow[worker].ticks = model_ticks;
    }
}

/* One pass whose cut is now, while the rings are looked at one after the other and the program goes on. */
static void model_drain(void)
{
    uint64_t cut = ++model_ticks;
    uint32_t first = (uint32_t)rand() % RINGS;
    for (uint32_t i = 0; i < RINGS; i++) {
        uint32_t ring = (first + i) % RINGS;
        if (rand() % 2)
            model_step();
        merge.rings[ring].published = heads[ring];
    }
    merge_pass(&merge, cut, &sink, NULL);
}

static bool rings_have_room(void)
{
    for (uint32_t ring = 0; ring < RINGS; ring++)
        if (heads[ring] - merge.rings[ring].taken > RING_WORDS - 64 || event_counts[ring] + 64 > EVENTS_PER_RUN)
            return false;
    return true;
}

static void check_stream(void)
{
    uint32_t seen[RINGS] = {0};
    for (size_t i = 0; i < given_count; i++) {
        uint32_t ring = given[i].ring, number = event_word_span_id(given[i].word);
        assert_int_equal(number, seen[ring]);
        for (uint32_t other = 0; other < RINGS; other++)
            if (other != ring && events[ring][number].knows[other] > seen[other])
                fail_msg("event %u of worker %u comes before event %u of worker %u, from which it follows", number,
                         ring, events[ring][number].knows[other] - 1, other);
        assert_true(i == 0 || given[i].ticks >= given[i - 1].ticks);
        seen[ring]++;
    }
    for (uint32_t ring = 0; ring < RINGS; ring++)
        assert_int_equal(seen[ring], event_counts[ring]);
}

static void a_cause_comes_before_its_effect(void **state)
{
    for (unsigned run = 0; run < RUNS; run++) {
        srand(run);
        memset(event_counts, 0, sizeof event_counts);
        memset(knows, 0, sizeof knows);
        memset(slow, 0, sizeof slow);
        model_ticks = 0;
        while (rings_have_room()) {
            for (int steps = rand() % 200; steps > 0; steps--)
                model_step();
            model_drain();
        }
        publish();
        merge_pass(&merge, UINT64_MAX, &sink, NULL);
        check_stream();
        tear_down(state);
        set_up(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(segments_come_in_the_order_of_their_times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_segment_after_the_cut_waits_for_the_next_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_appended_to_a_taken_segment_is_as_late_as_the_cut_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(payload_that_looks_like_time_opens_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_may_lie_across_the_end_of_the_ring, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_that_are_no_events_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cause_comes_before_its_effect, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
