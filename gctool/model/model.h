/* model.h: what is known about a recorded program, built from its events in one pass.
 *
 * Memory: a cell for each slot of a span that exists, a record for each site, live goroutine, wait and cycle. Nothing grows with the number
 * of objects or goroutines that came and went.
 *
 * Trust: events may come from a damaged file. An event that contradicts what came before is counted in `anomalies` by what is wrong with it,
 * changes as little as it can, and never makes the model inconsistent with itself: model_check().
 *
 * An interval (since, until] of time can be asked for: counted is what happened in it, alive is what was born in it and not known dead
 * at its end. Everything is tracked from the start in any case, or identities would be lost.
 */
#ifndef GCTOOL_MODEL_MODEL_H
#define GCTOOL_MODEL_MODEL_H

#include "gctool/model/cycles.h"
#include "gctool/model/goroutines.h"
#include "gctool/model/growth.h"
#include "gctool/model/names.h"
#include "gctool/model/sites.h"
#include "gctool/model/spans.h"
#include "gctool/model/stacks.h"
#include "tracer/format/trace_reader.h"

#include <stdbool.h>

/*  X(name, what a person is told) */
#define MODEL_ANOMALIES(X)                                                            \
    X(birth_on_live_slot, "births on a slot that was alive")                          \
    X(birth_outside_span, "births in a span that does not exist or has no such slot") \
    X(span_over_span, "spans cut where one still existed")                            \
    X(death_of_free_slot, "deaths of slots that were not alive")                      \
    X(death_outside_span, "deaths in a span that does not exist or has no such slot") \
    X(stale_incarnation, "events for a span that was replaced since")                 \
    X(malformed, "events whose fields make no sense")                                 \
    X(time_backwards, "events earlier than the one before")                           \
    X(goroutine_state, "goroutine events that do not follow from its last")           \
    X(cycle_order, "collector events out of order")

struct model_anomalies {
#define X(name, text) uint64_t name;
    MODEL_ANOMALIES(X)
#undef X
};

/* Between these two moments `events` events of one worker were dropped, because nobody drained its ring. */
struct model_lost {
    uint32_t worker;
    uint64_t from_ns, to_ns, events;
};

enum { MODEL_WORKERS_MAX = 256 };

struct model_worker {
    bool seen;
    uint64_t last_ns, events;
};

struct model {
    uint64_t since_ns, until_ns; /* the interval asked for */

    uint64_t later_events; /* of kinds that this version does not know: a later one wrote them */

    struct sites sites;
    struct growth growth; /* of the sites, over the whole recording */
    struct spans spans;
    struct goroutines goroutines;
    struct cycles cycles;
    struct names names;
    struct stacks stacks;
    struct model_anomalies anomalies;
    struct model_worker workers[MODEL_WORKERS_MAX];

    struct trace_completeness file; /* what the reader says of the file; set by model_load() */
    struct model_lost *lost;
    size_t lost_count, lost_capacity;
    uint64_t lost_events;

    uint64_t event_count, kind_counts[1 << EVENT_KIND_BITS];
    uint64_t first_ns, last_ns; /* of the events seen */
    bool past_until;            /* the recording goes on after the interval */
    uint64_t alive_bytes, peak_bytes, peak_ns, alive_objects;
    uint64_t span_count, span_count_peak; /* spans that exist */

    bool ended;       /* an orderly end was recorded */
    bool ended_swept; /* after a last full collection: what is alive is exact */
    uint64_t exit_status, recorded_events;
    uint64_t cost_births, cost_ns; /* the recorder's own sample */
};

/* since_ns 0 and until_ns UINT64_MAX: everything. NULL when out of memory. */
struct model *model_new(uint64_t since_ns, uint64_t until_ns);

/* Takes one event. 0 or -ENOMEM. */
[[nodiscard]] int model_apply(struct model *model, const struct trace_event *event);

/* After the last event: durations of what still goes on, the age of what is alive. Once. */
void model_finish(struct model *model);

/* Whether the model agrees with itself: S1 born == dead + alive at each site; S2 alive at all sites == occupied slots. */
bool model_check(const struct model *model);

/* Sum of all anomalies. */
uint64_t model_anomaly_count(const struct model *model);

void model_free(struct model *model);

#endif
