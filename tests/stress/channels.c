/* Many goroutines on channels, selects, mutexes, wait groups and timers at once: what is sent is received once, in each sender's order.
 *
 * relay   senders -> one channel -> receivers, closed behind the last sender; every receiver sees each sender's numbers rise
 * storm   goroutines that select among random cases, to send and to receive, with channels named twice, NULL ones and a timeout, until a
 *         close ends them all
 */
#include <gcrt/gcrt.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { SENDERS = 12, RECEIVERS = 7, SENT_BY_EACH = 300, RELAYS = 12 };
enum { TRADERS = 60, STORM_CHANNELS = 5, CASES_MAX = 12, STORM_TRADES = 20000 };

static void check(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "channels: %s\n", what);
    abort();
}

/* ---- relay ---- */

struct message {
    struct message *self; /* whoever freed it too early changes this */
    int64_t sender, number;
};
GCRT_TYPE(message_type, struct message, self);

struct relay {
    struct gcrt_chan *messages;
    struct gcrt_waitgroup senders, receivers;
    struct gcrt_mutex mutex;
    int64_t next_sender, received, sum; /* under `mutex` */
};
GCRT_TYPE(relay_type, struct relay, messages);

static struct message *new_message(int64_t sender, int64_t number)
{
    struct message *message = gcrt_new(&message_type);
    gcrt_store(&message->self, message);
    message->sender = sender;
    message->number = number;
    return message;
}

static void send_messages(void *arg)
{
    struct relay *relay = arg;
    gcrt_mutex_lock(&relay->mutex);
    int64_t sender = relay->next_sender++;
    gcrt_mutex_unlock(&relay->mutex);
    for (int64_t number = 1; number <= SENT_BY_EACH; number++) {
        struct message *message = new_message(sender, number);
        if (number % 3 != 0 || !gcrt_chan_try_send(relay->messages, &message))
            gcrt_chan_send(relay->messages, &message);
    }
    gcrt_waitgroup_done(&relay->senders);
}

static void receive_messages(void *arg)
{
    struct relay *relay = arg;
    int64_t last[SENDERS] = {0};
    struct message *message;
    while (gcrt_chan_receive(relay->messages, &message)) {
        check(message->self == message, "a message was freed on its way");
        check(message->number > last[message->sender], "a receiver saw a sender's messages out of order");
        last[message->sender] = message->number;
        gcrt_mutex_lock(&relay->mutex);
        relay->received++;
        relay->sum += message->number;
        gcrt_mutex_unlock(&relay->mutex);
    }
    check(message == NULL, "a closed channel gave something else than zeroes");
    gcrt_waitgroup_done(&relay->receivers);
}

static void run_relay(size_t capacity)
{
    struct relay *relay = gcrt_new(&relay_type);
    gcrt_store(&relay->messages, gcrt_chan_new(&gcrt_type_pointer, capacity));
    gcrt_waitgroup_add(&relay->senders, SENDERS);
    gcrt_waitgroup_add(&relay->receivers, RECEIVERS);
    for (int i = 0; i < RECEIVERS; i++)
        gcrt_go(receive_messages, relay);
    for (int i = 0; i < SENDERS; i++)
        gcrt_go(send_messages, relay);
    gcrt_waitgroup_wait(&relay->senders);
    gcrt_chan_close(relay->messages);
    gcrt_waitgroup_wait(&relay->receivers);
    check(relay->received == SENDERS * SENT_BY_EACH, "messages were lost or doubled");
    check(relay->sum == (int64_t)SENDERS * SENT_BY_EACH * (SENT_BY_EACH + 1) / 2, "messages were exchanged");
}

/* ---- storm ---- */

static struct gcrt_chan *storm[STORM_CHANNELS], *quit;
static struct gcrt_waitgroup traders;
static _Atomic int64_t sent_count, sent_sum, received_count, received_sum, timeouts;

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005 + 1442695040888963407;
    return *state >> 33;
}

