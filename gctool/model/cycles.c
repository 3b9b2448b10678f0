/* See cycles.h. */
#include "gctool/model/cycles.h"

#include "base/array.h"
#include "gctool/model/key_index.h"

#include <errno.h>
#include <stdlib.h>

/* The item of cycle `number`: the last one, or a new one when the number is higher. An older number is the last one's too: numbers only
 * grow, so it can only come from a damaged file. */
static int begin_cycle(struct cycles *cycles, uint64_t number, uint64_t now_ns, struct cycle **ret_cycle)
{
    if (cycles->count > 0 && number <= cycles_number(cycles)) {
        if (number < cycles_number(cycles))
            cycles->inconsistent++;
        *ret_cycle = &cycles->items[cycles->count - 1];
        return 0;
    }
    int error = array_reserve(&cycles->items, &cycles->capacity, cycles->count + 1, sizeof *cycles->items);
    if (error < 0)
        return error;
    *ret_cycle = &cycles->items[cycles->count++];
    **ret_cycle = (struct cycle){.number = number, .begin_ns = now_ns};
    return 0;
}

void cycles_begin_times(const struct cycles *cycles, uint64_t *ret_before_ns, uint64_t *ret_now_ns)
{
    *ret_before_ns = cycles->count > 1 ? cycles->items[cycles->count - 2].begin_ns : 0;
    *ret_now_ns = cycles->count > 0 ? cycles->items[cycles->count - 1].begin_ns : 0;
}

int cycles_phase(struct cycles *cycles, uint64_t number, uint8_t phase, uint64_t now_ns)
{
    struct cycle *cycle;
    int error = begin_cycle(cycles, number, now_ns, &cycle);
    if (error < 0)
        return error;
    if (cycles->in_phase && cycles->phase_since_ns >= cycles->since_ns && now_ns >= cycles->phase_since_ns) {
        cycles->phases[cycles->phase].count++;
        cycles->phases[cycles->phase].total_ns += now_ns - cycles->phase_since_ns;
    }
    cycles->in_phase = true;
    cycles->phase = phase;
    cycles->phase_since_ns = now_ns;
    return 0;
}

int cycles_complete(struct cycles *cycles, const struct cycle *seen, uint64_t now_ns)
{
    struct cycle *cycle;
    int error = begin_cycle(cycles, seen->number, now_ns, &cycle);
    if (error < 0)
        return error;
    if (cycle->complete || cycle->number != seen->number) {
        cycles->inconsistent++;
        return 0;
    }
    cycle->complete = true;
    cycle->cause = seen->cause;
    cycle->marked_objects = seen->marked_objects;
    cycle->marked_bytes = seen->marked_bytes;
    cycle->heap_before_bytes = seen->heap_before_bytes;
    cycle->goal_bytes = seen->goal_bytes;
    cycle->root_bytes = seen->root_bytes;
    return 0;
}

void cycles_stop_begin(struct cycles *cycles, uint8_t reason, uint64_t now_ns)
{
    if (cycles->stop_state != 0)
        cycles->inconsistent++;
    cycles->stop_state = 1;
    cycles->stop_reason = reason;
    cycles->stop_begin_ns = now_ns;
}

void cycles_stop_done(struct cycles *cycles, uint8_t reason, uint64_t now_ns)
{
    if (cycles->stop_state != 1 || cycles->stop_reason != reason || now_ns < cycles->stop_begin_ns) {
        cycles->inconsistent++;
        cycles->stop_state = 0;
        return;
    }
    cycles->stop_state = 2;
    cycles->stop_done_ns = now_ns;
}

int cycles_stop_end(struct cycles *cycles, uint8_t reason, uint64_t now_ns)
{
    bool whole = cycles->stop_state == 2 && cycles->stop_reason == reason && now_ns >= cycles->stop_done_ns;
    cycles->stop_state = 0;
    if (!whole) {
        cycles->inconsistent++;
        return 0;
    }
    if (cycles->stop_begin_ns < cycles->since_ns)
        return 0;
    if (!cycles->pauses[reason])
        cycles->pauses[reason] = calloc(1, sizeof *cycles->pauses[reason]);
    struct pauses *pauses = cycles->pauses[reason];
    if (!pauses)
        return -ENOMEM;
    uint64_t pause_ns = now_ns - cycles->stop_begin_ns;
    if (pauses->pause_ns.count == 0 || pause_ns > pauses->pause_ns.longest)
        pauses->longest_at_ns = cycles->stop_begin_ns;
    histogram_add(&pauses->pause_ns, pause_ns);
    histogram_add(&pauses->stopping_ns, cycles->stop_done_ns - cycles->stop_begin_ns);
    histogram_add(&pauses->stopped_ns, now_ns - cycles->stop_done_ns);
    if (cycles->count > 0)
        cycles->items[cycles->count - 1].pause_ns += pause_ns;
    return 0;
}

void cycles_free(struct cycles *cycles)
{
    for (size_t reason = 0; reason < STOP_REASONS_MAX; reason++)
        free(cycles->pauses[reason]);
    free(cycles->items);
    *cycles = (struct cycles){0};
}
