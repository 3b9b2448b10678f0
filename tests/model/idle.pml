/* idle_wait() against idle_wake_one() (runtime/sched/idle.c): two threads that search, find nothing and sleep, and one who brings work to the global
 * queue and wakes one of them unless somebody searches already. All work is done, nobody sleeps beside it.
 *
 * variants: LOOK_BEFORE_LOCK SEARCH_ENDS_LATER WAKE_WITHOUT_TOKEN
 *
 *   LOOK_BEFORE_LOCK    the last look at the global queue is not under the idle lock
 *   SEARCH_ENDS_LATER   the thread counts as searching until it sleeps: its waker relies on it, it has looked already
 *   WAKE_WITHOUT_TOKEN  the wake-up is no more than a futex call: it comes before the sleep, and is gone
 */
#define WORK 2

byte global_count, searching_count, idle_workers, done;
bool locked;
bool is_listed[2], has_worker[2], wake[2];

inline lock_take() { atomic { !locked -> locked = true } }
inline lock_release() { locked = false }

inline wake_one()
{
    lock_take();
    if
    :: idle_workers == 0 || searching_count != 0 -> lock_release()
    :: else ->
        if /* pop_thread() */
        :: is_listed[0] -> chosen = 0
        :: is_listed[1] -> chosen = 1
        fi;
        is_listed[chosen] = false;
        idle_workers--; /* take_worker() */
        has_worker[chosen] = true;
        searching_count++; /* begin_search() on its behalf */
        lock_release();
#ifdef WAKE_WITHOUT_TOKEN
        is_asleep[chosen] = false
#else
        wake[chosen] = true
#endif
    fi
}

#ifdef WAKE_WITHOUT_TOKEN
bool is_asleep[2];
#endif

proctype thread(byte self)
{
    bool spinning = true, found;
    byte chosen;
search:
    atomic { found = global_count > 0; if :: found -> global_count-- :: else fi }; /* runnable_take_global(): its own lock */
    if
    :: found ->
        if :: spinning -> searching_count--; spinning = false :: else fi;
        done++;
        goto begin
    :: else
    fi;
#ifdef LOOK_BEFORE_LOCK
    found = global_count > 0;
    lock_take();
#else
    lock_take();
#endif
#ifndef SEARCH_ENDS_LATER
    if :: spinning -> searching_count--; spinning = false :: else fi;
#endif
#ifndef LOOK_BEFORE_LOCK
    found = global_count > 0;
#endif
    if
    :: found -> lock_release(); goto begin
    :: else
    fi;
    has_worker[self] = false;
    idle_workers++;
    is_listed[self] = true;
    lock_release();
#ifdef SEARCH_ENDS_LATER
    if :: spinning -> searching_count--; spinning = false :: else fi;
#endif
#ifdef WAKE_WITHOUT_TOKEN
    is_asleep[self] = true;
end_asleep:
    !is_asleep[self];
#else
end_asleep:
    atomic { wake[self] -> wake[self] = false };
#endif
    assert(has_worker[self]);
    spinning = true; /* as its waker counted it */
    goto search;
begin: /* idle_search_begin() */
    searching_count++;
    spinning = true;
    goto search
}

proctype bringer()
{
    byte chosen, brought;
    do
    :: brought < WORK -> global_count++; brought++; wake_one()
    :: else -> break
    od
}

init
{
    atomic {
        searching_count = 2;
        has_worker[0] = true;
        has_worker[1] = true;
        run thread(0);
        run thread(1);
        run bringer()
    };
    done == WORK /* else this is no valid end */
}
