/* Channels: the public calls of <gcrt/chan.h> but for select, and the operations under the lock that select shares.
 *
 * Goroutines that were woken are made ready after the lock is released, so that on another worker they do not run into it.
 */
#include "sync/channel.h"

#include <stdint.h>
#include <string.h>

#include <gcrt/memory.h>
#include <gcrt/run.h>
#include <gcrt/store.h>

#include "collector/copy.h"
#include "heap/type.h"
#include "sync/caller.h"

GCRT_TYPE(chan_type, struct gcrt_chan, buffer, timer);

/* ---- lists of waiters ---- */

void waiters_add(struct waiter_list *list, struct waiter *waiter)
{
    waiter->next = NULL;
    waiter->previous = list->last;
    if (list->last == NULL)
        list->first = waiter;
    else
        list->last->next = waiter;
    list->last = waiter;
}

void waiters_remove(struct waiter_list *list, struct waiter *waiter)
{
    if (waiter->previous == NULL && list->first != waiter)
        return;
    if (waiter->previous == NULL)
        list->first = waiter->next;
    else
        waiter->previous->next = waiter->next;
    if (waiter->next == NULL)
        list->last = waiter->previous;
    else
        waiter->next->previous = waiter->previous;
    waiter->next = waiter->previous = NULL;
}

bool waiters_exist(struct waiter_list *list)
{
    for (struct waiter *first; (first = list->first) != NULL; waiters_remove(list, first))
        /* Relaxed: a guess; waiters_take() decides. */
        if (first->winner == NULL || atomic_load_explicit(first->winner, memory_order_relaxed) == NULL)
            return true;
    return false;
}

/* Relaxed: it only decides who. What the waker writes is ordered by goroutine_ready(), the waiter's links by the lock. */
static bool claim(struct waiter *waiter)
{
    struct waiter *expected = NULL;
    return waiter->winner == NULL || atomic_compare_exchange_strong_explicit(
                                         waiter->winner, &expected, waiter, memory_order_relaxed, memory_order_relaxed);
}

static struct waiter *waiters_take(struct waiter_list *list)
{
    for (struct waiter *first; (first = list->first) != NULL;) {
        waiters_remove(list, first);
        if (claim(first))
            return first;
    }
    return NULL;
}

/* ---- elements ---- */

/* Everything that may hold pointers goes by gcrt_copy(), whose barriers also shade what crosses from stack to stack. */
static inline void copy_element(const struct gcrt_chan *chan, void *to, const void *from)
{
    if (!chan->element_is_leaf)
        gcrt_copy(to, from, chan->element, 1);
    else if (chan->element_bytes == sizeof(uint64_t))
        memcpy(to, from, sizeof(uint64_t));
    else if (chan->element_bytes != 0)
        memcpy(to, from, chan->element_bytes);
}

static inline void clear_element(const struct gcrt_chan *chan, void *element)
{
    if (!chan->element_is_leaf)
        copy_zeroes(element, chan->element, 1);
    else if (chan->element_bytes != 0)
        memset(element, 0, chan->element_bytes);
}

static inline void *slot_at(const struct gcrt_chan *chan, size_t at)
{
    return (char *)chan->buffer + at * chan->element_bytes;
}

static inline size_t place_after(const struct gcrt_chan *chan, size_t at)
{
    return at + 1 == chan->capacity ? 0 : at + 1;
}

/* ---- operations under the lock ---- */

/* Relaxed, here and below: all writers hold the lock, and who reads without it gets a moment's truth. */
static inline size_t count_of(const struct gcrt_chan *chan)
{
    return atomic_load_explicit(&chan->count, memory_order_relaxed);
}

static inline void set_count(struct gcrt_chan *chan, size_t count)
{
    atomic_store_explicit(&chan->count, count, memory_order_relaxed);
}

enum chan_result chan_send_locked(struct gcrt_chan *chan, const void *element, struct goroutine **ret_woken)
{
    *ret_woken = NULL;
    if (chan->is_closed)
        return CHAN_CLOSED;
    struct waiter *receiver = waiters_take(&chan->receivers);
    if (receiver != NULL) {
        if (receiver->to != NULL)
            copy_element(chan, receiver->to, element);
        receiver->ok = true;
        *ret_woken = receiver->goroutine;
        return CHAN_DONE;
    }
    if (count_of(chan) == chan->capacity)
        return CHAN_BLOCKED;
    copy_element(chan, slot_at(chan, chan->send_at), element);
    chan->send_at = place_after(chan, chan->send_at);
    set_count(chan, count_of(chan) + 1);
    return CHAN_DONE;
}

