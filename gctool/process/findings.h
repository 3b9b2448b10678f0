/* findings.h: what was looked at before anything runs, how it is, and what would mend it. */
#ifndef GCTOOL_PROCESS_FINDINGS_H
#define GCTOOL_PROCESS_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

enum finding_state {
    FINDING_OK,
    FINDING_LESS,  /* works, with less: slower, or less is known afterwards */
    FINDING_WRONG, /* does not work */
};

enum { FINDINGS_MAX = 24, FINDING_TEXT_BYTES = 1024 };

struct finding {
    const char *name; /* constant */
    enum finding_state state;
    char text[FINDING_TEXT_BYTES]; /* what was found */
    char fix[FINDING_TEXT_BYTES];  /* "": nothing to mend */
};

struct findings {
    struct finding items[FINDINGS_MAX];
    size_t count;
};

void findings_add(struct findings *findings, const char *name, enum finding_state state, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Says how to mend what was added last. */
void findings_fix(struct findings *findings, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool findings_any_wrong(const struct findings *findings);

#endif
