/* Select: which case, how fairly, and that nothing is left behind in the channels that were not chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrt/chan.h>
#include <gcrt/memory.h>
#include <gcrt/store.h>

#include "cases.h"

enum { CHANNELS = 4 };

static struct gcrt_chan *chans[CHANNELS]; /* of the case; each is a process of its own */
static _Atomic int64_t done;

static void new_chans(size_t capacity)
{
    for (int i = 0; i < CHANNELS; i++)
        gcrt_store(&chans[i], gcrt_chan_new(&gcrt_type_int64, capacity));
}

static struct gcrt_case sending(struct gcrt_chan *chan, int64_t *value)
{
    return (struct gcrt_case){.chan = chan, .direction = GCRT_CASE_SEND, .element = value};
}

static struct gcrt_case receiving(struct gcrt_chan *chan, int64_t *ret_value)
{
    return (struct gcrt_case){.chan = chan, .direction = GCRT_CASE_RECEIVE, .element = ret_value};
}

static void send_later(void *arg)
{
    gcrt_chan_send(arg, &(int64_t){77});
    atomic_fetch_add(&done, 1);
}

static void receive_later(void *arg)
{
    int64_t value;
    CHECK(gcrt_chan_receive(arg, &value));
    atomic_store(&done, value);
}

static void close_later(void *arg)
{
    await_parked(1, WAIT_SELECT, NULL);
    gcrt_chan_close(arg);
}

/* ---- one case ---- */

static int none_is_ready(void *)
{
    new_chans(0);
    int64_t values[3] = {1, 2, 3};
    struct gcrt_case cases[] = {sending(chans[0], &values[0]), receiving(chans[1], &values[1]),
                                receiving(NULL, &values[2]), sending(NULL, &values[2])};
    CHECK(gcrt_select_try(cases, 4) == -EAGAIN);
    CHECK(gcrt_select_try(&cases[2], 2) == -EAGAIN);
    CHECK(gcrt_select_try(cases, 0) == -EAGAIN);
    CHECK(values[0] == 1 && values[1] == 2 && values[2] == 3);
    return 0;
}

static void trying_when_none_is_ready_says_so(void **)
{
    child_passes(NULL, none_is_ready);
}

static int the_ready_one(void *)
{
    new_chans(1);
    int64_t value = -1, other = -2;
    struct gcrt_case cases[] = {receiving(chans[0], &other), receiving(NULL, &other), receiving(chans[1], &value)};
    gcrt_chan_send(chans[1], &(int64_t){5});
    CHECK(gcrt_select(cases, 3) == 2 && cases[2].ok && value == 5 && other == -2 && !cases[0].ok);
    CHECK(gcrt_chan_length(chans[1]) == 0);
    gcrt_chan_send(chans[1], &(int64_t){6});
    cases[2].element = NULL;
    CHECK(gcrt_select_try(cases, 3) == 2 && cases[2].ok && value == 5);
    gcrt_chan_close(chans[0]);
    cases[0].ok = true;
    CHECK(gcrt_select(cases, 3) == 0 && !cases[0].ok && other == 0);
    int64_t out = 9;
    struct gcrt_case send_case = sending(chans[2], &out);
    CHECK(gcrt_select(&send_case, 1) == 0 && send_case.ok && gcrt_chan_length(chans[2]) == 1);
    CHECK(gcrt_select_try(&send_case, 1) == -EAGAIN);
    CHECK(gcrt_chan_receive(chans[2], &value) && value == 9 && out == 9);
    return 0;
}

static void the_case_that_is_ready_is_done(void **)
{
    passes(the_ready_one);
}

static int meet_parked(void *)
{
    new_chans(0);
    int64_t value = 3;
    struct gcrt_case cases[] = {receiving(chans[0], &value), sending(chans[1], &value)};
    gcrt_go(send_later, chans[0]);
    await_parked(1, WAIT_CHANNEL_SEND, NULL);
    CHECK(gcrt_select_try(cases, 2) == 0 && value == 77);
    while (atomic_load(&done) != 1)
        gcrt_yield();
    gcrt_go(receive_later, chans[1]);
    await_parked(1, WAIT_CHANNEL_RECEIVE, NULL);
    CHECK(gcrt_select_try(cases, 2) == 1 && cases[1].ok);
    while (atomic_load(&done) != 77)
        gcrt_yield();
    return 0;
}

static void a_parked_goroutine_makes_a_case_ready(void **)
{
    passes(meet_parked);
}

/* ---- parked ---- */

/* Whatever did not happen must not be found in the channels afterwards. */
static void check_nobody_waits(void)
{
    for (int i = 0; i < CHANNELS; i++) {
        CHECK(!gcrt_chan_try_send(chans[i], &(int64_t){1}));
        CHECK(gcrt_chan_try_receive(chans[i], NULL) == GCRT_EMPTY);
    }
}

