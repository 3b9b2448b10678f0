/* invariant.h: an invariant is found broken: the program ends, and the report shows the evidence. */
#ifndef RUNTIME_PLATFORM_INVARIANT_H
#define RUNTIME_PLATFORM_INVARIANT_H

#include <stdbool.h>

#include "platform/fatal.h"
#include "platform/invariant_table.h"

enum invariant {
#define X(name, title, text, fault, evidence) INVARIANT_##name,
    INVARIANTS(X)
#undef X
        INVARIANT_COUNT
};

/* 'gcrt: fatal error: invariant NAME (title): MESSAGE', then abort. `evidence` may be NULL: the message has it all. */
GCRT_NORETURN void invariant_broken(enum invariant which, fatal_evidence *evidence, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The fault that GCRT_FAULT seeds; INVARIANT_COUNT: none. Set before goroutines run. */
extern enum invariant invariant_fault;

#endif
