/* child.h: a case of a unit test in a process of its own: gcrt_run is once a process, and some cases are to end badly.
 *
 *     static int entry(void *) { ...; CHECK(gcrt_self() == 1); return 0; }           in the child, as the main goroutine
 *     child_passes("GCRT_PROCS=1 GCRT_STRESS=migrate", entry);                       in the test: fails it with what the child said
 *
 * cmocka's assertions belong to one thread; goroutines have CHECK. A child that hangs is killed after CHILD_SECONDS.
 */
#ifndef TESTS_SUPPORT_CHILD_H
#define TESTS_SUPPORT_CHILD_H

#include <stdbool.h>
#include <stddef.h>

enum { CHILD_SECONDS = 60, CHILD_TEXT_BYTES = 256 * 1024, CHILD_CHECK_STATUS = 99 };

struct child {
    int status; /* of its exit; -1: a signal ended it */
    int signal; /* 0: it exited */
    size_t length;
    char text[CHILD_TEXT_BYTES]; /* stdout and stderr in their order, NUL behind; the rest is cut */
};

/* Runs body(arg) in a forked child that exits with its value. `environment` is NULL or "NAME=VALUE NAME=VALUE", set in the child, where all
 * other GCRT_ variables are removed. The caller's process has only this thread. Failing to start a child aborts. */
void child_run(struct child *ret_child, const char *environment, int (*body)(void *arg), void *arg);

/* Whether the child's text holds `part`; if not, prints the text. */
bool child_says(const struct child *child, const char *part);

/* In a child: prints the place and the condition, and ends the process with CHILD_CHECK_STATUS. Any thread. */
#define CHECK(condition) ((condition) ? (void)0 : child_check_failed(#condition, __FILE__, __LINE__))
__attribute__((noreturn)) void child_check_failed(const char *condition, const char *file, int line);

#endif
