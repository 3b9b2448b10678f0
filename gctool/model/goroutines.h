/* goroutines.h: what each goroutine does and did, folded so that a million ended ones cost nothing.
 *
 * A goroutine belongs to a group: same function, created from the same stack. What ended ones did is kept by group; live ones have a record
 * of their own. Where goroutines wait is counted by wait: (group, reason, stack of the wait).
 *
 *              create            run              block
 *     unknown ---------> ready ---------> running ---------> waiting
 *                          ^    <--------    |                  |
 *                          |       yield     v end              | wake
 *                          +-------------- ended                |
 *                          +------------------------------------+
 *
 * An event that does not fit (lost events before it, or a damaged file) sets the state it names, and is counted as inconsistent.
 * Durations count only from `since_ns` of the interval asked for.
 */
#ifndef GCTOOL_MODEL_GOROUTINES_H
#define GCTOOL_MODEL_GOROUTINES_H

#include "gctool/model/key_index.h"

#include <stdbool.h>

enum goroutine_state {
    GOROUTINE_UNKNOWN, /* seen first in an event other than its creation */
    GOROUTINE_READY,
    GOROUTINE_RUNNING,
    GOROUTINE_WAITING,
    GOROUTINE_ENDED,
};

struct goroutine {
    uint64_t id, creator;
    uint64_t created_ns, state_since_ns;
    uint64_t run_ns, ready_ns, wait_ns;
    uint64_t wait_object; /* the address waited for, 0 unknown; while waiting */
    uint32_t wait;        /* index into waits; while waiting */
    uint32_t group;
    uint8_t state; /* enum goroutine_state */
    uint8_t wait_reason;
};

struct goroutine_group {
    uint64_t function; /* address */
    uint32_t context;  /* the stack that created them */
    uint64_t created, ended;
    uint64_t run_ns, ready_ns, wait_ns; /* of those that ended */
};

struct goroutine_wait {
    uint32_t group, context;
    uint8_t reason;
    uint64_t count, total_ns, longest_ns; /* finished waits */
    uint64_t now;                         /* goroutines that wait so now */
};

struct goroutines {
    struct goroutine *items; /* places of ended goroutines are used again: free_list */
    size_t count, capacity;
    uint32_t *free_list;
    size_t free_count, free_capacity;
    struct key_index by_id;

    struct goroutine_group *groups;
    size_t group_count, group_capacity;
    struct key_index by_group;

    struct goroutine_wait *waits;
    size_t wait_count, wait_capacity;
    struct key_index by_wait;

    uint64_t since_ns; /* durations before it do not count */
    uint64_t created, ended, inconsistent;
};

[[nodiscard]] int goroutines_create(struct goroutines *all, uint64_t id, uint64_t creator, uint32_t context,
                                    uint64_t function, uint64_t now_ns);
[[nodiscard]] int goroutines_run(struct goroutines *all, uint64_t id, uint64_t now_ns);
[[nodiscard]] int goroutines_block(struct goroutines *all, uint64_t id, uint8_t reason, uint64_t object,
                                   uint32_t context, uint64_t now_ns);
[[nodiscard]] int goroutines_wake(struct goroutines *all, uint64_t id, uint64_t now_ns);
[[nodiscard]] int goroutines_yield(struct goroutines *all, uint64_t id, uint64_t now_ns);
[[nodiscard]] int goroutines_end(struct goroutines *all, uint64_t id, uint64_t now_ns);

/* Brings the durations of live goroutines, and those of waits that go on, up to `now_ns`: once, at the end of the trace. */
void goroutines_finish(struct goroutines *all, uint64_t now_ns);

/* A live goroutine, or NULL. */
const struct goroutine *goroutines_find(const struct goroutines *all, uint64_t id);

void goroutines_free(struct goroutines *all);

#endif
