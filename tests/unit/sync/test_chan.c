/* Channels, edge by edge: what an operation does in each state of the channel, who is served first, and what a buffer keeps alive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gcrt/chan.h>
#include <gcrt/memory.h>
#include <gcrt/store.h>

#include "cases.h"

static struct gcrt_chan *chan; /* of the case; each is a process of its own */
static _Atomic int64_t done;

static void new_chan(size_t capacity)
{
    gcrt_store(&chan, gcrt_chan_new(&gcrt_type_int64, capacity));
}

static void send(int64_t value)
{
    gcrt_chan_send(chan, &value);
}

static int64_t receive(void)
{
    int64_t value = -1;
    CHECK(gcrt_chan_receive(chan, &value));
    return value;
}

static void send_arg(void *arg)
{
    send((int64_t)(intptr_t)arg);
    atomic_fetch_add(&done, 1);
}

static void receive_and_add(void *)
{
    atomic_fetch_add(&done, receive());
}

/* ---- unbuffered ---- */

static int send_waits_for_receiver(void *)
{
    new_chan(0);
    gcrt_go(send_arg, (void *)7);
    await_parked(1, WAIT_CHANNEL_SEND, chan);
    CHECK(atomic_load(&done) == 0);
    CHECK(gcrt_chan_length(chan) == 0 && gcrt_chan_capacity(chan) == 0);
    CHECK(receive() == 7);
    while (atomic_load(&done) == 0)
        gcrt_yield();
    gcrt_go(receive_and_add, NULL);
    await_parked(1, WAIT_CHANNEL_RECEIVE, chan);
    CHECK(atomic_load(&done) == 1);
    send(10);
    while (atomic_load(&done) != 11)
        gcrt_yield();
    return 0;
}

static void a_send_on_an_unbuffered_channel_meets_a_receive(void **)
{
    passes(send_waits_for_receiver);
}

static int try_unbuffered(void *)
{
    new_chan(0);
    int64_t value = 5;
    CHECK(!gcrt_chan_try_send(chan, &value));
    CHECK(gcrt_chan_try_receive(chan, &value) == GCRT_EMPTY && value == 5);
    gcrt_go(send_arg, (void *)6);
    await_parked(1, WAIT_CHANNEL_SEND, chan);
    CHECK(gcrt_chan_try_receive(chan, &value) == GCRT_RECEIVED && value == 6);
    gcrt_go(receive_and_add, NULL);
    await_parked(1, WAIT_CHANNEL_RECEIVE, chan);
    value = 8;
    CHECK(gcrt_chan_try_send(chan, &value));
    return 0;
}

static void trying_on_an_unbuffered_channel_needs_somebody_parked(void **)
{
    passes(try_unbuffered);
}

/* ---- buffered ---- */

static int fill_and_drain(void *)
{
    new_chan(3);
    CHECK(gcrt_chan_capacity(chan) == 3);
    int64_t in = 0, out = 0, value;
    for (int round = 0; round < 20; round++) { /* the ring turns */
        for (size_t length = 0; length < 3; length++, in++) {
            CHECK(gcrt_chan_length(chan) == length);
            CHECK(gcrt_chan_try_send(chan, &in));
        }
        CHECK(gcrt_chan_length(chan) == 3);
        CHECK(!gcrt_chan_try_send(chan, &in));
        for (int i = 0; i < 1 + round % 3; i++)
            CHECK(receive() == out++);
        while (gcrt_chan_try_receive(chan, &value) == GCRT_RECEIVED)
            CHECK(value == out++);
        CHECK(in == out && gcrt_chan_length(chan) == 0);
    }
    return 0;
}

static void a_buffer_keeps_the_order_and_its_bounds(void **)
{
    passes(fill_and_drain);
}

static int senders_queue(void *)
{
    new_chan(2);
    send(0);
    send(1);
    for (int64_t i = 2; i < 10; i++) {
        gcrt_go(send_arg, (void *)(intptr_t)i);
        await_parked((int)i - 1, WAIT_CHANNEL_SEND, chan);
    }
    for (int64_t i = 0; i < 10; i++) {
        CHECK(receive() == i);
        CHECK(gcrt_chan_length(chan) == (i < 8 ? 2 : 9 - (size_t)i)); /* a parked sender fills the place at once */
    }
    return 0;
}

