/* reach.h: which objects are reached from which roots, and by the shortest way.
 *
 * Breadth first, so the way back from an object is a shortest one; weak edges lead nowhere. Objects are reached in waves: a caller adds roots,
 * lets reach_run() follow them, adds more; who was reached in an earlier wave stays so.
 *
 * Invariant: an object that was reached has a way back: steps[object] names a root, or an edge of an object that was reached before it.
 */
#ifndef GCTOOL_ANALYZE_REACH_H
#define GCTOOL_ANALYZE_REACH_H

#include "gctool/model/snapshot.h"

struct reach_step {
    uint32_t wave; /* from 1; 0: not reached */
    uint32_t from; /* object, or SNAPSHOT_NONE: a root */
    uint64_t via;  /* index of the edge, or of the root */
};

struct reach {
    const struct snapshot *snapshot;
    struct reach_step *steps; /* by object */
    uint32_t *queue;          /* of objects; each is in it once */
    uint32_t taken, filled;
    uint32_t wave;
};

/* 0 or -ENOMEM. The snapshot is borrowed. */
[[nodiscard]] int reach_start(struct reach *reach, const struct snapshot *snapshot);

/* Everything that is reached from now on belongs to the next wave. */
void reach_next_wave(struct reach *reach);

/* What the root points to is reached. */
void reach_add_root(struct reach *reach, size_t root);

/* The object is reached for a reason that is no root word: its way back ends here, with via UINT64_MAX. */
void reach_add_object(struct reach *reach, uint32_t object);

/* Follows edges until nothing new is reached; calls each (NULL: nobody) for every object as it is. `each` may add roots and objects. */
void reach_run(struct reach *reach, void (*each)(struct reach *reach, uint32_t object, void *argument), void *argument);

static inline bool reach_has(const struct reach *reach, uint32_t object)
{
    return reach->steps[object].wave != 0;
}

void reach_end(struct reach *reach);

/* Kinds of roots, in the order in which they are added: of two ways of one length the one from a global is easier to understand than the one from a
 * stack. HEAP_ROOT_UNSCANNED is not among them. */
enum { REACH_ROOT_KINDS = HEAP_ROOT_COUNT - 1 };
extern const uint8_t reach_root_order[REACH_ROOT_KINDS];

/* The usual one: from all roots but those of unscanned memory. */
[[nodiscard]] int reach_from_roots(struct reach *reach, const struct snapshot *snapshot);

#endif
