#include "sched/overflow_signal.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/text.h"
#include "sched/goroutine.h"
#include "sched/stack.h"

static struct sigaction previous_action;

static bool is_in_guard(const struct goroutine *goroutine, uintptr_t address)
{
    return address < goroutine->stack_low && address >= goroutine->stack_low - STACK_GUARD_BYTES;
}

static void report(const struct goroutine *goroutine)
{
    struct text text = {0};
    text_add(&text, "fatal error: stack overflow in goroutine ");
    text_add_decimal(&text, goroutine->id);
    if (goroutine->name != NULL) {
        text_add(&text, " ");
        text_add(&text, goroutine->name);
    }
    text_add(&text, " (");
    text_add(&text, goroutine->site != NULL ? goroutine->site : "main");
    text_add(&text, "): its stack has ");
    text_add_decimal(&text, (goroutine->stack_high - goroutine->stack_low) / 1024);
    text_add(&text, " KiB; gcrt_go_with can ask for more\n");
    text_write(&text);
}

/* Returns in any case: a fault repeats itself and meets the action set here. A signal that was sent does not, so it is sent again. */
static void handle(int signal_number, siginfo_t *info, void *)
{
    const struct goroutine *goroutine = goroutine_current();
    bool was_sent = info->si_code <= 0;
    if (!was_sent && goroutine != NULL && is_in_guard(goroutine, (uintptr_t)info->si_addr)) {
        report(goroutine);
        struct sigaction fatal = {.sa_handler = SIG_DFL};
        sigaction(signal_number, &fatal, NULL);
        return;
    }
    sigaction(signal_number, &previous_action, NULL);
    if (was_sent)
        syscall(SYS_tgkill, getpid(), gettid(), signal_number);
}

void overflow_handler_install(void)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &previous_action);
}
