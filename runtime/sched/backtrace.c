#include "sched/backtrace.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "platform/context.h"
#include "platform/text.h"
#include "sched/goroutine.h"

enum { FRAMES_SHOWN = 32 };

void backtrace_add_identity(struct text *text, const struct goroutine *goroutine)
{
    if (goroutine->name != NULL) {
        text_add(text, " ");
        text_add(text, goroutine->name);
    }
    if (goroutine->site != NULL) {
        text_add(text, goroutine->name != NULL ? ", started at " : " started at ");
        text_add(text, goroutine->site);
    }
}

static void write_address(uintptr_t address)
{
    struct text text = {0};
    text_add(&text, "    ");
    Dl_info info;
    if (dladdr((const void *)address, &info) != 0 && info.dli_fname != NULL) {
        const char *slash = strrchr(info.dli_fname, '/');
        text_add(&text, slash != NULL ? slash + 1 : info.dli_fname);
        text_add(&text, "+");
        text_add_hex(&text, address - (uintptr_t)info.dli_fbase);
        if (info.dli_sname != NULL) {
            text_add(&text, " ");
            text_add(&text, info.dli_sname);
        }
    } else {
        text_add_hex(&text, address);
    }
    text_add(&text, "\n");
    text_write(&text);
}

__attribute__((no_sanitize("address"))) void backtrace_write(const void *frame_pointer, uintptr_t low, uintptr_t high)
{
    uintptr_t frame = (uintptr_t)frame_pointer;
    for (unsigned shown = 0; shown < FRAMES_SHOWN; shown++) {
        if (frame < low || frame + 2 * sizeof(uintptr_t) > high || frame % sizeof(uintptr_t) != 0)
            return;
        const uintptr_t *words = (const uintptr_t *)frame; /* the caller's frame pointer, the return address */
        write_address(words[1]);
        if (words[0] <= frame)
            return;
        frame = words[0];
    }
}

void backtrace_write_parked(const struct goroutine *goroutine)
{
    const char *context = goroutine->stack_pointer;
    uintptr_t frame;
    memcpy(&frame, context + CONTEXT_RBP_OFFSET, sizeof frame);
    backtrace_write((const void *)frame, goroutine->stack_low, goroutine->stack_high);
}
