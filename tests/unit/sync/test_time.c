/* Timers on channels: when they fire, that a stop or reset takes everything back, what a ticker drops. Order and content only, no durations: nothing
 * may come early. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrt/chan.h>
#include <gcrt/memory.h>
#include <gcrt/time.h>

#include "cases.h"
#include "sched/timer.h"
#include "sched/worker.h"

enum { MS = 1000000 };

static int64_t receive(struct gcrt_chan *chan)
{
    int64_t value;
    CHECK(gcrt_chan_receive(chan, &value));
    CHECK(value <= clock_monotonic_ns());
    return value;
}

static bool is_empty(struct gcrt_chan *chan)
{
    return gcrt_chan_try_receive(chan, NULL) == GCRT_EMPTY;
}

static int fire_in_order(void *)
{
    int64_t begin = clock_monotonic_ns();
    struct gcrt_chan *late = gcrt_after(4 * MS), *early = gcrt_after(2 * MS);
    int64_t early_ns = receive(early), late_ns = receive(late);
    CHECK(early_ns >= begin + 2 * MS && late_ns >= begin + 4 * MS);
    CHECK(is_empty(early) && is_empty(late));
    CHECK(receive(gcrt_after(0)) >= late_ns);
    CHECK(receive(gcrt_after(INT64_MIN)) >= late_ns);
    return 0;
}

static void one_shot_timers_fire_once_and_not_early(void **)
{
    passes(fire_in_order);
}

/* The only worker never looks at its timers meanwhile. */
static int look_without_parking(void *)
{
    struct gcrt_timer *timer = gcrt_timer_new(2 * MS);
    struct gcrt_chan *chan = gcrt_timer_chan(timer);
    while (is_empty(chan))
        ;
    gcrt_timer_reset(timer, 2 * MS);
    struct gcrt_case one = {.chan = chan, .direction = GCRT_CASE_RECEIVE};
    while (gcrt_select_try(&one, 1) != 0)
        ;
    CHECK(!gcrt_timer_stop(timer));
    return 0;
}

static void who_never_parks_sees_a_due_timer(void **)
{
    child_passes("GCRT_PROCS=1", look_without_parking);
}

/* ---- stop and reset ---- */

/* Until a timer that was armed for `duration_ns` has fired: one that is armed behind it fires after it. */
static void sleep_beyond(int64_t duration_ns)
{
    gcrt_sleep(duration_ns + 2 * MS);
}

static int stop_before_and_after(void *)
{
    struct gcrt_timer *timer = gcrt_timer_new(5 * MS);
    struct gcrt_chan *chan = gcrt_timer_chan(timer);
    CHECK(gcrt_timer_stop(timer));
    CHECK(!gcrt_timer_stop(timer));
    gcrt_sleep(8 * MS);
    CHECK(is_empty(chan));
    CHECK(!gcrt_timer_reset(timer, MS)); /* it was not armed */
    sleep_beyond(MS);
    CHECK(gcrt_timer_stop(timer)); /* fired, and not received */
    CHECK(is_empty(chan));
    gcrt_timer_reset(timer, 0);
    receive(chan);
    CHECK(!gcrt_timer_stop(timer));
    CHECK(gcrt_timer_chan(timer) == chan);
    return 0;
}

static void a_stop_takes_the_value_back(void **)
{
    passes(stop_before_and_after);
}

static int reset_before_and_after(void *)
{
    struct gcrt_timer *timer = gcrt_timer_new(1000 * (int64_t)MS);
    struct gcrt_chan *chan = gcrt_timer_chan(timer);
    int64_t reset_ns = clock_monotonic_ns();
    CHECK(gcrt_timer_reset(timer, 2 * MS)); /* it was armed */
    CHECK(receive(chan) >= reset_ns + 2 * MS);
    CHECK(!gcrt_timer_reset(timer, MS));
    sleep_beyond(MS);
    reset_ns = clock_monotonic_ns();
    CHECK(gcrt_timer_reset(timer, 3 * MS)); /* fired, and not received */
    CHECK(receive(chan) >= reset_ns + 3 * MS);
    CHECK(is_empty(chan));
    CHECK(!gcrt_timer_reset(timer, INT64_MAX)); /* never */
    gcrt_sleep(2 * MS);
    CHECK(is_empty(chan) && gcrt_timer_stop(timer));
    return 0;
}

static void a_reset_takes_the_value_back_and_arms_again(void **)
{
    passes(reset_before_and_after);
}

/* Stops and resets at the moment of firing, while other workers fire: what is received afterwards is from after the reset. */
static int race_with_firing(void *)
{
    struct gcrt_timer *timer = gcrt_timer_new(0);
    struct gcrt_chan *chan = gcrt_timer_chan(timer);
    for (int round = 0; round < 3000; round++) {
        int64_t duration_ns = round % 60 * 1000;
        gcrt_timer_reset(timer, duration_ns);
        gcrt_sleep(duration_ns > 1000 ? duration_ns - 1000 : 1);
        if (round % 3 == 0) {
            gcrt_timer_stop(timer);
            CHECK(is_empty(chan));
            gcrt_yield();
            CHECK(is_empty(chan));
        }
        int64_t reset_ns = clock_monotonic_ns();
        gcrt_timer_reset(timer, duration_ns);
        if (round % 2 == 0)
            CHECK(receive(chan) >= reset_ns + duration_ns);
    }
    return 0;
}

static void nothing_stale_is_received_however_close_it_was(void **)
{
    child_passes("GCRT_PROCS=3", race_with_firing);
    child_passes("GCRT_PROCS=3 GCRT_STRESS=migrate", race_with_firing);
}

