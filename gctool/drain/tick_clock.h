/* tick_clock.h: from the ticks of the rings' clock to nanoseconds since the recording began.
 *
 * Both clocks are read together once a pass; ticks between two readings lie on the straight line between them. So no rate is ever assumed,
 * and the corrections that the kernel makes to its clock are followed.
 */
#ifndef GCTOOL_DRAIN_TICK_CLOCK_H
#define GCTOOL_DRAIN_TICK_CLOCK_H

#include <stdint.h>

#include "tracer/format/rings.h"

struct tick_reading {
    uint64_t ticks, ns; /* since the recording began */
};

struct tick_clock {
    uint32_t clock; /* enum rings_clock */
    uint64_t start_ticks, start_ns;
    struct tick_reading last, now;
};

void tick_clock_start(struct tick_clock *clock, const struct rings_header *header);

/* Reads both clocks anew. Nothing that follows in the program happens before. */
void tick_clock_read(struct tick_clock *clock);

/* For ticks from the reading before the last to the last one; later ones are the last one's. Never decreases with growing ticks. */
uint64_t tick_clock_ns(const struct tick_clock *clock, uint64_t ticks);

#endif
