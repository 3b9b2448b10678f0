/* See error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

int error_set(struct error *reterr, int code, const char *format, ...)
{
    if (reterr) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(reterr->message, sizeof reterr->message, format, arguments);
        va_end(arguments);
        reterr->hint[0] = '\0';
        reterr->code = code;
    }
    return code;
}

void error_hint(struct error *reterr, const char *format, ...)
{
    if (!reterr)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reterr->hint, sizeof reterr->hint, format, arguments);
    va_end(arguments);
}
