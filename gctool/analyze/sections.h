/* sections.h: the parts of a report as tables. What a section says is decided here; how it looks is not. */
#ifndef GCTOOL_ANALYZE_SECTIONS_H
#define GCTOOL_ANALYZE_SECTIONS_H

#include "base/rows.h"
#include "gctool/analyze/ranking.h"

/*  X(NAME, word, title) */
#define REPORT_SECTIONS(X)                                                          \
    X(summary, "the program and its recording")                                     \
    X(completeness, "why these numbers are not exact")                              \
    X(allocated, "what was allocated, and where")                                   \
    X(alive, "what is still alive, and who made it")                                \
    X(growth, "suspects: what grew from each quarter of the recording to the next") \
    X(temporary, "what died before the first collection after its birth")           \
    X(lifetimes, "how long what died had lived, at most")                           \
    X(goroutines, "who made them, what they do and wait for")                       \
    X(blocking, "where goroutines waited")                                          \
    X(pauses, "when the world stood still")                                         \
    X(cycles, "the latest collections")                                             \
    X(cost, "what recording cost")

enum report_section {
#define X(name, title) SECTION_##name,
    REPORT_SECTIONS(X)
#undef X
        SECTION_COUNT
};

struct section_options {
    struct ranking_options ranking;
    const char *program; /* what was recorded; NULL unknown */
};

/* Makes the table of a section; rows_free() it. 0 or -ENOMEM. */
[[nodiscard]] int section_make(enum report_section section, struct model *model, const struct section_options *options,
                               struct rows *ret_rows);

const char *section_name(enum report_section section);

#endif