/* 0 to CASES_MAX - 1 cases besides that of `quit`, which is the last. Several may send; who sends what is told by the message. */
static size_t make_cases(uint64_t *random, struct message **outgoing, struct message **ret_incoming,
                         struct gcrt_case *cases)
{
    size_t count = next_random(random) % CASES_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t at = next_random(random) % (STORM_CHANNELS + 1); /* one beyond: NULL */
        bool sends = next_random(random) % 2 == 0;
        cases[i] = (struct gcrt_case){
            .chan = at < STORM_CHANNELS ? storm[at] : NULL,
            .direction = sends ? GCRT_CASE_SEND : GCRT_CASE_RECEIVE,
            .element = sends ? outgoing : ret_incoming,
        };
    }
    cases[count] = (struct gcrt_case){.chan = quit, .direction = GCRT_CASE_RECEIVE};
    return count + 1;
}

static void count_received(const struct message *message)
{
    check(message->self == message, "a message was freed in the storm");
    atomic_fetch_add(&received_count, 1);
    atomic_fetch_add(&received_sum, message->number);
}

/* False: it is over. */
static bool trade_once(uint64_t *random, struct message **outgoing)
{
    struct gcrt_case cases[CASES_MAX + 1];
    struct message *incoming = NULL;
    size_t count = make_cases(random, outgoing, &incoming, cases);
    /* Without it all could come to wait for each other. */
    struct gcrt_chan *timeout = gcrt_after((int64_t)(next_random(random) % 300000));
    cases[count] = (struct gcrt_case){.chan = timeout, .direction = GCRT_CASE_RECEIVE};
    int chosen = gcrt_select(cases, count + 1);
    if ((size_t)chosen == count - 1)
        return false;
    if ((size_t)chosen == count) {
        atomic_fetch_add(&timeouts, 1);
    } else if (cases[chosen].direction == GCRT_CASE_SEND) {
        atomic_fetch_add(&sent_count, 1);
        atomic_fetch_add(&sent_sum, (*outgoing)->number);
        *outgoing = new_message(0, (int64_t)next_random(random));
    } else {
        count_received(incoming);
    }
    return true;
}

static void trade(void *arg)
{
    uint64_t random = (uintptr_t)arg;
    struct message *outgoing = new_message(0, (int64_t)next_random(&random));
    while (trade_once(&random, &outgoing))
        ;
    gcrt_waitgroup_done(&traders);
}

static void run_storm(void)
{
    static const size_t capacities[STORM_CHANNELS] = {0, 0, 1, 3, 16};
    for (int i = 0; i < STORM_CHANNELS; i++)
        gcrt_store(&storm[i], gcrt_chan_new(&gcrt_type_pointer, capacities[i]));
    gcrt_store(&quit, gcrt_chan_new(&gcrt_type_unit, 0));
    gcrt_waitgroup_add(&traders, TRADERS);
    for (uintptr_t i = 0; i < TRADERS; i++)
        gcrt_go(trade, (void *)(i + 1));
    while (atomic_load(&received_count) < STORM_TRADES)
        gcrt_sleep(1000000);
    gcrt_chan_close(quit);
    gcrt_waitgroup_wait(&traders);
    struct message *rest;
    for (int i = 0; i < STORM_CHANNELS; i++) {
        check(gcrt_chan_length(storm[i]) <= capacities[i], "a buffer holds more than fits");
        while (gcrt_chan_try_receive(storm[i], &rest) == GCRT_RECEIVED)
            count_received(rest);
        check(!gcrt_chan_try_send(gcrt_chan_capacity(storm[i]) == 0 ? storm[i] : NULL, &rest),
              "somebody was left behind");
    }
    check(sent_count == received_count, "the storm lost or doubled messages");
    check(sent_sum == received_sum, "the storm exchanged messages");
}

static int run(void *)
{
    for (size_t round = 0; round < RELAYS; round++)
        run_relay(round % 3 * 5);
    run_storm();
    printf("%d relayed, %lld traded, %lld timeouts\n", RELAYS * SENDERS * SENT_BY_EACH, (long long)sent_count,
           (long long)timeouts);
    return 0;
}

int main(void)
{
    struct gcrt_options options = {.procs = 4};
    return gcrt_run(&options, run, NULL);
}
