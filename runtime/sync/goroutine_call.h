/* goroutine_call.h: the bracket of public calls that only goroutines may make. */
#ifndef RUNTIME_SYNC_GOROUTINE_CALL_H
#define RUNTIME_SYNC_GOROUTINE_CALL_H

#include <gcrt/run.h>

#include "sched/goroutine.h"
#include "sched/runtime_call.h"

/* As runtime_enter(); panics with the name of the call on a thread that runs no goroutine. Ends with runtime_leave(). */
static inline void goroutine_call_enter(const char *call)
{
    if (__builtin_expect(goroutine_current() == NULL, 0))
        gcrt_panic("%s called outside of goroutines", call);
    runtime_enter();
}

#endif