static void parked_senders_are_served_in_their_order_and_overtake_nobody(void **)
{
    passes(senders_queue);
}

static int64_t received_by[10];

static void receive_for(void *arg)
{
    received_by[(intptr_t)arg] = receive();
    atomic_fetch_add(&done, 1);
}

static int receivers_queue(void *)
{
    new_chan(2);
    for (intptr_t i = 0; i < 10; i++) {
        gcrt_go(receive_for, (void *)i);
        await_parked((int)i + 1, WAIT_CHANNEL_RECEIVE, chan);
    }
    for (int64_t i = 0; i < 10; i++) {
        send(i);
        CHECK(gcrt_chan_length(chan) == 0);
    }
    while (atomic_load(&done) != 10)
        gcrt_yield();
    for (int64_t i = 0; i < 10; i++)
        CHECK(received_by[i] == i);
    return 0;
}

static void parked_receivers_are_served_in_their_order(void **)
{
    passes(receivers_queue);
}

/* ---- closed ---- */

static int drain_closed(void *)
{
    new_chan(3);
    send(1);
    send(2);
    gcrt_chan_close(chan);
    CHECK(gcrt_chan_length(chan) == 2);
    CHECK(receive() == 1);
    int64_t value = -1;
    CHECK(gcrt_chan_try_receive(chan, &value) == GCRT_RECEIVED && value == 2);
    for (int i = 0; i < 3; i++) {
        value = -1;
        CHECK(!gcrt_chan_receive(chan, &value) && value == 0);
        value = -1;
        CHECK(gcrt_chan_try_receive(chan, &value) == GCRT_CLOSED && value == 0);
        CHECK(!gcrt_chan_receive(chan, NULL));
        CHECK(gcrt_chan_try_receive(chan, NULL) == GCRT_CLOSED);
    }
    return 0;
}

static void a_closed_channel_gives_its_rest_and_then_zeroes(void **)
{
    passes(drain_closed);
}

static void receive_nothing(void *)
{
    int64_t value = -1;
    CHECK(!gcrt_chan_receive(chan, &value) && value == 0);
    atomic_fetch_add(&done, 1);
}

static int close_on_receivers(void *)
{
    new_chan(0);
    for (int i = 0; i < 20; i++)
        gcrt_go(receive_nothing, NULL);
    await_parked(20, WAIT_CHANNEL_RECEIVE, chan);
    gcrt_chan_close(chan);
    while (atomic_load(&done) != 20)
        gcrt_yield();
    return 0;
}

static void a_close_wakes_all_parked_receivers(void **)
{
    passes(close_on_receivers);
}

static int close_on_sender(void *)
{
    new_chan(0);
    gcrt_go(send_arg, (void *)1);
    await_parked(1, WAIT_CHANNEL_SEND, chan);
    gcrt_chan_close(chan);
    gcrt_sleep(INT64_MAX);
    return 0;
}

static int send_on_closed(void *)
{
    new_chan(1);
    gcrt_chan_close(chan);
    send(1);
    return 0;
}

static int try_send_on_closed(void *)
{
    new_chan(1);
    send(1);
    gcrt_chan_close(chan);
    gcrt_chan_try_send(chan, &done); /* full, but closed comes first */
    return 0;
}

static int close_closed(void *)
{
    new_chan(0);
    gcrt_chan_close(chan);
    gcrt_chan_close(chan);
    return 0;
}

static int close_null(void *)
{
    gcrt_chan_close(NULL);
    return 0;
}

static void sending_on_and_closing_a_closed_channel_panics(void **)
{
    panics(send_on_closed, "panic: send on a closed channel");
    panics(try_send_on_closed, "panic: send on a closed channel");
    panics(close_on_sender, "panic: send on a closed channel");
    panics(close_closed, "panic: close of a closed channel");
    panics(close_null, "panic: close of a NULL channel");
}

/* ---- NULL ---- */

static int send_null(void *)
{
    gcrt_chan_send(NULL, &done);
    return 0;
}

static int receive_null(void *)
{
    gcrt_chan_receive(NULL, NULL);
    return 0;
}

static int try_null(void *)
{
    int64_t value = 3;
    CHECK(!gcrt_chan_try_send(NULL, &value));
    CHECK(gcrt_chan_try_receive(NULL, &value) == GCRT_EMPTY && value == 3);
    CHECK(gcrt_chan_length(NULL) == 0 && gcrt_chan_capacity(NULL) == 0);
    return 0;
}

