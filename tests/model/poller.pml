/* The place of the poller (runtime/sched/idle.c): one thread sleeps in ppoll() there, is given a worker and interrupted through the eventfd, while
 * another comes back from a blocking call and lies down. Whoever has a worker runs.
 *
 * variants: PLACE_IS_FREE_AT_ONCE
 *
 *   PLACE_IS_FREE_AT_ONCE  who gives the poller a worker frees its place, too: the newcomer reads the eventfd before it
 */
#define NOBODY 2

byte place = 0; /* who is the poller */
byte event_count;
bool locked, has_run, is_listed[2];
bool has_worker[2];

inline lock_take() { atomic { !locked -> locked = true } }
inline lock_release() { locked = false }

inline leave_place() { if :: place == self -> place = NOBODY :: else fi }

/* sleep_until_worker() */
proctype thread(byte self; bool begins_as_poller)
{
    bool is_poller = begins_as_poller;
    if
    :: !is_poller -> /* lie_down() of idle_wait_unblocked() */
        lock_take();
        if
        :: place == NOBODY -> place = self; is_poller = true
        :: else -> is_listed[self] = true
        fi;
        lock_release()
    :: else
    fi;
    do
    :: has_worker[self] -> break
    :: !has_worker[self] && is_poller ->
end_polling:
        event_count > 0; /* ppoll() */
        event_count = 0; /* read() of the eventfd: all of it, or nothing when another was faster */
        lock_take();
        leave_place();
        is_poller = false;
        if
        :: !has_worker[self] -> is_listed[self] = true
        :: else
        fi;
        lock_release()
    :: !has_worker[self] && !is_poller ->
end_listed:
        has_worker[self] /* the futex, see idle.pml */
    od;
    has_run = true
}

/* idle_retake() of the monitor */
proctype monitor()
{
    byte chosen;
    lock_take();
    if
    :: is_listed[0] -> chosen = 0; is_listed[0] = false
    :: is_listed[1] -> chosen = 1; is_listed[1] = false
    :: !is_listed[0] && !is_listed[1] ->
        chosen = place;
#ifdef PLACE_IS_FREE_AT_ONCE
        place = NOBODY
#endif
    fi;
    has_worker[chosen] = true;
    lock_release();
    event_count++
}

init
{
    atomic { run thread(0, true); run thread(1, false); run monitor() };
    has_run /* else this is no valid end */
}
