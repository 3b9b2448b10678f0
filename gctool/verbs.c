/* See verbs.h. */
#include "gctool/verbs.h"

#include <string.h>

/* Each is defined in commands/NAME.c. */
#define VERBS(X)  \
    X(trace)      \
    X(report)     \
    X(verify)     \
    X(doctor)     \
    X(dump)       \
    X(heap)       \
    X(leaks)      \
    X(goroutines) \
    X(crash)      \
    X(view)       \
    X(help)       \
    X(completion)

#define X(name) extern const struct verb verb_##name;
VERBS(X)
#undef X

const struct verb *const verbs[] = {
#define X(name) &verb_##name,
    VERBS(X)
#undef X
        NULL,
};

const struct verb *verbs_find(const char *name)
{
    for (const struct verb *const *verb = verbs; *verb; verb++)
        if (strcmp((*verb)->name, name) == 0)
            return *verb;
    return NULL;
}
