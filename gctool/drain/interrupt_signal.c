/* See interrupt_signal.h. What follows runs in handlers, which interrupt this process's only thread anywhere: atomics and kill(2) alone. */
#include "gctool/drain/interrupt_signal.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static const int HANDLED[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE};
enum { HANDLED_COUNT = sizeof HANDLED / sizeof HANDLED[0] };

static struct {
    pid_t program;
    _Atomic uint32_t *wakeup;
    atomic_int count;
    struct sigaction before[HANDLED_COUNT];
} interrupts;

/* Sequentially consistent: rare. Pairs with the drainer's reading after its futex wait. */
static void handle(int number, siginfo_t *info, void *context)
{
    (void)context;
    int saved_errno = errno;
    if (number != SIGCHLD) {
        int before = atomic_fetch_add(&interrupts.count, 1);
        if (before == 0 && info->si_code != SI_KERNEL)
            kill(interrupts.program, number);
    }
    atomic_store(interrupts.wakeup, 1);
    errno = saved_errno;
}

void interrupts_begin(pid_t program, _Atomic uint32_t *wakeup)
{
    interrupts.program = program;
    interrupts.wakeup = wakeup;
    atomic_store(&interrupts.count, 0);
    for (int at = 0; at < HANDLED_COUNT; at++) {
        struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART};
        if (HANDLED[at] == SIGPIPE)
            action = (struct sigaction){.sa_handler = SIG_IGN};
        sigaction(HANDLED[at], NULL, &interrupts.before[at]);
        if (interrupts.before[at].sa_handler != SIG_IGN || HANDLED[at] == SIGCHLD)
            sigaction(HANDLED[at], &action, NULL);
    }
}

int interrupts_count(void)
{
    return atomic_load(&interrupts.count);
}

void interrupts_end(void)
{
    for (int at = 0; at < HANDLED_COUNT; at++)
        sigaction(HANDLED[at], &interrupts.before[at], NULL);
}
