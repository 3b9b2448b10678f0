/* channel.h: inside a channel: what chan.c, select.c and time.c share.
 *
 *     buffer   |    | e1 | e2 | e3 |    |       a ring of `capacity` elements, `count` of them
 *                     ^ receive_at   ^ send_at
 *
 * Invariants, under `lock`, of waiters that can still be woken:
 *   C1  receivers wait only while the buffer is empty, senders only while it is full: an element that is handed from goroutine to goroutine
 *       overtakes none.
 *   C2  nobody waits at a closed channel.
 *
 * A waiter lies in the frame of its parked goroutine, which keeps the channel and the element alive; the lists are no business of the marker.
 * Who takes a waiter off its list under the lock owns it until goroutine_ready(). A select waits in several lists: `winner` is set by the first who
 * wakes it, and its other waiters are dead wood until the goroutine itself, with all its channels locked, removes them.
 */
#ifndef RUNTIME_SYNC_CHANNEL_H
#define RUNTIME_SYNC_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <gcrt/chan.h>
#include <gcrt/run.h>

#include "platform/lock.h"
#include "sched/goroutine.h"

struct gcrt_timer;
struct gcrt_type;

struct waiter {
    struct waiter *next, *previous;
    struct goroutine *goroutine;
    union {
        const void *from; /* a sender's element */
        void *to;         /* where a receiver's goes, or NULL */
    };
    _Atomic(struct waiter *) *winner; /* of its select; NULL: it waits here alone */
    bool ok;                          /* set by its waker: an element changed hands; false: the channel was closed */
};

struct waiter_list {
    struct waiter *first, *last;
};

struct gcrt_chan {
    struct lock lock;
    bool is_closed;
    bool element_is_leaf;
    const struct gcrt_type *element;
    size_t element_bytes;
    void *buffer;
    struct gcrt_timer *timer; /* that sends here; NULL: an ordinary channel */
    size_t capacity;
    _Atomic size_t count; /* written under the lock, read by anybody */
    size_t send_at, receive_at;
    struct waiter_list receivers, senders;
};

/* ---- lists of waiters, under the channel's lock ---- */

void waiters_add(struct waiter_list *list, struct waiter *waiter);

/* No effect when somebody has taken it off. */
void waiters_remove(struct waiter_list *list, struct waiter *waiter);

/* Whether there is one to be woken; removes dead wood. */
bool waiters_exist(struct waiter_list *list);

/* ---- operations under the channel's lock ---- */

enum chan_result {
    CHAN_DONE,
    CHAN_CLOSED,  /* receive: the element was set to zeroes */
    CHAN_BLOCKED, /* nothing was done */
};

/* *ret_woken is the goroutine to make ready once the lock is released, or NULL. */
enum chan_result chan_send_locked(struct gcrt_chan *chan, const void *element, struct goroutine **ret_woken);
enum chan_result chan_receive_locked(struct gcrt_chan *chan, void *ret_element, struct goroutine **ret_woken);

/* Whether they would not be blocked. Another's select may take the waiter away that this counts on. */
bool chan_can_send(struct gcrt_chan *chan);
bool chan_can_receive(struct gcrt_chan *chan);

/* Throws away what is in the buffer, of leaves; false: there was nothing. */
bool chan_drain_locked(struct gcrt_chan *chan);

GCRT_NORETURN void chan_panic_closed(void);

/* For ever. Inside the runtime. */
GCRT_NORETURN void chan_park_for_ever(enum wait_reason reason);

/* Of select.c: the channels that a goroutine waits for in a select, by goroutine->selection. It must not run meanwhile. */
void select_visit_channels(const void *selection, void (*each)(const struct gcrt_chan *chan, void *context),
                           void *context);

/* Of time.c: fires the timer of a channel if it is due, unless somebody waits there, whom the scheduler will serve. So a receiver that never parks
 * sees it, too. */
void channel_timer_look(struct gcrt_timer *timer);

#endif
