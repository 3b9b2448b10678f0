/* completeness.h: how far the numbers of a report can be believed, and why not further.
 *
 * 'Alive at the end' is exact when everything was recorded and the program swept a last full collection as it ended. Otherwise objects that
 * had died, but that no sweep had found yet, count as alive; each reason for that is named. Counts of births are exact unless events are
 * missing.
 */
#ifndef GCTOOL_ANALYZE_COMPLETENESS_H
#define GCTOOL_ANALYZE_COMPLETENESS_H

#include "gctool/model/model.h"

/*  X(NAME, word, counts_too, what a person is told) */
#define COMPLETENESS_REASONS(X)                                                                    \
    X(CUT, "file cut off", 1, "the file ends before the recording did: what followed is missing")  \
    X(DAMAGED, "file damaged", 1, "parts of the file are damaged and were left out")               \
    X(LOST, "events lost", 1, "events were dropped while recording")                               \
    X(LATER, "later version", 1, "events that only a later gctool knows were left out")            \
    X(INCONSISTENT, "trace inconsistent", 1, "events contradict each other")                       \
    X(UNTIL, "interval ends early", 0,                                                             \
      "the interval asked for ends before the recording: what had died but was not yet swept "     \
      "counts as alive")                                                                           \
    X(DETACHED, "recording ended early", 0,                                                        \
      "the recording was ended while the program went on: what had died but was not yet swept "    \
      "counts as alive")                                                                           \
    X(NO_END, "no orderly end", 0,                                                                 \
      "the program was killed, crashed or left another way: what had died since the last sweep "   \
      "counts as alive")                                                                           \
    X(UNKNOWN_END, "end unknown", 0,                                                               \
      "the event that tells of the program's end is missing: what had died since the last sweep "  \
      "counts as alive")                                                                           \
    X(NOT_SWEPT, "no last collection", 0,                                                          \
      "the program ended without a last collection: what had died since the last sweep counts as " \
      "alive")

enum completeness_reason {
#define X(name, word, counts_too, text) COMPLETENESS_##name,
    COMPLETENESS_REASONS(X)
#undef X
        COMPLETENESS_REASON_COUNT
};

struct completeness {
    bool counts_exact; /* every birth, event and duration is there */
    bool alive_exact;  /* and what is alive really was */
    bool reasons[COMPLETENESS_REASON_COUNT];
};

struct completeness completeness_judge(const struct model *model);

const char *completeness_word(enum completeness_reason reason);
const char *completeness_text(enum completeness_reason reason);

#endif
