/* Until when the poller sleeps (become_poller(), sleep_as_poller() and idle_wait() in runtime/sched/idle.c), against a worker that arms a timer and
 * goes idle. Nobody else is there to see that timer: it fires.
 *
 * variants: TIME_OF_THE_LAST_SLEEP STORE_AFTER_LOOK_AGAIN
 *
 *   TIME_OF_THE_LAST_SLEEP  becoming the poller leaves poller_until as it was: early, so that nobody interrupts
 *   STORE_AFTER_LOOK_AGAIN  the worker looks at poller_until before it arms the timer
 */
#define NEVER 9
#define PAST 1
#define DUE 5

byte next_ns = NEVER, poller_until_ns = PAST, event_count;
bool locked, has_poller, has_fired;

inline lock_take() { atomic { !locked -> locked = true } }
inline lock_release() { locked = false }

active proctype poller()
{
    byte until_ns;
    lock_take(); /* lie_down() */
    has_poller = true;
#ifndef TIME_OF_THE_LAST_SLEEP
    poller_until_ns = NEVER;
#endif
    lock_release();
again:
    until_ns = next_ns;
    poller_until_ns = until_ns;
    if /* ppoll(): time passes, or somebody interrupts */
    :: until_ns != NEVER -> has_fired = true
    :: event_count > 0 -> event_count = 0; goto again
    fi
}

active proctype worker()
{
    bool is_late;
#ifdef STORE_AFTER_LOOK_AGAIN
    is_late = DUE < poller_until_ns;
    next_ns = DUE;
    lock_take();
#else
    next_ns = DUE; /* timer_arm() */
    lock_take();   /* idle_wait() */
    is_late = has_poller && next_ns < poller_until_ns;
#endif
    if
    :: !has_poller -> lock_release(); goto end_becomes_the_poller /* or the other does, which then sees the timer */
    :: else
    fi;
    lock_release();
    if
    :: is_late -> event_count++
    :: else
    fi;
    has_fired; /* else this is no valid end */
end_becomes_the_poller:
    skip
}
