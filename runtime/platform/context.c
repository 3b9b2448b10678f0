#include "platform/context.h"

#include <stddef.h>
#include <string.h>

struct saved_context {
    uint32_t mxcsr;
    uint16_t x87_control;
    uint16_t unused;
    uintptr_t r15, r14, r13, r12, rbx, rbp, rip;
    uintptr_t end; /* keeps the stack pointer aligned to 16 in context_bottom() */
};

_Static_assert(offsetof(struct saved_context, rbp) == CONTEXT_RBP_OFFSET, "drawn in context.h");
_Static_assert(offsetof(struct saved_context, rip) == CONTEXT_RIP_OFFSET, "drawn in context.h");
_Static_assert(sizeof(struct saved_context) == 72, "drawn in context.h");

/* Both control words as the ABI wants them at process start: round to nearest, all exceptions masked, x87 in extended precision. */
enum { MXCSR_DEFAULT = 0x1f80, X87_CONTROL_DEFAULT = 0x37f };

void *context_make(uintptr_t stack_high, void (*function)(void *arg), void *arg)
{
    /* After the `ret` into context_bottom() the stack pointer is at `end`, which is to be a multiple of 16. */
    struct saved_context *context = (struct saved_context *)(stack_high - 16 - offsetof(struct saved_context, end));
    memset(context, 0, sizeof *context);
    context->mxcsr = MXCSR_DEFAULT;
    context->x87_control = X87_CONTROL_DEFAULT;
    context->r12 = (uintptr_t)arg;
    context->r13 = (uintptr_t)function;
    context->rip = (uintptr_t)context_bottom;
    return context;
}
