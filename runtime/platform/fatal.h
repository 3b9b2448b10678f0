/* fatal.h: the runtime gives up: one line on stderr at once, the reason kept for the crash reporter, then abort(). */
#ifndef RUNTIME_PLATFORM_FATAL_H
#define RUNTIME_PLATFORM_FATAL_H

#include <gcrt/run.h>

/* Says line by line what is known beyond the verdict. In the SIGABRT handler: it may read, and nothing else. */
typedef void fatal_evidence(void (*line)(const char *text));

enum { FATAL_VERDICT_BYTES = 1000 };

struct fatal_reason {
    char verdict[FATAL_VERDICT_BYTES];
    const void *frame; /* frame pointer of who gave up: below it are only the ways to abort() */
    fatal_evidence *evidence;
};

/* `evidence` may be NULL. Any thread; of several the first one's reason is kept. */
GCRT_NORETURN void fatal_end(const char *verdict, const void *frame, fatal_evidence *evidence);

/* Why the calling thread gave up; NULL: it did not. In a signal handler. */
const struct fatal_reason *fatal_reason_own(void);

#endif
