/* environment.h: the GCRT_* variables, one table. An unknown or malformed one is an error that names it.
 *
 *  X(NAME, kind, default, text): GCRT_NAME; kind is COUNT, PERCENT, BYTES, TEXT or CHOICE(...)
 */
#ifndef RUNTIME_ENVIRONMENT_H
#define RUNTIME_ENVIRONMENT_H

#include <stddef.h>
#include <stdint.h>

#define GCRT_VARIABLES(X)                                                                                               \
    X(PROCS, COUNT, "", "workers that run goroutines at the same time; default: the processors of this process")      \
    X(PERCENT, PERCENT, "100", "growth of the heap, relative to what survived, that starts a collection; 'off': never") \
    X(MODE, CHOICE, "mark", "collector: mark")                                                                          \
    X(STRESS, TEXT, "", "comma list: collect=N (every Nth span refill), migrate (every switch changes the queue), barrier (flag always on)") \
    X(TRACE, TEXT, "", "set by 'gctool trace': where to record")                                                        \
    X(LOG, CHOICE, "warning", "least level to log: error, warning, info")

#endif
