/* See producer.h. Here is the slow path: half a ring, a full ring, a drainer that is gone.
 *
 * The program never hangs: a producer waits only while the drainer's heartbeat advances, at most PATIENCE_NS without a beat. After that
 * all producers drop at once until the heart beats again. What was dropped is counted in the control block, and told by a LOST event as soon
 * as there is room.
 */
#include "tracer/record/producer.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const int64_t PATIENCE_NS = 1000000000;
static const long LOOK_NS = 50000;

/* The heartbeat at which a producer lost patience; 0: none has. Relaxed: a hint that spares the others their wait. */
static _Atomic uint64_t given_up_at;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void wake_drainer(void)
{
    _Atomic uint32_t *word = &recorder.header->drainer_wakeup;
    /* Relaxed: the drainer looks at the rings whatever the word says; the exchange only spares a second system call. */
    if (atomic_exchange_explicit(word, 1, memory_order_relaxed) == 0)
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static uint64_t ring_words(const struct producer *producer)
{
    return producer->mask + 1;
}

static uint64_t read_tail(const struct producer *producer)
{
    /* Acquire: pairs with the drainer's release: it has read the words that are overwritten now. */
    return atomic_load_explicit(&producer->control->tail, memory_order_acquire);
}

static bool fits(const struct producer *producer, uint64_t tail, size_t words)
{
    return producer->head + words <= tail + ring_words(producer);
}

/* Relaxed loads throughout: heartbeat and the drainer's farewell carry no data. */
static bool drainer_is_gone(uint64_t beat)
{
    return atomic_load_explicit(&recorder.header->drainer_gone, memory_order_relaxed) != 0 ||
           beat + 1 == atomic_load_explicit(&given_up_at, memory_order_relaxed);
}

static bool wait_for_room(const struct producer *producer, size_t words)
{
    uint64_t beat = atomic_load_explicit(&recorder.header->heartbeat, memory_order_relaxed);
    int64_t since_ns = now_ns();
    while (!fits(producer, read_tail(producer), words)) {
        uint64_t last = beat;
        beat = atomic_load_explicit(&recorder.header->heartbeat, memory_order_relaxed);
        if (drainer_is_gone(beat))
            return false;
        int64_t at_ns = now_ns();
        if (beat != last)
            since_ns = at_ns;
        if (at_ns - since_ns > PATIENCE_NS) {
            atomic_store_explicit(&given_up_at, beat + 1, memory_order_relaxed);
            return false;
        }
        wake_drainer();
        syscall(SYS_nanosleep, &(struct timespec){.tv_nsec = LOOK_NS}, NULL);
    }
    return true;
}

static void count_lost(struct producer *producer)
{
    producer->lost_untold++;
    producer->limit = producer->head; /* P2: the next event comes by here and tells */
    /* Relaxed: a count of one producer, read when it is over. */
    atomic_store_explicit(&producer->control->lost,
                          atomic_load_explicit(&producer->control->lost, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

static void tell_lost(struct producer *producer)
{
    if (producer->lost_untold == 0)
        return;
    producer_put(producer, event_word(EVENT_TIME, recorder_ticks())); /* maybe a TIME is among the lost */
    producer_put(producer, event_word(EVENT_LOST, producer->lost_untold));
    producer->lost_untold = 0;
    producer_publish(producer);
}

/* As high as the next thing to do: at half a ring the drainer is woken. */
static void set_limit(struct producer *producer, uint64_t tail, size_t words)
{
    uint64_t half = tail + ring_words(producer) / 2;
    if (producer->head + words > half) {
        wake_drainer();
        half = tail + ring_words(producer);
    }
    producer->limit = half;
}

bool producer_begin_slow(struct producer *producer, size_t words)
{
    if (producer->words == NULL)
        return false;
    int saved_errno = errno;
    size_t need = words + 2; /* TIME and LOST go first */
    bool has_room = need <= ring_words(producer) &&
                    (fits(producer, read_tail(producer), need) || wait_for_room(producer, need));
    if (has_room) {
        tell_lost(producer);
        set_limit(producer, read_tail(producer), words);
    } else {
        count_lost(producer);
    }
    errno = saved_errno;
    return has_room;
}

void producer_put_text(struct producer *producer, const char *text, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, text + at, bytes - at < sizeof word ? bytes - at : sizeof word);
        producer_put(producer, word);
    }
}
