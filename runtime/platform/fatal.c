#include "platform/fatal.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/text.h"

static struct fatal_reason reason;
static _Atomic pid_t reason_owner; /* 0: nobody. Relaxed: who reads the reason is who wrote it */

void fatal_end(const char *verdict, const void *frame, fatal_evidence *evidence)
{
    struct text text = {0};
    text_add(&text, verdict);
    text_add(&text, "\n");
    text_write(&text);
    pid_t nobody = 0;
    if (atomic_compare_exchange_strong_explicit(&reason_owner, &nobody, gettid(), memory_order_relaxed,
                                                memory_order_relaxed)) {
        snprintf(reason.verdict, sizeof reason.verdict, "%s", verdict);
        reason.frame = frame;
        reason.evidence = evidence;
    }
    abort();
}

const struct fatal_reason *fatal_reason_own(void)
{
    return atomic_load_explicit(&reason_owner, memory_order_relaxed) == gettid() ? &reason : NULL;
}
