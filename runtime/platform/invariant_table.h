/* invariant_table.h: what always holds, as one table: the checkers name their entry, GCRT_FAULT takes the faults from it, the crash report prints it,
 * the tests read it.
 *
 *  X(NAME, title, text, fault, evidence): fault: what GCRT_FAULT=NAME breaks, always a mechanism and never what the checker reads; NULL: none is seeded
 */
#ifndef RUNTIME_PLATFORM_INVARIANT_TABLE_H
#define RUNTIME_PLATFORM_INVARIANT_TABLE_H

#define INVARIANTS(X)                                                                                             \
    X(Q1, "queues empty", "at the end of marking no work is left, on the mark stack or in the ring",              \
      "the marker ends when its stack is empty and leaves what waits in the ring",                                \
      "the counters, and each entry with its address, type, colour and who pushed it")                            \
    X(P1, "bad pointer", "a declared pointer into the heap's address space hits an allocated slot",               \
      "a whole span loses its marks, so that it is freed although an object points into it",                      \
      "what lies there now, and the object that holds the pointer, the word marked")                              \
    X(M3, "pointer to a free slot", "no declared pointer of a live object points to a free slot",                 \
      "one object loses its mark, so that it is freed although another points to it",                             \
      "the slots of its span, and the object that holds the pointer, the word marked")                            \
    X(B1, "buffered barriers", "no value in a barrier buffer outlives its marking", NULL, "the first value")      \
    X(S1, "span accounts", "pages, slots, marks and lists of spans agree", NULL, "both sides")                    \
    X(G2, "legal transitions", "a goroutine changes its status only along the arrows of sched/goroutine.h", NULL, \
      "the goroutine and both states")

#endif
