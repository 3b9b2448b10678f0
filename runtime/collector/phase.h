/* phase.h: what a cycle is doing, and why it began. */
#ifndef RUNTIME_COLLECTOR_PHASE_H
#define RUNTIME_COLLECTOR_PHASE_H

/*  X(NAME, text) */
#define COLLECTOR_PHASES(X)           \
    X(ROOTS, "scan roots and stacks") \
    X(MARK, "mark")                   \
    X(MARK_END, "end of marking")     \
    X(SWEEP, "sweep lazily")

enum collector_phase {
#define X(name, text) PHASE_##name,
    COLLECTOR_PHASES(X)
#undef X
        PHASE_COUNT
};

/*  X(NAME, text) */
#define COLLECTOR_CAUSES(X)              \
    X(GOAL, "the heap reached its goal") \
    X(MEMORY, "no free pages")           \
    X(STRESS, "GCRT_STRESS=collect")     \
    X(CALL, "gcrt_collect")              \
    X(END, "end of the run")

enum collector_cause {
#define X(name, text) CAUSE_##name,
    COLLECTOR_CAUSES(X)
#undef X
        CAUSE_COUNT
};

#endif
