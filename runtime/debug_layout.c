/* The layout table, filled in by the compiler. Like run.c, this file knows all parts. */
#include <stddef.h>

#include "collector/collector.h"
#include "collector/root_table.h"
#include "collector/roots.h"
#include "heap/cache.h"
#include "heap/heap.h"
#include "heap/kind.h"
#include "heap/span.h"
#include "heap/sweep.h"
#include "layout_table.h"
#include "platform/context.h"
#include "platform/pages.h"
#include "sched/goroutine.h"
#include "sched/runtime_call.h"
#include "sched/scheduler.h"
#include "sched/timer.h"
#include "sched/worker.h"
#include "sync/parking_lot.h"
#include "sync/selection.h"

_Static_assert((int)GOROUTINE_DEAD + 1 == (int)LAYOUT_STATUS_COUNT, "every status has a name");
_Static_assert((int)WAIT_REASON_COUNT <= (int)LAYOUT_REASON_COUNT_MAX, "every reason has a name");

/* Its address is in a note (note.S), so it needs no symbol. */
extern const struct gcrt_debug_layout gcrt_debug_layout;
const struct gcrt_debug_layout gcrt_debug_layout = {
    .magic = LAYOUT_MAGIC,
    .version = LAYOUT_VERSION,
    .bytes = sizeof(struct gcrt_debug_layout),
#define X(name, variable) [LAYOUT_AT_##name] = &(variable),
    .globals = {GCRT_LAYOUT_GLOBALS(X)},
#undef X
#define F(name, type, field) [LAYOUT_##name] = (uint32_t)offsetof(type, field),
#define S(name, type)        [LAYOUT_##name##_BYTES] = (uint32_t)sizeof(type),
#define V(name, value)       [LAYOUT_##name] = (uint32_t)(value),
    .numbers = {GCRT_LAYOUT_NUMBERS(F, S, V)},
#undef F
#undef S
#undef V
    .statuses =
        {
            [GOROUTINE_IDLE] = {LAYOUT_ENDED, "idle"},
            [GOROUTINE_RUNNABLE] = {0, "runnable"},
            [GOROUTINE_RUNNING] = {0, "running"},
            [GOROUTINE_SYSCALL] = {0, "syscall"},
            [GOROUTINE_WAITING] = {LAYOUT_WAITING, "waiting"},
            [GOROUTINE_DEAD] = {LAYOUT_ENDED, "dead"},
        },
#define X(name, text, can_leak) [WAIT_##name] = {(can_leak) ? LAYOUT_MAY_LEAK : 0, text},
    .reasons = {GCRT_WAIT_REASONS(X)},
#undef X
};
