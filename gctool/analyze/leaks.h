/* leaks.h: which goroutines wait for ever, proved on a snapshot, and what only they keep alive.
 *
 * A goroutine whose wait can be a leak is a candidate, and its stack is no root. It is woken only through what it waits for, so:
 *
 *     roots without candidates -> reached objects -> candidates that wait for one of them are alive -> their stacks are roots -> ...
 *
 * until nothing changes (each object and goroutine once: linear). The words of a stack count also when somebody alive has a pointer to that stack, since he
 * can read them: a wait group on the stack of who waits is the usual case. What a candidate waits for outside of the heap is alive, unless it lies
 * on a stack: then it is as alive as that. Who is left waits for ever. A last wave follows words in memory that the collector does not
 * look at: a candidate that would be alive if they were pointers is undecided, and called neither leaked nor alive.
 *
 * After GOLF (Saioc et al., ASPLOS 2025), with an index from objects to waiters instead of rounds over all goroutines.
 */
#ifndef GCTOOL_ANALYZE_LEAKS_H
#define GCTOOL_ANALYZE_LEAKS_H

#include "gctool/analyze/reach.h"

enum leak_verdict {
    LEAK_NONE,      /* runs, or waits for what will come: time, I/O */
    LEAK_ALIVE,     /* waits, and somebody who is alive can reach what it waits for */
    LEAK_UNDECIDED, /* as leaked, but for words in memory that is not scanned */
    LEAK_LEAKED,    /* waits for ever */
};

struct leak {
    uint8_t verdict; /* enum leak_verdict */
    uint32_t
        woken_by; /* ALIVE: the object it waits for that was reached first; SNAPSHOT_NONE: one outside of the heap */
    uint64_t woken_by_outside;         /* its address, then */
    uint64_t kept_objects, kept_bytes; /* LEAKED, UNDECIDED: what is kept alive by it alone */
};

struct leaks {
    struct leak *items; /* by index of the goroutine in the snapshot */
    size_t leaked, undecided;
    uint64_t shared_objects, shared_bytes; /* kept alive by several leaked goroutines together, and by nobody else */
    struct reach reach;                    /* why who is alive is: ways back from what they wait for */
};

/* 0 or -ENOMEM. The snapshot is borrowed for as long as the result lives. */
[[nodiscard]] int leaks_find(const struct snapshot *snapshot, struct leaks *ret_leaks);

void leaks_free(struct leaks *leaks);

#endif
