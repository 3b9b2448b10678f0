/* drain.h: takes the events out of the rings of one recording and writes them, in passes. */
#ifndef GCTOOL_DRAIN_DRAIN_H
#define GCTOOL_DRAIN_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "gctool/drain/merge.h"
#include "gctool/drain/ring_memory.h"
#include "gctool/drain/symbols.h"
#include "gctool/drain/tick_clock.h"

struct trace_writer;

struct drain {
    struct ring_memory *memory;
    struct trace_writer *writer;
    struct symbols *symbols;
    struct merge merge;
    struct tick_clock clock;
    uint64_t contexts_written; /* nodes below are in the file */
    uint64_t lost_told;        /* by LOST events */
    uint64_t cost_births, cost_ns;
    uint64_t words;    /* taken in all */
    bool has_run_end;  /* the program told of its end */
    bool out_of_reach; /* no address space for some ring: it is not read */
};

/* Borrows all three while the drain lives. */
void drain_start(struct drain *drain, struct ring_memory *memory, struct trace_writer *writer, struct symbols *symbols);

/* One pass: contexts first, then every event that is in order. `is_last`: nobody produces any more, so everything is. */
void drain_pass(struct drain *drain, bool is_last);

/* Events that were dropped and that no LOST event in the file tells of. Of the last pass. */
uint64_t drain_lost_untold(const struct drain *drain);

#endif
