/* chan.h: channels and select, with Go's semantics to the letter.
 *
 * A channel is a heap object: it lives while something reaches it, and needs no closing. Elements are copied in and out by value, with
 * barriers; their type says where their pointers are. Callers are goroutines. A call that cannot go on parks the goroutine, not the
 * thread. Waiters are served first in, first out.
 *
 *                     NULL channel     open                          closed
 *     send            parks for ever   parks while full              panics
 *     receive         parks for ever   parks while empty             the rest of the buffer, then zeroes and false
 *     close           panics           wakes all who wait            panics
 *     length          0                elements in the buffer        elements in the buffer
 */
#ifndef GCRT_CHAN_H
#define GCRT_CHAN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct gcrt_chan;
struct gcrt_type;

/* What gcrt_chan_try_receive() found. */
enum gcrt_received {
    GCRT_EMPTY,    /* nothing now; the element is untouched */
    GCRT_CLOSED,   /* closed and drained; the element was set to zeroes */
    GCRT_RECEIVED, /* the element was written */
};

/* A new channel of elements of `element`; `capacity` elements fit without a receiver, 0 makes every send meet a receive. Panics when the
 * buffer's size overflows; out of memory is the allocator's report. */
struct gcrt_chan *gcrt_chan_new(const struct gcrt_type *element, size_t capacity);

/* Sends a copy of *element. Returns once a receiver or the buffer has it. A send that is parked when the channel is closed panics too. */
void gcrt_chan_send(struct gcrt_chan *chan, const void *element);

/* Receives into *ret_element; NULL discards it. True: received. False: closed and drained, *ret_element was set to zeroes. */
bool gcrt_chan_receive(struct gcrt_chan *chan, void *ret_element);

/* The same without ever parking. try_send: false when it would park, also on a NULL channel; panics when closed. */
bool gcrt_chan_try_send(struct gcrt_chan *chan, const void *element);
enum gcrt_received gcrt_chan_try_receive(struct gcrt_chan *chan, void *ret_element);

/* No more sends. Parked receivers get zeroes and false, parked senders panic. */
void gcrt_chan_close(struct gcrt_chan *chan);

/* Elements now in the buffer, and how many fit; 0 for NULL. Any thread; the length is a moment's. */
size_t gcrt_chan_length(const struct gcrt_chan *chan);
size_t gcrt_chan_capacity(const struct gcrt_chan *chan);

enum gcrt_direction {
    GCRT_CASE_SEND,
    GCRT_CASE_RECEIVE,
};

/* One case of a select. The same channel may occur in several cases, in both directions. */
struct gcrt_case {
    struct gcrt_chan *chan; /* NULL: never ready */
    enum gcrt_direction direction;
    void *element; /* send: what to send, not changed; receive: where to, or NULL to discard */
    bool ok;       /* set for the chosen case: an element was sent, or received (not the zeroes of a closed channel) */
};

/* Parks until one of the cases can go on, does that one and returns its index. Among several that are ready the choice is uniform and
 * random. A chosen send on a closed channel panics. count 0, or only NULL channels: parks for ever. At most 65,535 cases. */
int gcrt_select(struct gcrt_case *cases, size_t count);

/* The same with a default case: -EAGAIN, at once, when none is ready. */
int gcrt_select_try(struct gcrt_case *cases, size_t count);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
