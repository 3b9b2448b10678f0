/* The handler. A thread can stand where it is when all of these hold:
 *
 *   - its depth is 0: it is in no runtime call. Else runtime_leave() polls behind its last step.
 *   - it runs on its goroutine's stack, or a handler of the program on the stack that the runtime has made for handlers.
 *   - its pc lies outside gcrt_text, whose functions poll at their end.
 *   - its pc is not inside a store block (<gcrt/store.h>): from there it is set back to the block's beginning.
 *   - the same for every frame that a signal handler of the program, which is what was interrupted, will return to.
 */
#include "sched/stop_signal.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "platform/errno_access.h"
#include "platform/fibre.h"
#include "platform/store_block.h"
#include "sched/goroutine.h"
#include "sched/monitor.h"
#include "sched/runtime_call.h"
#include "sched/stand.h"
#include "sched/thread.h"

enum { RED_ZONE_BYTES = 128, USER_CODE_SEGMENT = 0x33 };

extern const char gcrt_text_begin[] __asm__("__start_gcrt_text") __attribute__((visibility("hidden")));
extern const char gcrt_text_end[] __asm__("__stop_gcrt_text") __attribute__((visibility("hidden")));

/* Sets the context back to the beginning of its store block, if it is in one. False: it is in a leaf of the runtime. */
static UNSANITIZED bool settle(mcontext_t *context)
{
    uintptr_t test = store_block_test(context);
    if (test != 0)
        context->gregs[REG_RIP] = (greg_t)test;
    uintptr_t pc = (uintptr_t)context->gregs[REG_RIP];
    return pc < (uintptr_t)gcrt_text_begin || pc >= (uintptr_t)gcrt_text_end;
}

/* A handler's frame is, from low to high: the address of the code that returns from it, the ucontext, the siginfo, the vector registers. */
static UNSANITIZED bool is_signal_frame(uintptr_t at, uintptr_t high)
{
    const mcontext_t *context = &((const ucontext_t *)(at + sizeof(uintptr_t)))->uc_mcontext;
    uintptr_t vectors = (uintptr_t)context->fpregs;
    return vectors > at && vectors < high && (context->gregs[REG_CSGSFS] & 0xffff) == USER_CODE_SEGMENT;
}

/* The frames on the stack from *sp to `high`: found by the address of the code that returns from a handler, since no chain leads to them. That
 * code itself has taken the address off the stack already. *sp becomes the stack pointer of the outermost, if there is any. */
static UNSANITIZED bool settle_frames(uintptr_t *sp, uintptr_t high, uintptr_t return_code)
{
    uintptr_t at = (*sp & ~(uintptr_t)7) - sizeof(uintptr_t);
    uintptr_t last = high - sizeof(uintptr_t) - offsetof(ucontext_t, uc_mcontext) - sizeof(mcontext_t);
    for (; at <= last; at += sizeof(uintptr_t)) {
        if (*(const uintptr_t *)at != return_code || !is_signal_frame(at, high))
            continue;
        mcontext_t *context = &((ucontext_t *)(at + sizeof(uintptr_t)))->uc_mcontext;
        if (!settle(context))
            return false;
        *sp = (uintptr_t)context->gregs[REG_RSP];
    }
    return true;
}

static bool is_within(uintptr_t address, uintptr_t low, uintptr_t high)
{
    return address >= low && address < high;
}

/* Whether the thread may stand here; then with the goroutine's stack pointer. */
static UNSANITIZED bool can_stand(const struct thread *thread, ucontext_t *interrupted, uintptr_t *ret_sp)
{
    const struct goroutine *goroutine = thread->current;
    uintptr_t return_code = ((const uintptr_t *)interrupted)[-1]; /* of our own frame */
    uintptr_t sp = (uintptr_t)interrupted->uc_mcontext.gregs[REG_RSP];
    if (!settle(&interrupted->uc_mcontext))
        return false;
    if (is_within(sp, thread->signal_stack_low, thread->signal_stack_high) &&
        !settle_frames(&sp, thread->signal_stack_high, return_code))
        return false;
    *ret_sp = sp;
    return is_within(sp, goroutine->stack_low + RED_ZONE_BYTES, goroutine->stack_high) &&
           settle_frames(&sp, goroutine->stack_high, return_code);
}

/* Lies in gcrt_text, so that there is one in any program; it is never interrupted. */
static GCRT_REGION_TEXT void handle(int, siginfo_t *, void *context)
{
    struct thread *thread = thread_current();
    int saved_errno = errno_read();
    if (!runtime_stop_wanted()) { /* somebody from outside wants to be seen */
        monitor_attend();
        errno_write(saved_errno);
        return;
    }
    uintptr_t sp;
    if (thread != NULL && thread->depth == 0 && thread->current != NULL && can_stand(thread, context, &sp)) {
        thread->current->stack_pointer = (void *)(sp - RED_ZONE_BYTES);
        thread->signal_context = (uintptr_t)context;
        stand_in_place();
        thread->signal_context = 0;
    }
    errno_write(saved_errno);
}

void stop_signal_install(void)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    if (!FIBRE_DELAYS_SIGNALS)
        sigaction(SIGURG, &action, NULL);
}

void stop_signal_unblock(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGURG);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void stop_signal_send(const struct thread *thread)
{
    if (!FIBRE_DELAYS_SIGNALS)
        syscall(SYS_tgkill, getpid(), thread->tid, SIGURG);
}
