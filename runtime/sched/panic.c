/* gcrt_panic: the program, or the runtime on its behalf, gives up. */
#include <gcrt/run.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/text.h"
#include "sched/backtrace.h"
#include "sched/goroutine.h"

enum { MESSAGE_BYTES = 900 };

void gcrt_panic(const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);

    struct text text = {0};
    text_add(&text, "panic: ");
    text_add(&text, message);
    text_add(&text, "\n\n");
    text_write(&text);
    const struct goroutine *goroutine = goroutine_current();
    if (goroutine == NULL) {
        text_add(&text, "on a thread without a goroutine\n");
        text_write(&text);
        abort();
    }
    text_add(&text, "goroutine ");
    text_add_decimal(&text, goroutine->id);
    text_add(&text, " [running]");
    backtrace_add_identity(&text, goroutine);
    text_add(&text, "\n");
    text_write(&text);
    backtrace_write(__builtin_frame_address(0), goroutine->stack_low, goroutine->stack_high);
    abort();
}
