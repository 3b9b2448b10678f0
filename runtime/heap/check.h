/* check.h: invariant S1 (span.h) and what page_runs.h promises, checked over the whole heap: under stress at every cycle, and by tests. */
#ifndef RUNTIME_HEAP_CHECK_H
#define RUNTIME_HEAP_CHECK_H

enum heap_moment {
    HEAP_SWEPT,  /* the caches are flushed and nothing is to be swept: no marks */
    HEAP_MARKED, /* marking is over: every span is on its kind's list of those to be swept */
};

/* NULL: all holds; or what does not, both sides, in a buffer that the next call uses again. Caller: alone; the world stands, or there is one worker. */
const char *heap_check(enum heap_moment moment);

/* Aborts with it. */
void heap_check_or_abort(enum heap_moment moment);

#endif
