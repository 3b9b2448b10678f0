#include "sched/worker.h"

#include "platform/log.h"

struct worker workers[WORKER_COUNT_MAX];
unsigned workers_made;

unsigned worker_count(void)
{
    return workers_made;
}

struct worker *worker_at(unsigned index)
{
    return &workers[index];
}

void workers_make(unsigned count)
{
    if (workers_made != 0)
        fatal_abort("the workers are made twice");
    for (unsigned i = 0; i < count; i++) {
        workers[i].index = i;
        workers[i].timers.next_ns = INT64_MAX;
    }
    workers_made = count;
}