/* The oldest of the buffer. Invariant C1: if a sender waits the buffer is full, and the place that becomes free is the next to be filled. */
static void receive_from_buffer(struct gcrt_chan *chan, void *ret_element, struct goroutine **ret_woken)
{
    void *slot = slot_at(chan, chan->receive_at);
    if (ret_element != NULL)
        copy_element(chan, ret_element, slot);
    chan->receive_at = place_after(chan, chan->receive_at);
    struct waiter *sender = waiters_take(&chan->senders);
    if (sender != NULL) {
        copy_element(chan, slot, sender->from);
        chan->send_at = chan->receive_at;
        sender->ok = true;
        *ret_woken = sender->goroutine;
        return;
    }
    if (!chan->element_is_leaf)
        clear_element(chan, slot); /* the buffer is not to keep it alive */
    set_count(chan, count_of(chan) - 1);
}

enum chan_result chan_receive_locked(struct gcrt_chan *chan, void *ret_element, struct goroutine **ret_woken)
{
    *ret_woken = NULL;
    if (__builtin_expect(chan->timer != NULL, 0))
        channel_timer_look(chan->timer);
    if (count_of(chan) != 0) {
        receive_from_buffer(chan, ret_element, ret_woken);
        return CHAN_DONE;
    }
    struct waiter *sender = waiters_take(&chan->senders);
    if (sender != NULL) {
        if (ret_element != NULL)
            copy_element(chan, ret_element, sender->from);
        sender->ok = true;
        *ret_woken = sender->goroutine;
        return CHAN_DONE;
    }
    if (!chan->is_closed)
        return CHAN_BLOCKED;
    if (ret_element != NULL)
        clear_element(chan, ret_element);
    return CHAN_CLOSED;
}

bool chan_can_send(struct gcrt_chan *chan)
{
    return chan->is_closed || count_of(chan) < chan->capacity || waiters_exist(&chan->receivers);
}

bool chan_can_receive(struct gcrt_chan *chan)
{
    if (chan->timer != NULL)
        channel_timer_look(chan->timer);
    return chan->is_closed || count_of(chan) != 0 || waiters_exist(&chan->senders);
}

bool chan_drain_locked(struct gcrt_chan *chan)
{
    bool was_filled = count_of(chan) != 0;
    chan->receive_at = chan->send_at;
    set_count(chan, 0);
    return was_filled;
}

/* ---- parking ---- */

void chan_panic_closed(void)
{
    gcrt_panic("send on a closed channel");
}

static bool commit_for_ever(struct goroutine *, void *)
{
    return true;
}

void chan_park_for_ever(enum wait_reason reason)
{
    for (;;)
        goroutine_park(reason, NULL, commit_for_ever, NULL);
}

static bool commit_unlock(struct goroutine *, void *arg)
{
    lock_release(&((struct gcrt_chan *)arg)->lock);
    return true;
}

/* Takes the lock along; false: the channel was closed. */
static bool park(struct gcrt_chan *chan, struct waiter_list *list, struct waiter *waiter, enum wait_reason reason)
{
    waiter->goroutine = goroutine_current();
    waiters_add(list, waiter);
    goroutine_park(reason, chan, commit_unlock, chan);
    return waiter->ok;
}

static __attribute__((noinline)) bool park_sender(struct gcrt_chan *chan, const void *element)
{
    struct waiter waiter = {.from = element};
    return park(chan, &chan->senders, &waiter, WAIT_CHANNEL_SEND);
}

static __attribute__((noinline)) bool park_receiver(struct gcrt_chan *chan, void *ret_element)
{
    struct waiter waiter = {.to = ret_element};
    return park(chan, &chan->receivers, &waiter, WAIT_CHANNEL_RECEIVE);
}

static inline void unlock_and_ready(struct gcrt_chan *chan, struct goroutine *woken)
{
    lock_release(&chan->lock);
    if (woken != NULL)
        goroutine_ready(woken);
}

/* ---- the public calls ---- */