static void a_null_channel_blocks_for_ever(void **)
{
    deadlocks(send_null, "[nil channel]");
    deadlocks(receive_null, "[nil channel]");
    child_passes(NULL, try_null);
}

static int receive_from_nobody(void *)
{
    new_chan(4);
    receive();
    return 0;
}

static int send_to_nobody(void *)
{
    new_chan(1);
    send(1);
    send(2);
    return 0;
}

static void a_deadlock_report_names_the_direction(void **)
{
    deadlocks(receive_from_nobody, "[channel receive]");
    deadlocks(send_to_nobody, "[channel send]");
}

/* ---- elements ---- */

enum { ELEMENT_BYTES_MAX = 2000 };

static unsigned char sent[ELEMENT_BYTES_MAX], got[ELEMENT_BYTES_MAX + 1];

static void send_bytes(void *arg)
{
    gcrt_chan_send(arg, sent);
    atomic_fetch_add(&done, 1);
}

/* From one goroutine to the other for capacity 0, by the buffer else; the byte behind the element stays. */
static void check_size(size_t size, size_t capacity)
{
    const struct gcrt_type *type = gcrt_type_register("element", size, 1, NULL, 0);
    struct gcrt_chan *channel = gcrt_chan_new(type, capacity);
    for (int round = 0; round < 4; round++) {
        memset(sent, round + 1, size);
        memset(got, 0xee, size + 1);
        atomic_store(&done, 0);
        gcrt_go(send_bytes, channel);
        CHECK(gcrt_chan_receive(channel, got));
        CHECK(memcmp(sent, got, size) == 0 && got[size] == 0xee);
        while (atomic_load(&done) == 0)
            gcrt_yield();
    }
    gcrt_chan_close(channel);
    CHECK(!gcrt_chan_receive(channel, got));
    for (size_t i = 0; i < size; i++)
        CHECK(got[i] == 0);
    CHECK(got[size] == 0xee);
}

static int copy_all_sizes(void *)
{
    static const size_t sizes[] = {0, 1, 3, 7, 8, 9, 24, 333, ELEMENT_BYTES_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t capacity = 0; capacity < 3; capacity++)
            check_size(sizes[i], capacity);
    return 0;
}

static void elements_of_all_sizes_are_copied_exactly(void **)
{
    child_passes("GCRT_PROCS=1", copy_all_sizes);
    child_passes("GCRT_PROCS=2 GCRT_STRESS=migrate", copy_all_sizes);
}

static int count_units(void *)
{
    struct gcrt_chan *units = gcrt_chan_new(&gcrt_type_unit, 3);
    for (int i = 0; i < 3; i++)
        CHECK(gcrt_chan_try_send(units, NULL));
    CHECK(!gcrt_chan_try_send(units, NULL) && gcrt_chan_length(units) == 3);
    for (int i = 0; i < 3; i++)
        CHECK(gcrt_chan_receive(units, NULL));
    CHECK(gcrt_chan_try_receive(units, NULL) == GCRT_EMPTY);
    CHECK(gcrt_chan_capacity(gcrt_chan_new(&gcrt_type_unit, SIZE_MAX)) == SIZE_MAX);
    return 0;
}

static void units_carry_events_alone(void **)
{
    child_passes(NULL, count_units);
}

static int overflowing_buffer(void *)
{
    gcrt_chan_new(&gcrt_type_int64, SIZE_MAX / 8 + 1);
    return 0;
}

static void a_buffer_larger_than_any_memory_panics(void **)
{
    panics(overflowing_buffer, "gcrt_chan_new: a buffer of 2305843009213693952 elements of type 'int64' is larger");
}

/* ---- what is kept alive ---- */

enum { BIG_BYTES = 1 << 20, BIG_COUNT = 8 };

static __attribute__((noinline)) void send_big_ones(void)
{
    for (int i = 0; i < BIG_COUNT; i++) {
        char *big = gcrt_new_bytes(BIG_BYTES);
        big[0] = (char)(i + 1);
        gcrt_chan_send(chan, &big);
    }
}

static __attribute__((noinline)) uint64_t live_big_ones(void)
{
    volatile char clear[16384];
    for (size_t i = 0; i < sizeof clear; i++)
        clear[i] = 0;
    gcrt_collect();
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    return stats.marked_bytes / BIG_BYTES;
}

