#include "platform/invariant.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

enum { MESSAGE_BYTES = 500 };

enum invariant invariant_fault = INVARIANT_COUNT;

static const struct {
    const char *name, *title, *text, *evidence;
} table[] = {
#define X(name, title, text, fault, evidence) {#name, title, text, evidence},
    INVARIANTS(X)
#undef X
};

/* Written once, by who is about to abort. */
static enum invariant broken;
static fatal_evidence *broken_evidence;

static void show(void (*line)(const char *text))
{
    char text[MESSAGE_BYTES];
    snprintf(text, sizeof text, "%s: %s", table[broken].name, table[broken].text);
    line(text);
    if (broken_evidence == NULL)
        return;
    snprintf(text, sizeof text, "shown: %s", table[broken].evidence);
    line(text);
    broken_evidence(line);
}

void invariant_broken(enum invariant which, fatal_evidence *evidence, const char *format, ...)
{
    char message[MESSAGE_BYTES], verdict[FATAL_VERDICT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    snprintf(verdict, sizeof verdict, "gcrt: fatal error: invariant %s (%s): %s", table[which].name, table[which].title,
             message);
    broken = which;
    broken_evidence = evidence;
    fatal_end(verdict, __builtin_frame_address(0), show);
}
