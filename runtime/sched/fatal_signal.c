#include "sched/fatal_signal.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "observe/observe.h"
#include "platform/context.h"
#include "platform/fatal.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "platform/signal_stack.h"
#include "platform/text.h"
#include "sched/goroutine.h"
#include "sched/stack.h"

enum { REPORT_STACK_BYTES = 256 * 1024 };

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
enum { SIGNAL_COUNT = sizeof fatal_signals / sizeof fatal_signals[0] };
static struct sigaction previous_actions[SIGNAL_COUNT];

static pid_t program; /* a child that it forked reports nothing: its threads are not there */

static struct {
    uintptr_t high;       /* of the report stack */
    stack_t second_stack; /* the alternate stack while reporting */
    _Atomic pid_t owner;  /* thread that reports; 0: none. Relaxed: each thread only asks whether it is itself */
    struct observe_crash crash;
    void *handler_context, *report_context; /* stack pointers, saved by context_switch() */
} reporting;

/* ---- running over a stack ---- */

static bool is_in_guard(const struct goroutine *goroutine, uintptr_t address)
{
    return address < goroutine->stack_low && address >= goroutine->stack_low - STACK_GUARD_BYTES;
}

static void say_overflow(const struct goroutine *goroutine, struct text *text)
{
    text_add(text, "fatal error: stack overflow in goroutine ");
    text_add_decimal(text, goroutine->id);
    if (goroutine->name != NULL) {
        text_add(text, " ");
        text_add(text, goroutine->name);
    }
    text_add(text, " (");
    text_add(text, goroutine->site != NULL ? goroutine->site : "main");
    text_add(text, "): its stack has ");
    text_add_decimal(text, (goroutine->stack_high - goroutine->stack_low) / 1024);
    text_add(text, " KiB; gcrt_go_with can ask for more");
    text_add_end(text);
    struct text line = *text;
    text_add(&line, "\n");
    text_write(&line);
}

/* ---- the report ---- */

static void run_report(void *)
{
    sigset_t set;
    sigemptyset(&set);
    for (unsigned i = 0; i < SIGNAL_COUNT; i++)
        sigaddset(&set, fatal_signals[i]);
    sigaltstack(&reporting.second_stack, NULL); /* allowed, since this is not the stack that is replaced */
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    gcrt_reporter->report(&reporting.crash);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    context_switch(&reporting.report_context, reporting.handler_context);
}

/* Of several threads one reports; the others wait for the end. The sanitizers are not told of the switch: nothing returns through it but here. */
static void report(const struct observe_crash *crash)
{
    pid_t nobody = 0;
    if (!atomic_compare_exchange_strong_explicit(&reporting.owner, &nobody, gettid(), memory_order_relaxed,
                                                 memory_order_relaxed))
        for (;;)
            pause();
    reporting.crash = *crash;
    context_switch(&reporting.handler_context, context_make(reporting.high, run_report, NULL));
}

/* ---- the handler ---- */

/* A fault repeats itself when the handler returns. A signal that was sent does not: it is sent again as it was, and waits, blocked, until then. */
static void leave_to(const struct sigaction *action, int signal_number, siginfo_t *info)
{
    sigaction(signal_number, action, NULL);
    if (info->si_code <= 0 && syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), signal_number, info) < 0)
        syscall(SYS_tgkill, getpid(), gettid(),
                signal_number); /* the kernel lets the first thread alone keep the sender */
}

static const struct sigaction *previous_action(int signal_number)
{
    unsigned i = 0;
    while (fatal_signals[i] != signal_number)
        i++;
    return &previous_actions[i];
}

static void handle(int signal_number, siginfo_t *info, void *context)
{
    static const struct sigaction fatal = {.sa_handler = SIG_DFL};
    if (atomic_load_explicit(&reporting.owner, memory_order_relaxed) == gettid()) {
        gcrt_reporter->fault(signal_number);
        sigaction(signal_number, &fatal, NULL);
        return;
    }
    const struct goroutine *goroutine = goroutine_current();
    bool is_overflow = signal_number == SIGSEGV && info->si_code > 0 && goroutine != NULL &&
                       is_in_guard(goroutine, (uintptr_t)info->si_addr);
    const struct sigaction *previous = previous_action(signal_number);
    if (!is_overflow && (previous->sa_flags & SA_SIGINFO || previous->sa_handler != SIG_DFL)) {
        leave_to(previous, signal_number, info);
        return;
    }
    struct text overflow = {0};
    if (is_overflow)
        say_overflow(goroutine, &overflow);
    if (gcrt_reporter != NULL && getpid() == program) {
        const struct fatal_reason *reason = signal_number == SIGABRT ? fatal_reason_own() : NULL;
        struct observe_crash crash = {.signal = info, .context = context};
        if (is_overflow)
            crash.verdict = overflow.bytes;
        if (reason != NULL) {
            crash.verdict = reason->verdict;
            crash.frame = reason->frame;
            crash.evidence = reason->evidence;
        }
        report(&crash);
    }
    leave_to(&fatal, signal_number, info);
}

static void make_stacks(void)
{
    char *memory = pages_map(PAGE_BYTES + REPORT_STACK_BYTES);
    if (memory == NULL || !signal_stack_map(&reporting.second_stack))
        fatal_exit("out of memory: no stack for crash reports");
    if (!pages_guard(memory, PAGE_BYTES))
        log_message(GCRT_LOG_INFO, "the report stack has no guard");
    /* When it is needed there may be no memory; a kernel that does not know how to fill it has it filled then. */
    madvise(memory + PAGE_BYTES, REPORT_STACK_BYTES, MADV_POPULATE_WRITE);
    reporting.high = (uintptr_t)memory + PAGE_BYTES + REPORT_STACK_BYTES;
}

void fatal_handlers_install(void)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    program = getpid();
    make_stacks();
    sigfillset(&action.sa_mask);
    for (unsigned i = 0; i < SIGNAL_COUNT; i++)
        sigaction(fatal_signals[i], &action, &previous_actions[i]);
}
