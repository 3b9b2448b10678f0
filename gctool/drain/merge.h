/* merge.h: many rings into one stream in which a cause comes before its effect.
 *
 * A ring is a row of segments, each opened by a TIME word. A recorder opens one before every event that can follow from what another worker did
 * (tracer/record/observer.c), with a clock that all processors share. So where event a in one ring is a cause of event b in another,
 * a is acknowledged before the TIME of b's segment is read:
 *
 *     ring A   |TIME 5| . . a . .                          time(segment of a) <= moment of a < time(segment of b)
 *     ring B         |TIME 2| . . .  |TIME 9| b .
 *
 * and whole segments in the order of their times are causally ordered. The stream is made in passes. A pass reads the clock, the cut, and then
 * how far each ring is written. It takes every segment whose time is before the cut; for these all causes are among the words it has seen. What
 * a later pass finds appended to a segment that was taken already was written after the cut before, and gets that as its time: nothing taken
 * earlier can follow from it. docs/design/drainer.md argues it in full.
 *
 * Invariant M1: times given to the sink never decrease, over all rings and passes.
 * Invariant M2: the words of one ring are given in their order, each once.
 */
#ifndef GCTOOL_DRAIN_MERGE_H
#define GCTOOL_DRAIN_MERGE_H

#include <stddef.h>
#include <stdint.h>

#include "tracer/format/rings.h"

struct merge_ring {
    const uint64_t *words;     /* mapped twice, as in ring_memory.h */
    uint64_t taken, published; /* positions: before the former all is given, before the latter all may be read */
};

struct merge {
    struct merge_ring rings[RINGS_COUNT_MAX];
    uint32_t ring_count;
    uint64_t mask;        /* of a position */
    uint64_t floor_ticks; /* the cut of the pass before */
};

struct merge_sink {
    /* `count` words of whole events, without TIME; maybe none. `until` is the ring's position behind them. */
    void (*segment)(void *argument, uint32_t ring, uint64_t ticks, const uint64_t *words, size_t count, uint64_t until);
    /* A MODULE, GO_CREATE, LOST, COST or RUN_END, before its segment is given. Its payload may be read. */
    void (*note)(void *argument, const uint64_t *event);
};

/* Gives everything whose time is before the cut. The caller has read the cut before it set `published`. UINT64_MAX: all there is.
 * Words that are no events do no harm: an unknown kind counts as one word, an event that leaves what is published ends with it. */
void merge_pass(struct merge *merge, uint64_t cut_ticks, const struct merge_sink *sink, void *argument);

#endif
