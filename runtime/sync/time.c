/* Timers that deliver on a channel: the scheduler's timer, and a channel with room for one time.
 *
 * What belongs together is under the lock of the channel: whether the timer is armed, for when, and the value that nobody has received. So a stop
 * takes all of it back at once. The scheduler may have taken the timer out of its heap before, and call fire_timer() after that stop, or after a
 * reset: it finds the timer disarmed or not due, and does nothing.
 */
#include <gcrt/time.h>

#include <stddef.h>

#include <gcrt/memory.h>
#include <gcrt/run.h>
#include <gcrt/store.h>

#include "platform/clock.h"
#include "sched/timer.h"
#include "sync/caller.h"
#include "sync/channel.h"

struct gcrt_timer {
    struct gcrt_chan *chan;
    struct timer timer; /* its `arg` is this object, which is kept alive while the timer is armed */
    int64_t period_ns;  /* 0: one-shot */
    bool is_armed;
};
GCRT_TYPE(timer_type, struct gcrt_timer, chan);

static int64_t time_after(int64_t duration_ns)
{
    int64_t now_ns = clock_monotonic_ns(), when_ns;
    if (duration_ns <= 0)
        return now_ns;
    return __builtin_add_overflow(now_ns, duration_ns, &when_ns) ? INT64_MAX - 1 : when_ns;
}

/* ---- under the lock of the channel ---- */

static void disarm(struct gcrt_timer *timer)
{
    timer->is_armed = false;
    timer_disarm(&timer->timer); /* it may be in the heap, or on its way to fire_timer() */
}

static void arm(struct gcrt_timer *timer, int64_t when_ns)
{
    timer->is_armed = true;
    timer_arm(&timer->timer, when_ns);
}

static bool is_due(const struct gcrt_timer *timer, int64_t now_ns)
{
    return timer->is_armed && timer->timer.when_ns <= now_ns;
}

/* The next tick after now in the rhythm of those before. */
static int64_t next_tick(const struct gcrt_timer *timer, int64_t now_ns)
{
    int64_t late_ns = now_ns - timer->timer.when_ns, next_ns;
    bool overflows = __builtin_add_overflow(now_ns - late_ns % timer->period_ns, timer->period_ns, &next_ns);
    return overflows ? INT64_MAX - 1 : next_ns;
}

static void deliver(struct gcrt_timer *timer, int64_t now_ns, struct goroutine **ret_woken)
{
    disarm(timer);
    if (timer->period_ns != 0)
        arm(timer, next_tick(timer, now_ns));
    chan_send_locked(timer->chan, &now_ns, ret_woken); /* blocked: the tick is lost */
}

void channel_timer_look(struct gcrt_timer *timer)
{
    struct goroutine *woken;
    if (!timer->is_armed || timer->chan->receivers.first != NULL)
        return;
    int64_t now_ns = clock_monotonic_ns();
    if (is_due(timer, now_ns))
        deliver(timer, now_ns, &woken); /* nobody waits, so nobody is woken */
}

/* Takes back what was armed or fired; false: there was nothing. */
static bool cancel(struct gcrt_timer *timer)
{
    bool was_armed = timer->is_armed;
    disarm(timer);
    return chan_drain_locked(timer->chan) || was_armed;
}

/* ---- on a scheduler's stack ---- */

static void fire_timer(struct timer *scheduled, int64_t now_ns)
{
    struct gcrt_timer *timer = scheduled->arg;
    struct goroutine *woken = NULL;
    lock_take(&timer->chan->lock);
    if (is_due(timer, now_ns))
        deliver(timer, now_ns, &woken);
    lock_release(&timer->chan->lock);
    if (woken != NULL)
        goroutine_ready(woken);
}

/* ---- the public calls ---- */

static struct gcrt_timer *make(int64_t duration_ns, int64_t period_ns, const char *call)
{
    struct gcrt_timer *timer = gcrt_new(&timer_type);
    struct gcrt_chan *chan = gcrt_chan_new(&gcrt_type_int64, 1);
    gcrt_store(&timer->chan, chan);
    gcrt_store(&chan->timer, timer);
    timer->period_ns = period_ns;
    timer->timer.fire = fire_timer;
    timer->timer.arg = timer;
    caller_enter(call);
    lock_take(&chan->lock);
    arm(timer, time_after(duration_ns));
    lock_release(&chan->lock);
    runtime_leave();
    return timer;
}

struct gcrt_chan *gcrt_after(int64_t duration_ns)
{
    return make(duration_ns, 0, __func__)->chan;
}

struct gcrt_timer *gcrt_timer_new(int64_t duration_ns)
{
    return make(duration_ns, 0, __func__);
}

static void refuse_period(int64_t period_ns, const char *call)
{
    if (period_ns <= 0)
        gcrt_panic("%s: a ticker's period must be above zero, not %lld ns", call, (long long)period_ns);
}

struct gcrt_timer *gcrt_ticker_new(int64_t period_ns)
{
    refuse_period(period_ns, __func__);
    return make(period_ns, period_ns, __func__);
}

struct gcrt_chan *gcrt_timer_chan(struct gcrt_timer *timer)
{
    return timer->chan;
}

bool gcrt_timer_stop(struct gcrt_timer *timer)
{
    caller_enter(__func__);
    lock_take(&timer->chan->lock);
    bool was_pending = cancel(timer);
    lock_release(&timer->chan->lock);
    runtime_leave();
    return was_pending;
}

bool gcrt_timer_reset(struct gcrt_timer *timer, int64_t duration_ns)
{
    bool is_ticker = timer->period_ns != 0;
    if (is_ticker)
        refuse_period(duration_ns, __func__);
    caller_enter(__func__);
    lock_take(&timer->chan->lock);
    bool was_pending = cancel(timer);
    if (is_ticker)
        timer->period_ns = duration_ns;
    arm(timer, time_after(duration_ns));
    lock_release(&timer->chan->lock);
    runtime_leave();
    return was_pending;
}
