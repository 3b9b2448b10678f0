/* root_range.h: ranges of words in which marking begins. One enumeration of them, many readers: the marker takes the words, a dump also tells where
 * they lie.
 */
#ifndef RUNTIME_SCHED_ROOT_RANGE_H
#define RUNTIME_SCHED_ROOT_RANGE_H

#include <stdint.h>

/* As tracer/format/heap_file.h, enum heap_root, which dumps are written with; runtime/inspect.c compares. */
enum root_kind {
    ROOT_DATA,     /* .data and .bss of a loaded object */
    ROOT_ADDED,    /* gcrt_root_add() */
    ROOT_STACK,    /* of a goroutine */
    ROOT_REGISTER, /* saved registers of a goroutine */
    ROOT_RECORD,   /* words in a goroutine's record: its argument */
    ROOT_THREAD,   /* the stack of gcrt_run's caller */
    ROOT_TIMER,    /* the argument of an armed timer */
    ROOT_BARRIER,  /* what a store has told: of a marking, not of the program */
    ROOT_KIND_COUNT,
};

struct root_range {
    const void *low, *high;
    enum root_kind kind;
    uint64_t goroutine; /* id; 0: none */
};

typedef void root_range_visit(const struct root_range *range, void *context);

#endif
