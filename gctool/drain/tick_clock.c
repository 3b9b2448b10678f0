/* See tick_clock.h. */
#include "gctool/drain/tick_clock.h"

#include <x86intrin.h>

void tick_clock_start(struct tick_clock *clock, const struct rings_header *header)
{
    *clock = (struct tick_clock){
        .clock = header->clock, .start_ticks = header->start_ticks, .start_ns = header->start_ns};
}

void tick_clock_read(struct tick_clock *clock)
{
    clock->last = clock->now;
    clock->now.ticks = rings_clock_read(clock->clock) - clock->start_ticks;
    clock->now.ns = rings_clock_read(RINGS_CLOCK_NS) - clock->start_ns;
    _mm_lfence(); /* what the rings say is read later than the clock */
}

uint64_t tick_clock_ns(const struct tick_clock *clock, uint64_t ticks)
{
    const struct tick_reading *last = &clock->last, *now = &clock->now;
    if (ticks <= last->ticks)
        return last->ns;
    if (ticks >= now->ticks)
        return now->ns;
    unsigned __int128 ns = (unsigned __int128)(ticks - last->ticks) * (now->ns - last->ns);
    return last->ns + (uint64_t)(ns / (now->ticks - last->ticks));
}
