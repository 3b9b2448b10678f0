/* gcrt_panic: the program, or the runtime on its behalf, gives up. */
#include <gcrt/run.h>

#include <stdarg.h>
#include <stdio.h>

#include "platform/fatal.h"

void gcrt_panic(const char *format, ...)
{
    static const char prefix[] = "panic: ";
    char verdict[FATAL_VERDICT_BYTES] = "panic: ";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict + sizeof prefix - 1, sizeof verdict - (sizeof prefix - 1), format, arguments);
    va_end(arguments);
    fatal_end(verdict, __builtin_frame_address(0), NULL);
}