static int wait_for_send(void *)
{
    new_chans(0);
    for (int round = 0; round < 50; round++) {
        int64_t values[CHANNELS] = {-1, -1, -1, -1};
        struct gcrt_case cases[CHANNELS];
        for (int i = 0; i < CHANNELS; i++)
            cases[i] = i == 3 ? sending(chans[i], &values[i]) : receiving(chans[i], &values[i]);
        gcrt_go(send_later, chans[round % 3]);
        CHECK(gcrt_select(cases, CHANNELS) == round % 3 && cases[round % 3].ok);
        for (int i = 0; i < CHANNELS; i++)
            CHECK(values[i] == (i == round % 3 ? 77 : -1));
        check_nobody_waits();
    }
    return 0;
}

static int wait_for_receive(void *)
{
    new_chans(0);
    for (int64_t round = 1; round < 50; round++) {
        struct gcrt_case cases[CHANNELS];
        for (int i = 0; i < CHANNELS; i++)
            cases[i] = sending(chans[i], &round);
        gcrt_go(receive_later, chans[round % CHANNELS]);
        CHECK(gcrt_select(cases, CHANNELS) == round % CHANNELS && cases[round % CHANNELS].ok);
        while (atomic_load(&done) != round)
            gcrt_yield();
        check_nobody_waits();
    }
    return 0;
}

static int wait_for_close(void *)
{
    new_chans(0);
    int64_t value = 5;
    struct gcrt_case cases[] = {sending(chans[0], &value), receiving(chans[1], &value), receiving(chans[1], &value)};
    gcrt_go(close_later, chans[1]);
    int chosen = gcrt_select(cases, 3);
    CHECK(chosen > 0 && !cases[chosen].ok && value == 0);
    CHECK(gcrt_chan_try_receive(chans[0], NULL) == GCRT_EMPTY);
    return 0;
}

static void a_parked_select_does_one_case_and_leaves_the_others(void **)
{
    passes(wait_for_send);
    passes(wait_for_receive);
    passes(wait_for_close);
}

static int ready_send_on_closed(void *)
{
    new_chans(0);
    gcrt_chan_close(chans[0]);
    struct gcrt_case cases[] = {sending(chans[0], &(int64_t){1}), receiving(chans[1], NULL)};
    gcrt_select(cases, 2);
    return 0;
}

static int parked_send_on_closed(void *)
{
    new_chans(0);
    struct gcrt_case cases[] = {receiving(chans[1], NULL), sending(chans[0], &(int64_t){1})};
    gcrt_go(close_later, chans[0]);
    gcrt_select(cases, 2);
    return 0;
}

static int too_many_cases(void *)
{
    gcrt_select(NULL, 65536);
    return 0;
}

static void a_chosen_send_on_a_closed_channel_panics(void **)
{
    panics(ready_send_on_closed, "panic: send on a closed channel");
    panics(parked_send_on_closed, "panic: send on a closed channel");
    panics(too_many_cases, "gcrt_select: 65536 cases, but at most 65535 are possible");
}

static int select_nothing(void *)
{
    gcrt_select(NULL, 0);
    return 0;
}

static int select_only_null(void *)
{
    struct gcrt_case cases[2] = {sending(NULL, NULL), receiving(NULL, NULL)};
    gcrt_select(cases, 2);
    return 0;
}

static int select_nobody_comes(void *)
{
    new_chans(0);
    struct gcrt_case cases[2] = {sending(chans[0], &(int64_t){1}), receiving(chans[0], NULL)};
    gcrt_select(cases, 2);
    return 0;
}

static void a_select_without_channels_waits_for_ever(void **)
{
    deadlocks(select_nothing, "[empty select]");
    deadlocks(select_only_null, "[empty select]");
    deadlocks(select_nobody_comes, "[select]"); /* and does not send to itself */
}

/* ---- fairness ---- */

enum { DRAWS = 20000 };

/* Within six standard deviations of what `of` equally likely cases give: wrong once in 500 million runs. */
static void check_fair(int64_t count, int64_t of)
{
    int64_t off = count * of - DRAWS;
    CHECK(off * off <= 36 * (int64_t)DRAWS * (of - 1));
}

static int choose_among_ready(void *)
{
    new_chans(DRAWS);
    int64_t counts[CHANNELS] = {0};
    for (int i = 0; i < CHANNELS; i++)
        for (int draw = 0; draw < DRAWS && i != 2; draw++)
            gcrt_chan_send(chans[i], &(int64_t){0});
    struct gcrt_case cases[CHANNELS];
    for (int i = 0; i < CHANNELS; i++)
        cases[i] = receiving(chans[i], NULL);
    for (int draw = 0; draw < DRAWS; draw++)
        counts[gcrt_select(cases, CHANNELS)]++;
    CHECK(counts[2] == 0);
    check_fair(counts[0], 3);
    check_fair(counts[1], 3);
    check_fair(counts[3], 3);
    return 0;
}

/* The same channel three times, twice in one direction. */
static int choose_among_equals(void *)
{
    new_chans(2);
    int64_t counts[3] = {0}, value = 1;
    struct gcrt_case cases[] = {receiving(chans[0], &value), sending(chans[0], &value), receiving(chans[0], &value)};
    for (int draw = 0; draw < DRAWS; draw++) {
        while (gcrt_chan_length(chans[0]) > 1)
            gcrt_chan_receive(chans[0], NULL);
        gcrt_chan_try_send(chans[0], &value);
        while (gcrt_chan_length(chans[0]) > 1)
            gcrt_chan_receive(chans[0], NULL);
        counts[gcrt_select(cases, 3)]++;
    }
    for (int i = 0; i < 3; i++)
        check_fair(counts[i], 3);
    return 0;
}