struct gcrt_chan *gcrt_chan_new(const struct gcrt_type *element, size_t capacity)
{
    size_t bytes;
    if (__builtin_mul_overflow(element->size, capacity, &bytes) || bytes > (size_t)PTRDIFF_MAX)
        gcrt_panic("gcrt_chan_new: a buffer of %zu elements of type '%s' is larger than any memory", capacity,
                   element->name);
    struct gcrt_chan *chan = gcrt_new(&chan_type);
    chan->element = element;
    chan->element_bytes = element->size;
    chan->element_is_leaf = gcrt_type_is_leaf(element);
    chan->capacity = capacity;
    if (bytes != 0)
        gcrt_store(&chan->buffer, gcrt_new_array(element, capacity));
    return chan;
}

void gcrt_chan_send(struct gcrt_chan *chan, const void *element)
{
    caller_enter(__func__);
    if (chan == NULL)
        chan_park_for_ever(WAIT_NIL_CHANNEL);
    struct goroutine *woken;
    lock_take(&chan->lock);
    enum chan_result result = chan_send_locked(chan, element, &woken);
    if (result != CHAN_BLOCKED)
        unlock_and_ready(chan, woken);
    else if (!park_sender(chan, element))
        result = CHAN_CLOSED;
    if (result == CHAN_CLOSED)
        chan_panic_closed();
    runtime_leave();
}

bool gcrt_chan_receive(struct gcrt_chan *chan, void *ret_element)
{
    caller_enter(__func__);
    if (chan == NULL)
        chan_park_for_ever(WAIT_NIL_CHANNEL);
    struct goroutine *woken;
    lock_take(&chan->lock);
    enum chan_result result = chan_receive_locked(chan, ret_element, &woken);
    bool ok = result == CHAN_DONE;
    if (result != CHAN_BLOCKED)
        unlock_and_ready(chan, woken);
    else
        ok = park_receiver(chan, ret_element);
    runtime_leave();
    return ok;
}

bool gcrt_chan_try_send(struct gcrt_chan *chan, const void *element)
{
    caller_enter(__func__);
    enum chan_result result = CHAN_BLOCKED;
    if (chan != NULL) {
        struct goroutine *woken;
        lock_take(&chan->lock);
        result = chan_send_locked(chan, element, &woken);
        unlock_and_ready(chan, woken);
    }
    if (result == CHAN_CLOSED)
        chan_panic_closed();
    runtime_leave();
    return result == CHAN_DONE;
}

enum gcrt_received gcrt_chan_try_receive(struct gcrt_chan *chan, void *ret_element)
{
    static const enum gcrt_received received[] = {
        [CHAN_DONE] = GCRT_RECEIVED, [CHAN_CLOSED] = GCRT_CLOSED, [CHAN_BLOCKED] = GCRT_EMPTY};
    caller_enter(__func__);
    enum chan_result result = CHAN_BLOCKED;
    if (chan != NULL) {
        struct goroutine *woken;
        lock_take(&chan->lock);
        result = chan_receive_locked(chan, ret_element, &woken);
        unlock_and_ready(chan, woken);
    }
    runtime_leave();
    return received[result];
}

/* Takes all of `list` to the end of `woken`. */
static void take_all(struct gcrt_chan *chan, struct waiter_list *list, bool receives, struct waiter_list *woken)
{
    for (struct waiter *waiter; (waiter = waiters_take(list)) != NULL; waiters_add(woken, waiter)) {
        if (receives && waiter->to != NULL)
            clear_element(chan, waiter->to);
        waiter->ok = false;
    }
}

void gcrt_chan_close(struct gcrt_chan *chan)
{
    caller_enter(__func__);
    if (chan == NULL)
        gcrt_panic("close of a NULL channel");
    struct waiter_list woken = {NULL, NULL};
    lock_take(&chan->lock);
    if (chan->is_closed)
        gcrt_panic("close of a closed channel");
    chan->is_closed = true;
    take_all(chan, &chan->receivers, true, &woken);
    take_all(chan, &chan->senders, false, &woken);
    lock_release(&chan->lock);
    for (struct waiter *waiter = woken.first, *next; waiter != NULL; waiter = next) {
        next = waiter->next; /* before the frame it lies in goes on */
        goroutine_ready(waiter->goroutine);
    }
    runtime_leave();
}

/* A timer's channel shows itself as the unbuffered one that it behaves as. */
size_t gcrt_chan_length(const struct gcrt_chan *chan)
{
    return chan != NULL && chan->timer == NULL ? count_of(chan) : 0;
}

size_t gcrt_chan_capacity(const struct gcrt_chan *chan)
{
    return chan != NULL && chan->timer == NULL ? chan->capacity : 0;
}
