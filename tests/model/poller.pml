/* The place of the poller (runtime/sched/idle.c): one thread sleeps in ppoll() there, or is appointed by the monitor, is given a worker and
 * interrupted through the eventfd, while another comes back from a blocking call and lies down. Whoever has a worker runs, and not in that place.
 *
 * variants: PLACE_IS_FREE_AT_ONCE RUNS_ON_IN_PLACE
 *
 *   PLACE_IS_FREE_AT_ONCE  who gives the poller a worker frees its place, too: the newcomer reads the eventfd before it
 *   RUNS_ON_IN_PLACE       a thread that was appointed and given a worker in one sleep does not leave the place
 */
#define NOBODY 2

byte place = NOBODY; /* who is the poller */
byte event_count;
bool locked, has_run, is_listed[2], is_poller[2], has_worker[2], wake[2];

inline lock_take() { atomic { !locked -> locked = true } }
inline lock_release() { locked = false }

inline become_poller(who) { place = who; is_poller[who] = true }

inline lie_down(who)
{
    if
    :: place == NOBODY -> become_poller(who)
    :: else -> is_listed[who] = true
    fi
}

/* sleep_until_worker() */
proctype thread(byte self; bool has_lain_down)
{
    bool polls, may_run;
    lock_take();
    if
    :: !has_lain_down -> lie_down(self) /* idle_wait_unblocked() */
    :: else
    fi;
    polls = is_poller[self];
    lock_release();
    do
    ::  if
        :: polls ->
end_polls:
            event_count > 0; /* ppoll() */
            event_count = 0; /* read() of the eventfd: all of it, or nothing when another was faster */
            lock_take();
            if :: place == self -> place = NOBODY :: else fi;
            is_poller[self] = false;
            if :: !has_worker[self] -> is_listed[self] = true :: else fi;
            lock_release()
        :: else ->
end_sleeps:
            atomic { wake[self] -> wake[self] = false } /* sleep_on_futex() */
        fi;
        lock_take();
        polls = is_poller[self];
#ifdef RUNS_ON_IN_PLACE
        may_run = has_worker[self];
#else
        may_run = has_worker[self] && !polls;
#endif
        lock_release();
        if
        :: may_run -> break
        :: else
        fi
    od;
    assert(place != self);
    has_run = true
}

proctype monitor()
{
    byte chosen;
    bool was_poller;
    if
    :: true -> /* idle_ensure_poller() */
        lock_take();
        chosen = NOBODY;
        if
        :: place == NOBODY && is_listed[0] -> chosen = 0
        :: place == NOBODY && is_listed[1] -> chosen = 1
        :: else
        fi;
        if
        :: chosen != NOBODY -> is_listed[chosen] = false; become_poller(chosen)
        :: else
        fi;
        lock_release();
        if
        :: chosen != NOBODY -> wake[chosen] = true
        :: else
        fi
    :: true
    fi;
    lock_take(); /* idle_retake(): there is a spare thread */
    was_poller = false;
    if /* pop_thread() */
    :: is_listed[0] -> chosen = 0; is_listed[0] = false
    :: is_listed[1] -> chosen = 1; is_listed[1] = false
    :: !is_listed[0] && !is_listed[1] ->
        chosen = place;
        was_poller = true;
#ifdef PLACE_IS_FREE_AT_ONCE
        is_poller[chosen] = false;
        place = NOBODY
#endif
    fi;
    has_worker[chosen] = true;
    lock_release();
    if
    :: was_poller -> event_count++
    :: else -> wake[chosen] = true
    fi
}

init
{
    atomic {
        if /* thread 0 has lain down before, one way or the other */
        :: become_poller(0)
        :: is_listed[0] = true
        fi;
        run thread(0, true);
        run thread(1, false);
        run monitor()
    };
    has_run /* else this is no valid end */
}
