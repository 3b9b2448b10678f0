#include "sched/worker.h"

#include "platform/log.h"

static struct worker workers[WORKER_COUNT_MAX];
static unsigned made_count;

unsigned worker_count(void)
{
    return made_count;
}

struct worker *worker_at(unsigned index)
{
    return &workers[index];
}

void workers_make(unsigned count)
{
    if (made_count != 0)
        fatal_abort("the workers are made twice");
    for (unsigned i = 0; i < count; i++) {
        workers[i].index = i;
        workers[i].timers.next_ns = INT64_MAX;
    }
    made_count = count;
}
