/* A full ring: the program waits for a drainer that lives, and drops and counts when it does not. It never hangs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "recording.h"

enum { RING_WORDS = 64, BIRTHS = 1000 };

static int set_up(void **)
{
    recording_make(RING_WORDS);
    return 0;
}

static int tear_down(void **)
{
    recording_free();
    return 0;
}

static int write_births(void *)
{
    const struct observer *to = recording_open();
    for (uint32_t slot = 0; slot < BIRTHS; slot++)
        to->birth(0, 1, slot, NULL);
    return 0;
}

static void expect_first_births_only(void)
{
    static uint64_t words[RECORDING_WORDS_MAX];
    uint64_t lost = atomic_load(&recording.controls[0].lost);
    size_t count = recording_events(0, words);
    assert_int_equal(count + lost, BIRTHS);
    assert_in_range(count, RING_WORDS - 4, RING_WORDS);
    for (size_t slot = 0; slot < count; slot++)
        assert_int_equal(words[slot], event_word_birth(1, (uint32_t)slot, 0));
}

static void a_drainer_that_says_it_stops_costs_events_and_no_time(void **)
{
    atomic_store(&recording.header->drainer_gone, 1);
    recording_child(write_births);
    expect_first_births_only();
}

static void a_drainer_whose_heart_stands_still_is_dead(void **)
{
    recording_child(write_births);
    expect_first_births_only();
    assert_int_equal(atomic_load(&recording.header->drainer_wakeup), 1);
}

/* Fills the ring, takes it all, and goes on. */
static int write_after_loss(void *)
{
    const struct observer *to = recording_open();
    atomic_store(&recording.header->drainer_gone, 1);
    for (uint32_t slot = 0; slot < BIRTHS; slot++)
        to->birth(0, 1, slot, NULL);
    atomic_store(&recording.controls[0].tail, atomic_load(&recording.controls[0].head));
    to->birth(0, 2, 0, NULL);
    to->birth(0, 2, 1, NULL);
    return 0;
}

static void what_was_lost_is_told_first_when_there_is_room(void **)
{
    static uint64_t words[RECORDING_WORDS_MAX];
    recording_child(write_after_loss);
    assert_int_equal(recording_events(0, words), 3);
    assert_int_equal(words[0], event_word(EVENT_LOST, atomic_load(&recording.controls[0].lost)));
    assert_int_equal(words[1], event_word_birth(2, 0, 0));
    assert_int_equal(words[2], event_word_birth(2, 1, 0));
    uint64_t tail = atomic_load(&recording.controls[0].tail);
    assert_int_equal(event_word_kind(recording.words[tail & (RING_WORDS - 1)]), EVENT_TIME);
}

static int write_too_long(void *)
{
    const struct observer *to = recording_open();
    uint64_t dead[RING_WORDS] = {0};
    to->deaths(0, 1, 1, dead, RING_WORDS);
    to->birth(0, 1, 1, NULL);
    return 0;
}

static void an_event_longer_than_the_ring_is_lost(void **)
{
    static uint64_t words[RECORDING_WORDS_MAX];
    recording_child(write_too_long);
    assert_int_equal(recording_events(0, words), 2);
    assert_int_equal(words[0], event_word(EVENT_LOST, 1));
    assert_int_equal(words[1], event_word_birth(1, 1, 0));
}

/* ---- a drainer that is slow but alive ---- */

static _Atomic bool stops;
static uint64_t taken[BIRTHS];
static size_t taken_count;

static void *drain_slowly(void *)
{
    while (!atomic_load(&stops)) {
        uint64_t head = atomic_load(&recording.controls[0].head), tail = atomic_load(&recording.controls[0].tail);
        for (; tail < head; tail++) {
            uint64_t word = recording.words[tail & (RING_WORDS - 1)];
            if (event_word_kind(word) != EVENT_TIME && taken_count < BIRTHS)
                taken[taken_count++] = word;
        }
        usleep(300);
        atomic_store(&recording.controls[0].tail, tail);
        atomic_fetch_add(&recording.header->heartbeat, 1);
    }
    return NULL;
}

static void nothing_is_lost_while_the_drainer_lives(void **)
{
    pthread_t drainer;
    atomic_store(&stops, false);
    assert_int_equal(pthread_create(&drainer, NULL, drain_slowly, NULL), 0);
    recording_child(write_births);
    uint64_t head = atomic_load(&recording.controls[0].head);
    while (atomic_load(&recording.controls[0].tail) != head)
        usleep(100);
    atomic_store(&stops, true);
    pthread_join(drainer, NULL);
    assert_int_equal(atomic_load(&recording.controls[0].lost), 0);
    assert_int_equal(taken_count, BIRTHS);
    for (uint32_t slot = 0; slot < BIRTHS; slot++)
        assert_int_equal(taken[slot], event_word_birth(1, slot, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_drainer_that_says_it_stops_costs_events_and_no_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_drainer_whose_heart_stands_still_is_dead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_lost_is_told_first_when_there_is_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_longer_than_the_ring_is_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_lost_while_the_drainer_lives, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
