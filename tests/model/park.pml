/* goroutine_park() and goroutine_ready() (runtime/sched/goroutine.c, serve_park() in scheduler.c): a goroutine that queues itself under a lock and
 * parks, against one that takes it out and wakes it. It is woken exactly once, never before its context is saved, and no event is missed.
 *
 * variants: RELEASE_BEFORE_SWITCH LOOK_BEFORE_LOCK STATUS_AFTER_COMMIT
 *
 *   RELEASE_BEFORE_SWITCH  the lock is released on the goroutine's stack, not by `commit`: it is resumed while it still runs
 *   LOOK_BEFORE_LOCK       whether to wait is decided before the lock is taken: the event falls between
 *   STATUS_AFTER_COMMIT    the status becomes WAITING behind `commit`: invariant G2 meets a waker
 */
mtype = { RUNNING, WAITING, RUNNABLE };

mtype status = RUNNING;
bool is_saved;   /* the context; what it is resumed from */
bool on_stack = true; /* a thread executes on the goroutine's stack */
bool locked, event, queued;
byte woken;

inline lock_take() { atomic { !locked -> locked = true } }
inline lock_release() { locked = false }

/* The thread on which the goroutine begins. */
active proctype parker()
{
    bool must_wait;
#ifdef LOOK_BEFORE_LOCK
    must_wait = !event;
    lock_take();
#else
    lock_take();
    must_wait = !event;
#endif
    if
    :: !must_wait -> lock_release(); goto done
    :: else
    fi;
    queued = true;
#ifdef RELEASE_BEFORE_SWITCH
    lock_release();
#endif
    /* scheduler_switch(): the context is saved and the stack is left in one step, as far as others can see */
    atomic { is_saved = true; on_stack = false };
#ifndef STATUS_AFTER_COMMIT
    status = WAITING;
#endif
#ifndef RELEASE_BEFORE_SWITCH
    lock_release(); /* commit */
#endif
#ifdef STATUS_AFTER_COMMIT
    status = WAITING;
#endif
    /* resumed, on this thread or another: run() */
    status == RUNNABLE;
    atomic { assert(is_saved && !on_stack); is_saved = false; on_stack = true; status = RUNNING };
done:
    assert(event)
}

active proctype waker()
{
    bool found;
    lock_take();
    event = true;
    found = queued;
    queued = false;
    lock_release();
    if
    :: found ->
        atomic { /* goroutine_ready(), set_woken(); from here on any thread may resume it */
            assert(status == WAITING && is_saved && !on_stack);
            status = RUNNABLE;
            woken++
        }
    :: else
    fi;
    assert(woken <= 1)
}