static __attribute__((noinline)) void receive_big_ones(int count)
{
    for (int i = 0; i < count; i++)
        CHECK(gcrt_chan_receive(chan, NULL));
}

static int keep_in_buffer(void *)
{
    gcrt_store(&chan, gcrt_chan_new(&gcrt_type_pointer, BIG_COUNT));
    send_big_ones();
    CHECK(live_big_ones() == BIG_COUNT);
    char *first;
    CHECK(gcrt_chan_receive(chan, &first) && first[0] == 1);
    first = NULL;
    receive_big_ones(BIG_COUNT - 3);
    CHECK(live_big_ones() <= 3); /* one may be on the stack yet */
    receive_big_ones(2);
    CHECK(live_big_ones() <= 1);
    return 0;
}

static void a_buffer_keeps_what_is_in_it_and_no_more(void **)
{
    child_passes("GCRT_PROCS=1", keep_in_buffer);
}

struct box {
    int64_t value;
};
GCRT_TYPE_LEAF(box_type, struct box);
enum { BOXES = 500 };

static void send_boxes(void *)
{
    for (int64_t i = 0; i < BOXES; i++) {
        struct box *box = gcrt_new(&box_type);
        box->value = i;
        gcrt_chan_send(chan, &box);
    }
    gcrt_chan_close(chan);
}

/* Received into the heap; parked senders and receivers hold what nobody else does. */
static int hand_over_pointers(void *capacity)
{
    gcrt_store(&chan, gcrt_chan_new(&gcrt_type_pointer, (size_t)capacity));
    struct box **to = gcrt_new_array(&gcrt_type_pointer, 1);
    gcrt_go(send_boxes, NULL);
    int64_t next = 0;
    for (; gcrt_chan_receive(chan, to); next++) {
        CHECK((*to)->value == next);
        for (int i = 0; i < 5; i++)
            gcrt_new(&box_type);
    }
    CHECK(next == BOXES && *to == NULL);
    return 0;
}

static int hand_over_buffered(void *)
{
    return hand_over_pointers((void *)5);
}

static void pointers_survive_between_goroutines(void **)
{
    passes(hand_over_pointers);
    passes(hand_over_buffered);
}

static int drop_channels(void *)
{
    struct gcrt_stats stats;
    for (int i = 0; i < 20000; i++)
        CHECK(gcrt_chan_try_send(gcrt_chan_new(&gcrt_type_int64, 1000), &(int64_t){i})); /* 160 MB */
    gcrt_stats_read(&stats);
    CHECK(stats.span_bytes < 100 << 20);
    return 0;
}

static void a_channel_needs_no_close(void **)
{
    child_passes(NULL, drop_channels);
}

/* ---- who calls ---- */

static int send_outside(void *)
{
    gcrt_chan_send(NULL, NULL);
    return 0;
}

static void a_plain_thread_is_refused(void **)
{
    static struct child child;
    child_run(&child, NULL, send_outside, NULL);
    assert_int_equal(child.signal, SIGABRT);
    assert_true(child_says(&child, "gcrt_chan_send called outside of goroutines"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_send_on_an_unbuffered_channel_meets_a_receive),
        cmocka_unit_test(trying_on_an_unbuffered_channel_needs_somebody_parked),
        cmocka_unit_test(a_buffer_keeps_the_order_and_its_bounds),
        cmocka_unit_test(parked_senders_are_served_in_their_order_and_overtake_nobody),
        cmocka_unit_test(parked_receivers_are_served_in_their_order),
        cmocka_unit_test(a_closed_channel_gives_its_rest_and_then_zeroes),
        cmocka_unit_test(a_close_wakes_all_parked_receivers),
        cmocka_unit_test(sending_on_and_closing_a_closed_channel_panics),
        cmocka_unit_test(a_null_channel_blocks_for_ever),
        cmocka_unit_test(a_deadlock_report_names_the_direction),
        cmocka_unit_test(elements_of_all_sizes_are_copied_exactly),
        cmocka_unit_test(units_carry_events_alone),
        cmocka_unit_test(a_buffer_larger_than_any_memory_panics),
        cmocka_unit_test(a_buffer_keeps_what_is_in_it_and_no_more),
        cmocka_unit_test(pointers_survive_between_goroutines),
        cmocka_unit_test(a_channel_needs_no_close),
        cmocka_unit_test(a_plain_thread_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