static void send_draws(void *arg)
{
    for (int draw = 0; draw < DRAWS; draw++)
        gcrt_chan_send(arg, &(int64_t){0});
}

/* Nothing is ready, so the select parks in one list twice. */
static int choose_among_parked_equals(void *)
{
    new_chans(0);
    int64_t counts[4] = {0};
    struct gcrt_case cases[] = {receiving(chans[1], NULL), receiving(chans[0], NULL), receiving(chans[2], NULL),
                                receiving(chans[0], NULL)};
    gcrt_go(send_draws, chans[0]);
    for (int draw = 0; draw < DRAWS; draw++)
        counts[gcrt_select(cases, 4)]++;
    check_fair(counts[1], 2);
    check_fair(counts[3], 2);
    return 0;
}

static void the_choice_is_uniform(void **)
{
    child_passes("GCRT_PROCS=1", choose_among_ready);
    child_passes("GCRT_PROCS=1", choose_among_equals);
    child_passes("GCRT_PROCS=1", choose_among_parked_equals);
}

/* ---- many ---- */

/* More cases than fit the frame; the largest number that is allowed. */
static void check_many(int count)
{
    struct gcrt_chan **many = gcrt_new_array(&gcrt_type_pointer, (size_t)count);
    struct gcrt_case *cases = gcrt_new_conservative((size_t)count * sizeof *cases);
    int64_t value = 0;
    for (int i = 0; i < count; i++) {
        gcrt_store(&many[i], gcrt_chan_new(&gcrt_type_int64, 0));
        cases[(int64_t)i * 7919 % count] = receiving(many[i], &value); /* not by address */
    }
    CHECK(gcrt_select_try(cases, (size_t)count) == -EAGAIN);
    for (int round = 0; round < 3; round++) {
        int expected = count / 3 * round;
        value = 0;
        gcrt_go(send_later, cases[expected].chan);
        CHECK(gcrt_select(cases, (size_t)count) == expected && value == 77);
    }
    for (int i = 0; i < count; i++)
        CHECK(!gcrt_chan_try_send(many[i], &value));
}

static int select_many(void *)
{
    check_many(8);
    check_many(9);
    check_many(100);
    return 0;
}

static int select_most(void *)
{
    check_many(65535);
    return 0;
}

static void there_may_be_many_cases(void **)
{
    passes(select_many);
    child_passes("GCRT_PROCS=2", select_most);
}

/* Everybody sends to and receives from everybody, each with another order of the channels: what is sent is received once, and nobody stands in another's way. */
enum { TRADERS = 8, TRADES = 300 };

static _Atomic int64_t balance, trades;

static void trade(void *arg)
{
    int64_t number = (intptr_t)arg;
    for (int round = 0; round < TRADES; round++) {
        int64_t out = number * TRADES + round, in[CHANNELS];
        struct gcrt_case cases[2 * CHANNELS];
        for (int i = 0; i < CHANNELS; i++) {
            int at = (int)(number + i) % CHANNELS;
            cases[2 * i] = sending(chans[at], &out);
            cases[2 * i + 1] = receiving(chans[at], &in[i]);
        }
        int chosen = gcrt_select(cases, 2 * CHANNELS);
        atomic_fetch_add(&balance, chosen % 2 == 0 ? out : -in[chosen / 2]);
        atomic_fetch_add(&trades, 1);
    }
    atomic_fetch_add(&done, 1);
}

static int trade_all(void *)
{
    new_chans(0);
    for (intptr_t i = 0; i < TRADERS; i++)
        gcrt_go(trade, (void *)i);
    for (;;) {
        /* The last of them may be left alone: whoever finds nobody gets what it waits for from here. */
        struct gcrt_case one = receiving(chans[1], &(int64_t){0});
        if (atomic_load(&done) == TRADERS)
            break;
        if (atomic_load(&done) == TRADERS - 1 && gcrt_select_try(&one, 1) == 0)
            atomic_fetch_sub(&balance, *(int64_t *)one.element);
        gcrt_yield();
    }
    CHECK(atomic_load(&balance) == 0);
    CHECK(atomic_load(&trades) == TRADERS * TRADES);
    return 0;
}

static void selects_in_all_directions_meet(void **)
{
    passes(trade_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trying_when_none_is_ready_says_so),
        cmocka_unit_test(the_case_that_is_ready_is_done),
        cmocka_unit_test(a_parked_goroutine_makes_a_case_ready),
        cmocka_unit_test(a_parked_select_does_one_case_and_leaves_the_others),
        cmocka_unit_test(a_chosen_send_on_a_closed_channel_panics),
        cmocka_unit_test(a_select_without_channels_waits_for_ever),
        cmocka_unit_test(the_choice_is_uniform),
        cmocka_unit_test(there_may_be_many_cases),
        cmocka_unit_test(selects_in_all_directions_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
