/* time.h: timers that deliver on a channel.
 *
 * The channel carries gcrt_type_int64: the monotonic time in nanoseconds at which the timer fired. As in Go since 1.23 it behaves as an
 * unbuffered one: once gcrt_timer_stop() or gcrt_timer_reset() has returned, no value of before is received any more. (It holds at most one
 * value that nobody has received yet; a ticker drops the ticks for which there is no room.)
 *
 * Durations are nanoseconds; zero or less fires at once. A timer is a heap object. While armed it is kept alive, so dropping a one-shot
 * timer costs nothing once it has fired, but a ticker runs until it is stopped. Callers are goroutines.
 */
#ifndef GCRT_TIME_H
#define GCRT_TIME_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct gcrt_chan;
struct gcrt_timer;

/* The channel of a new one-shot timer: one value after `duration_ns`. */
struct gcrt_chan *gcrt_after(int64_t duration_ns);

/* An armed one-shot timer. */
struct gcrt_timer *gcrt_timer_new(int64_t duration_ns);

/* An armed timer that fires every `period_ns`; panics unless it is above zero. A slow receiver loses ticks, the rhythm stays. */
struct gcrt_timer *gcrt_ticker_new(int64_t period_ns);

/* The channel on which it delivers, the same for its whole life. It is never closed. */
struct gcrt_chan *gcrt_timer_chan(struct gcrt_timer *timer);

/* Disarms. True: it was armed, or had fired with nobody having received the value, which is then lost. */
bool gcrt_timer_stop(struct gcrt_timer *timer);

/* Stops and arms again: a one-shot timer to fire after `duration_ns`, a ticker to fire every `duration_ns` (which must be above zero).
 * Returns what gcrt_timer_stop() would have. */
bool gcrt_timer_reset(struct gcrt_timer *timer, int64_t duration_ns);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
