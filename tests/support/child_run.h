/* child_run.h: cases that are a whole run of the runtime. Apart from child.h, since test_support does not link libgcrt. After <cmocka.h>. */
#ifndef TESTS_SUPPORT_CHILD_RUN_H
#define TESTS_SUPPORT_CHILD_RUN_H

#include <gcrt/run.h>

#include "support/child.h"

struct child_entry {
    int (*entry)(void *arg);
    void *arg;
};

static inline int child_gcrt_run(void *call)
{
    const struct child_entry *main_call = call;
    return gcrt_run(NULL, main_call->entry, main_call->arg);
}

/* entry(arg) as the main goroutine of a child; how that ended. The struct is the process's only one. */
static inline const struct child *child_goroutine(const char *environment, int (*entry)(void *arg), void *arg)
{
    static struct child child;
    struct child_entry call = {entry, arg};
    child_run(&child, environment, child_gcrt_run, &call);
    return &child;
}

/* The same: the test fails, with what the child said, unless it exits with 0. */
static inline void child_passes(const char *environment, int (*entry)(void *arg))
{
    const struct child *child = child_goroutine(environment, entry, NULL);
    if (child->status != 0)
        fail_msg("exit status %d, signal %d under '%s':\n%s", child->status, child->signal,
                 environment != NULL ? environment : "", child->text);
}

#endif
