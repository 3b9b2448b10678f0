/* cycles.h: what the collector did, and how long the world stood.
 *
 *     STOP_BEGIN            STOP_DONE            STOP_END
 *         |--- stopping ---------|----- stopped ------|
 *         |------------------- pause -----------------|        what a program feels at most
 *
 * One thread stops the world at a time, so the three come in order; a part that is missing (lost events, a cut file) makes no pause and
 * is counted as inconsistent.
 * A cycle begins with the first event that carries its number, and its deaths are those reported before the next one begins.
 */
#ifndef GCTOOL_MODEL_CYCLES_H
#define GCTOOL_MODEL_CYCLES_H

#include "gctool/model/histogram.h"

#include <stdbool.h>
#include <stddef.h>

struct cycle {
    uint64_t number;
    uint64_t begin_ns;
    bool complete; /* its CYCLE event was seen: the fields from `cause` to `root_bytes` say something */
    uint8_t cause;
    uint64_t marked_objects, marked_bytes, heap_before_bytes, goal_bytes, root_bytes;
    uint64_t dead_objects, dead_bytes;
    uint64_t pause_ns; /* of the stops that ended within it */
};

enum { STOP_REASONS_MAX = 256 };

struct pauses {
    struct histogram pause_ns, stopping_ns, stopped_ns;
    uint64_t longest_at_ns;
};

struct phase_time {
    uint64_t count, total_ns;
};

struct cycles {
    struct cycle *items;
    size_t count, capacity;
    struct pauses *pauses[STOP_REASONS_MAX]; /* by stop reason, made when used */
    struct phase_time phases[256];
    uint64_t stop_begin_ns, stop_done_ns;
    uint64_t phase_since_ns;
    uint8_t stop_reason, phase, stop_state; /* 0 none, 1 begun, 2 done */
    bool in_phase;
    uint64_t since_ns; /* what began before it is not counted */
    uint64_t inconsistent;
};

/* The cycle that goes on; 0 before the first. */
static inline uint64_t cycles_number(const struct cycles *cycles)
{
    return cycles->count ? cycles->items[cycles->count - 1].number : 0;
}

/* When the cycle that goes on and the one before it began; 0 when the recording knows of none. */
void cycles_begin_times(const struct cycles *cycles, uint64_t *ret_before_ns, uint64_t *ret_now_ns);

[[nodiscard]] int cycles_phase(struct cycles *cycles, uint64_t number, uint8_t phase, uint64_t now_ns);
[[nodiscard]] int cycles_complete(struct cycles *cycles, const struct cycle *cycle, uint64_t now_ns);
void cycles_stop_begin(struct cycles *cycles, uint8_t reason, uint64_t now_ns);
void cycles_stop_done(struct cycles *cycles, uint8_t reason, uint64_t now_ns);
[[nodiscard]] int cycles_stop_end(struct cycles *cycles, uint8_t reason, uint64_t now_ns);

void cycles_free(struct cycles *cycles);

#endif
