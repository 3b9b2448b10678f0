#include "platform/signal_stack.h"

#include <stddef.h>
#include <sys/auxv.h>

#include "platform/log.h"
#include "platform/pages.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum { HANDLER_BYTES = 64 * 1024 };

bool signal_stack_map(stack_t *ret_stack)
{
    /* A frame holds all vector registers, whose size the kernel tells; two of them, since a fault may meet a handler. */
    size_t frame_bytes = (size_t)getauxval(AT_MINSIGSTKSZ);
    size_t bytes = (HANDLER_BYTES + 2 * frame_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    char *memory = pages_map(PAGE_BYTES + bytes);
    if (memory == NULL)
        return false;
    if (!pages_guard(memory, PAGE_BYTES))
        log_message(GCRT_LOG_INFO, "a signal stack has no guard");
    *ret_stack = (stack_t){.ss_sp = memory + PAGE_BYTES, .ss_size = bytes};
    return true;
}

bool signal_stack_install(uintptr_t *ret_low, uintptr_t *ret_high)
{
    stack_t stack;
    if (!signal_stack_map(&stack) || sigaltstack(&stack, NULL) < 0)
        return false;
    *ret_low = (uintptr_t)stack.ss_sp;
    *ret_high = *ret_low + stack.ss_size;
    return true;
}
