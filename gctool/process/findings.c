/* See findings.h. */
#include "gctool/process/findings.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void findings_add(struct findings *findings, const char *name, enum finding_state state, const char *format, ...)
{
    assert(findings->count < FINDINGS_MAX);
    struct finding *finding = &findings->items[findings->count++];
    *finding = (struct finding){.name = name, .state = state};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
}

void findings_fix(struct findings *findings, const char *format, ...)
{
    struct finding *finding = &findings->items[findings->count - 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->fix, sizeof finding->fix, format, arguments);
    va_end(arguments);
}

bool findings_any_wrong(const struct findings *findings)
{
    for (size_t at = 0; at < findings->count; at++)
        if (findings->items[at].state == FINDING_WRONG)
            return true;
    return false;
}
