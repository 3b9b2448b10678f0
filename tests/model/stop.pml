/* Stopping the world (runtime/sched/stand_signal.c, stop.c): a thread that polls, one that a signal stops in place, and a stopper that stops the
 * world, starts it, and stops it for ever at the end of the run. Nobody runs while the world is stopped, the stopper gets its stop, and who was
 * stopped in place goes on at the end, to give back the C library's locks. The timeout of stand_wait() is left out: nothing depends on it.
 *
 * variants: BOOLEAN LOOK_BEFORE_ACTIVE WAKE_WITHOUT_COUNT
 *
 *   BOOLEAN             the stop word says 'wanted' instead of numbering the stops: a slow waker takes the next one for its own and sleeps through
 *   LOOK_BEFORE_ACTIVE  a thread looks at the stop word before it says that it is active again
 *   WAKE_WITHOUT_COUNT  standing_count is not changed: the stopper's sleep begins after the wake-up
 */
#include "futex.pml"

#define AWAY 0
#define ACTIVE 1
#define POLLER 0
#define IN_PLACE 1
#define STOPPER 2
#define TURNS 2

FUTEX(stop_word);
FUTEX(standing_count);
byte state[2];
bool is_stopped, run_is_over, has_begun, in_user[2];

#define WANTED(word) ((word) & 1)

inline away_begin()
{
    state[self] = AWAY;
    if
    :: WANTED(stop_word) ->
#ifndef WAKE_WITHOUT_COUNT
        standing_count++;
#endif
        FUTEX_WAKE_ALL(standing_count)
    :: else
    fi
}

inline run_user_code()
{
    in_user[self] = true;
    assert(!is_stopped);
    in_user[self] = false
}

/* stop_away_end(): idle, back from a blocking call, or polled */
active proctype poller()
{
    byte self = POLLER, word, turn;
again:
#ifdef LOOK_BEFORE_ACTIVE
    word = stop_word;
    state[self] = ACTIVE;
#else
    state[self] = ACTIVE;
    word = stop_word;
#endif
    if
    :: WANTED(word) ->
        away_begin();
        FUTEX_LIE_DOWN(stop_word, word);
        if
        :: !stop_word_asleep[self] -> goto again
        :: run_is_over -> goto done /* for ever */
        fi
    :: else
    fi;
    run_user_code();
    turn++;
    if
    :: turn < TURNS -> away_begin(); goto again
    :: else
    fi;
    away_begin(); /* and stays away */
done:
    skip
}

/* stand_in_place(): the handler runs at any moment of user code */
active proctype in_place()
{
    byte self = IN_PLACE, word;
    bool is_over;
    state[self] = ACTIVE;
    has_begun = true;
    run_user_code();
again:
    word = stop_word;
    is_over = run_is_over;
    if
    :: WANTED(word) && !is_over ->
        away_begin();
        FUTEX_WAIT(stop_word, word);
        state[self] = ACTIVE;
        goto again
    :: !WANTED(word) && !is_over -> /* returns to user code, until the next signal */
        run_user_code();
        goto again
    :: is_over
    fi
}

inline stop_world()
{
    stop_word++;
    i = 0;
    do
    :: i < 2 ->
        count = standing_count;
        if
        :: state[i] == AWAY -> i++
        :: else -> FUTEX_WAIT(standing_count, count)
        fi
    :: else -> break
    od;
    is_stopped = true;
    assert(!in_user[0] && !in_user[1])
}

active proctype stopper()
{
    byte self = STOPPER, i, count;
    has_begun;
    stop_world();
    is_stopped = false;
#ifdef BOOLEAN
    stop_word = 0;
#else
    stop_word++;
#endif
    FUTEX_WAKE_ALL(stop_word);
    stop_world();
    is_stopped = false;
    run_is_over = true;
#ifndef BOOLEAN
    stop_word = stop_word + 2;
#endif
    FUTEX_WAKE_ALL(stop_word)
}
