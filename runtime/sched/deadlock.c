#include "sched/deadlock.h"

#include <stdint.h>

#include "observe/observe.h"
#include "platform/text.h"
#include "sched/backtrace.h"
#include "sched/goroutine.h"
#include "sched/netpoll_wait.h"
#include "sched/scheduler.h"
#include "sched/timer.h"

enum { GOROUTINES_SHOWN = 100, DEADLOCK_STATUS = 2 };

static void print_goroutine(const struct goroutine *goroutine)
{
    struct text text = {0};
    text_add(&text, "\ngoroutine ");
    text_add_decimal(&text, goroutine->id);
    text_add(&text, " [");
    /* Relaxed: nothing runs. */
    text_add(&text, wait_reason_name(atomic_load_explicit(&goroutine->wait_reason, memory_order_relaxed)));
    text_add(&text, "]");
    backtrace_add_identity(&text, goroutine);
    text_add(&text, "\n");
    text_write(&text);
    backtrace_write_parked(goroutine);
}

static bool is_waiting(const struct goroutine *goroutine)
{
    return atomic_load_explicit(&goroutine->status, memory_order_relaxed) == GOROUTINE_WAITING;
}

/* The main goroutine first, then the others, the newest record before the older ones. */
static void print_goroutines(void)
{
    unsigned long shown = 0, left_out = 0;
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        if (is_waiting(it) && it->is_main)
            print_goroutine(it);
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next) {
        if (!is_waiting(it) || it->is_main)
            continue;
        if (shown++ < GOROUTINES_SHOWN)
            print_goroutine(it);
        else
            left_out++;
    }
    if (left_out == 0)
        return;
    struct text text = {0};
    text_add(&text, "\n... and ");
    text_add_decimal(&text, left_out);
    text_add(&text, " more\n");
    text_write(&text);
}

static bool anybody_waits(void)
{
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        if (is_waiting(it))
            return true;
    return false;
}

void deadlock_check(void)
{
    static bool has_reported; /* the threads do not end with the run, and a late wake-up lets them come here again */
    if (has_reported || timers_next_ns() != INT64_MAX || netpoll_waiter_count() != 0)
        return;
    has_reported = true;
    struct text text = {0};
    text_add(&text, anybody_waits() ? "fatal error: all goroutines are asleep - deadlock!\n"
                                    : "fatal error: no goroutines are left, since the main one called gcrt_goexit\n");
    text_write(&text);
    print_goroutines();
    if (gcrt_observer != NULL) /* all workers are idle, so nobody else writes for worker 0 */
        gcrt_observer->run_end(0, DEADLOCK_STATUS, false);
    scheduler_finish(DEADLOCK_STATUS, true);
}
