/* environment_table.h: the GCRT_* variables. The runtime reads them by it, 'gctool help environment' and the man page list it.
 *
 *  X(NAME, field, kind, text): GCRT_NAME; kind is what its parser is called after (environment.c)
 */
#ifndef RUNTIME_ENVIRONMENT_TABLE_H
#define RUNTIME_ENVIRONMENT_TABLE_H

#define GCRT_VARIABLES(X)                                                                                              \
    X(PROCS, procs, count,                                                                                             \
      "workers that run goroutines at the same time, 1 to 256; default: the processors of this process")               \
    X(PERCENT, percent, percent,                                                                                       \
      "growth of the heap, relative to what survived, that starts a collection; 'off': never")                         \
    X(MODE, is_mark, mode, "collector: mark")                                                                          \
    X(STRESS, stress, stress,                                                                                          \
      "comma list: collect=N (every Nth span refill), migrate (every switch changes the queue), barrier (flag always " \
      "on)")                                                                                                           \
    X(VERIFY, verify, verify, "'cycle': check the invariants of the heap at the end of every marking")                 \
    X(FAULT, fault, fault, "break an invariant on purpose, to see what is said then: Q1, P1, M3")                      \
    X(CRASH_DIR, crash_directory, text, "directory for the record of a crash, for 'gctool crash'; default: none")      \
    X(HEAPDUMP, heap_dump, text, "file for a dump of the heap at the end of the run; %p in it is the process id")      \
    X(TRACE, trace, text, "set by 'gctool trace': where to record")                                                    \
    X(LOG, log, log, "least level to log: error, warning, info")

#endif
