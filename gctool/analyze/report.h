/* report.h: the sections of a report, one after the other, as text or as JSON (docs/formats/report-json.md). */
#ifndef GCTOOL_ANALYZE_REPORT_H
#define GCTOOL_ANALYZE_REPORT_H

#include "gctool/analyze/sections.h"

#define REPORT_SCHEMA "gctool.report.v1"

struct report {
    bool sections[SECTION_COUNT]; /* which */
    struct section_options options;
    bool json;
    const char *path; /* of the trace, for the next command */
};

/* Chooses from words with commas between, as "alive,goroutines"; NULL: all but 'lifetimes'. Returns NULL, or the start of the word that is no
 * section. */
const char *report_choose_sections(struct report *report, const char *words);

/* 'completeness' is left out of the text when there is nothing to say. 0 or -ENOMEM; what `out` says is the caller's to check. */
[[nodiscard]] int report_write(const struct report *report, struct model *model, FILE *out);

/* Parses "1.5s", "200ms", "10us", "7ns", "2m", or plain seconds. */
[[nodiscard]] bool duration_parse(const char *text, uint64_t *ret_ns);

#endif
