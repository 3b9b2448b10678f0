#include "gctool/analyze/reach.h"

#include <errno.h>
#include <stdlib.h>

int reach_start(struct reach *reach, const struct snapshot *snapshot)
{
    *reach = (struct reach){.snapshot = snapshot, .wave = 1};
    reach->steps = calloc(snapshot->object_count + 1, sizeof *reach->steps);
    reach->queue = calloc(snapshot->object_count + 1, sizeof *reach->queue);
    if (reach->steps != NULL && reach->queue != NULL)
        return 0;
    reach_end(reach);
    return -ENOMEM;
}

void reach_next_wave(struct reach *reach)
{
    reach->wave++;
}

static void take(struct reach *reach, uint32_t object, uint32_t from, uint64_t via)
{
    if (reach->steps[object].wave != 0)
        return;
    reach->steps[object] = (struct reach_step){reach->wave, from, via};
    reach->queue[reach->filled++] = object;
}

void reach_add_root(struct reach *reach, size_t root)
{
    take(reach, reach->snapshot->roots[root].target, SNAPSHOT_NONE, root);
}

void reach_add_object(struct reach *reach, uint32_t object)
{
    take(reach, object, SNAPSHOT_NONE, UINT64_MAX);
}

void reach_run(struct reach *reach, void (*each)(struct reach *reach, uint32_t object, void *argument), void *argument)
{
    const struct snapshot *snapshot = reach->snapshot;
    while (reach->taken < reach->filled) {
        uint32_t object = reach->queue[reach->taken++];
        for (uint64_t edge = snapshot->edge_begin[object]; edge < snapshot->edge_begin[object + 1]; edge++)
            if (snapshot->edges[edge].kind != HEAP_EDGE_WEAK)
                take(reach, snapshot->edges[edge].target, object, edge);
        if (each != NULL)
            each(reach, object, argument);
    }
}

void reach_end(struct reach *reach)
{
    free(reach->steps);
    free(reach->queue);
    *reach = (struct reach){0};
}

const uint8_t reach_root_order[] = {HEAP_ROOT_DATA,   HEAP_ROOT_ADDED, HEAP_ROOT_TIMER,   HEAP_ROOT_RECORD,
                                    HEAP_ROOT_THREAD, HEAP_ROOT_STACK, HEAP_ROOT_REGISTER};

int reach_from_roots(struct reach *reach, const struct snapshot *snapshot)
{
    int error = reach_start(reach, snapshot);
    if (error < 0)
        return error;
    for (size_t at = 0; at < REACH_ROOT_KINDS; at++)
        for (size_t root = 0; root < snapshot->root_count; root++)
            if (snapshot->roots[root].kind == reach_root_order[at])
                reach_add_root(reach, root);
    reach_run(reach, NULL, NULL);
    return 0;
}
