/* selection.h: what a goroutine waits for in a select; in its frame. select.c's, and told to tools. */
#ifndef RUNTIME_SYNC_SELECTION_H
#define RUNTIME_SYNC_SELECTION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gcrt_case;
struct gcrt_chan;
struct waiter;

/* Copied from the caller's cases, which others could change while we wait. */
struct select_entry {
    struct gcrt_chan *chan;
    uint16_t case_index;
    bool sends;
};

struct selection {
    struct gcrt_case *cases;
    struct select_entry *entries; /* the cases with a channel, by its address */
    size_t count;
    struct waiter *waiters; /* one for each entry, once the goroutine parks */
    _Atomic(struct waiter *) winner;
};

#endif