/* ---- tickers ---- */

/* When the only armed timer fires next, from the heap of the only worker. */
static int64_t next_fire_ns(void)
{
    CHECK(worker_at(0)->timers.count == 1);
    return worker_at(0)->timers.entries[0]->when_ns;
}

static int tick(void *)
{
    struct gcrt_timer *ticker = gcrt_ticker_new(2 * MS);
    struct gcrt_chan *chan = gcrt_timer_chan(ticker);
    int64_t first_ns = next_fire_ns(), tick_ns = 0;
    for (int i = 0; i < 3; i++) {
        int64_t now_ns = receive(chan);
        CHECK(now_ns >= first_ns + i * 2 * MS && now_ns > tick_ns);
        tick_ns = now_ns;
        CHECK(next_fire_ns() > now_ns && (next_fire_ns() - first_ns) % (2 * MS) == 0); /* the rhythm of the beginning */
    }
    gcrt_sleep(15 * MS);
    int received = 0;
    while (!is_empty(chan))
        received++;
    CHECK(received >= 1 && received <= 3); /* of the seven or so: one that was kept, and what comes while we look */
    CHECK((next_fire_ns() - first_ns) % (2 * MS) == 0);
    CHECK(gcrt_timer_reset(ticker, 3 * MS));
    first_ns = next_fire_ns();
    CHECK(receive(chan) >= first_ns);
    CHECK((next_fire_ns() - first_ns) % (3 * MS) == 0);
    CHECK(gcrt_timer_stop(ticker));
    gcrt_sleep(4 * MS);
    CHECK(is_empty(chan));
    CHECK(!gcrt_timer_reset(ticker, MS)); /* a stopped one can go on */
    receive(chan);
    receive(chan);
    return 0;
}

static void a_ticker_keeps_its_rhythm_and_drops_ticks(void **)
{
    child_passes("GCRT_PROCS=1", tick);
}

static int ticker_without_period(void *)
{
    gcrt_ticker_new(0);
    return 0;
}

static int ticker_reset_without_period(void *)
{
    gcrt_timer_reset(gcrt_ticker_new(MS), -1);
    return 0;
}

static void a_ticker_needs_a_period(void **)
{
    panics(ticker_without_period, "gcrt_ticker_new: a ticker's period must be above zero, not 0 ns");
    panics(ticker_reset_without_period, "gcrt_timer_reset: a ticker's period must be above zero, not -1 ns");
}

/* ---- the channel, and what keeps what ---- */

static int look_at_channel(void *)
{
    struct gcrt_timer *timer = gcrt_timer_new(0);
    struct gcrt_chan *chan = gcrt_timer_chan(timer);
    sleep_beyond(0);
    CHECK(gcrt_chan_length(chan) == 0 && gcrt_chan_capacity(chan) == 0);
    receive(chan);
    gcrt_chan_close(chan); /* not meant to be, but nothing is to break */
    gcrt_timer_reset(timer, 0);
    sleep_beyond(0);
    CHECK(!gcrt_chan_receive(chan, NULL));
    return 0;
}

static void the_channel_shows_itself_as_unbuffered(void **)
{
    passes(look_at_channel);
}

static int select_with_timeout(void *)
{
    struct gcrt_chan *never = gcrt_chan_new(&gcrt_type_int64, 0);
    for (int i = 0; i < 5; i++) {
        struct gcrt_case cases[] = {{.chan = never, .direction = GCRT_CASE_RECEIVE},
                                    {.chan = gcrt_after(MS), .direction = GCRT_CASE_RECEIVE}};
        CHECK(gcrt_select(cases, 2) == 1 && cases[1].ok);
    }
    return 0;
}

static void a_select_can_time_out(void **)
{
    passes(select_with_timeout);
}

static int collect_while_armed(void *)
{
    struct gcrt_chan *chan = gcrt_after(5 * MS);
    for (int i = 0; i < 600; i++)
        gcrt_after(i % 2 == 0 ? 0 : MS); /* nobody keeps these */
    gcrt_collect();
    receive(chan);
    sleep_beyond(MS);
    gcrt_collect();
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    CHECK(stats.marked_objects < 200);
    return 0;
}

static void an_armed_timer_is_kept_and_a_fired_one_is_not(void **)
{
    passes(collect_while_armed);
}

static int wait_for_stopped(void *)
{
    struct gcrt_timer *timer = gcrt_timer_new(1000 * (int64_t)MS);
    gcrt_timer_stop(timer);
    receive(gcrt_timer_chan(timer));
    return 0;
}

static void waiting_for_a_stopped_timer_is_a_deadlock(void **)
{
    deadlocks(wait_for_stopped, "[channel receive]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_shot_timers_fire_once_and_not_early),
        cmocka_unit_test(who_never_parks_sees_a_due_timer),
        cmocka_unit_test(a_stop_takes_the_value_back),
        cmocka_unit_test(a_reset_takes_the_value_back_and_arms_again),
        cmocka_unit_test(nothing_stale_is_received_however_close_it_was),
        cmocka_unit_test(a_ticker_keeps_its_rhythm_and_drops_ticks),
        cmocka_unit_test(a_ticker_needs_a_period),
        cmocka_unit_test(the_channel_shows_itself_as_unbuffered),
        cmocka_unit_test(a_select_can_time_out),
        cmocka_unit_test(an_armed_timer_is_kept_and_a_fired_one_is_not),
        cmocka_unit_test(waiting_for_a_stopped_timer_is_a_deadlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
