/* netpoll_wait() against netpoll_close() and events (runtime/sched/netpoll.c): two goroutines that wait for the same direction, of which one may be
 * refused, one that closes, and a scheduler that collects an event. Who waits is woken once, none waits on a closed descriptor, the fd is closed
 * once, after its last use.
 *
 * variants: CLOSE_LEAVES_NOBODY WAKE_BEFORE_CLOSED_BIT WAKER_LOADS_THEN_STORES WAIT_IS_NO_USE ONE_TAKES_THE_CLOSE
 *
 *   CLOSE_LEAVES_NOBODY      closing wakes who waits, and leaves nothing to who is about to
 *   WAKE_BEFORE_CLOSED_BIT   netpoll_close() wakes first, and sets the bit then
 *   WAKER_LOADS_THEN_STORES  waking is a load and a store instead of an exchange: two wakers find one goroutine
 *   WAIT_IS_NO_USE           the waiter's own use ends before it parks: the fd is closed while it is between
 *   ONE_TAKES_THE_CLOSE      who takes away the READY of a close does not pass it on
 */
#define NOBODY 0
#define READY 1
#define GOROUTINE(number) (2 + (number))

byte waiter = NOBODY;
byte users = 1; /* being open is one */
byte ended;
bool closed_bit, fd_is_closed, is_waiting[2];

inline use_begin(ret_ok)
{
    atomic { ret_ok = !closed_bit; if :: ret_ok -> users++ :: else fi }
}

inline use_end()
{
    atomic {
        users--;
        last = (users == 0 && closed_bit)
    };
    if
    :: last -> assert(!fd_is_closed); fd_is_closed = true
    :: else
    fi
}

/* wake_waiter() */
inline wake(leaves)
{
#ifdef WAKER_LOADS_THEN_STORES
    former = waiter;
    waiter = leaves;
#else
    atomic { former = waiter; waiter = leaves };
#endif
    if
    :: former > READY -> atomic { assert(is_waiting[former - 2]); is_waiting[former - 2] = false } /* goroutine_ready(), G2 */
    :: else
    fi
}

inline take_ready(ret_taken)
{
    atomic { ret_taken = (waiter == READY); if :: ret_taken -> waiter = NOBODY :: else fi }
}

/* netpoll_wait(), again and again, as who reads until it is told */
proctype goroutine(byte self)
{
    bool ok, last, taken, is_busy;
    byte former;
    do
    ::  use_begin(ok);
        if
        :: !ok -> break
        :: else
        fi;
#ifdef WAIT_IS_NO_USE
        use_end();
#endif
        take_ready(taken);
        if
        :: !taken ->
            is_waiting[self] = true; /* serve_park(); commit_wait() from here */
            atomic {
                ok = (waiter == NOBODY);
                is_busy = (waiter > READY);
                if :: ok -> waiter = GOROUTINE(self) :: else fi
            };
            if
            :: ok -> !is_waiting[self]
            :: else -> is_waiting[self] = false
            fi;
            if
            :: !is_busy -> take_ready(taken)
            :: else
            fi
        :: else
        fi;
#ifndef ONE_TAKES_THE_CLOSE
        if
        :: closed_bit -> wake(READY)
        :: else
        fi;
#endif
        assert(!fd_is_closed); /* it goes on with the fd */
#ifndef WAIT_IS_NO_USE
        use_end();
#endif
        if
        :: is_busy -> break /* -EBUSY */
        :: else
        fi
    od;
    ended++
}

active proctype closer()
{
    bool last;
    byte former;
#ifdef WAKE_BEFORE_CLOSED_BIT
    wake(READY);
    closed_bit = true;
#else
#ifdef CLOSE_LEAVES_NOBODY
    closed_bit = true;
    wake(NOBODY);
#else
    closed_bit = true;
    wake(READY);
#endif
#endif
    use_end()
}

active proctype collector()
{
    byte former;
    wake(READY)
}

init
{
    atomic { run goroutine(0); run goroutine(1) };
    ended == 2 && fd_is_closed /* else this is no valid end */
}
