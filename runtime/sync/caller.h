/* caller.h: the beginning of a call that only goroutines may make; runtime_leave() ends it. */
#ifndef RUNTIME_SYNC_CALLER_H
#define RUNTIME_SYNC_CALLER_H

#include <gcrt/run.h>

#include "sched/goroutine.h"
#include "sched/runtime_call.h"

/* runtime_enter(). A thread that is no goroutine: panics with the name of the `call`. */
static inline void caller_enter(const char *call)
{
    if (__builtin_expect(goroutine_current() == NULL, 0))
        gcrt_panic("%s called outside of goroutines", call);
    runtime_enter();
}

#endif
