/* goroutine_rows.h: the goroutines of a snapshot as rows: those that run the same function, were started at the same place, and wait in the same way are
 * one row.
 */
#ifndef GCTOOL_ANALYZE_GOROUTINE_ROWS_H
#define GCTOOL_ANALYZE_GOROUTINE_ROWS_H

#include "base/rows.h"
#include "gctool/analyze/leaks.h"
#include "gctool/analyze/ranking.h"

/* All of them. 0 or -ENOMEM. */
[[nodiscard]] int goroutine_rows(struct snapshot *snapshot, const struct ranking_options *options,
                                 struct rows *ret_rows);

/* Those with the verdict, with what they keep alive; ranked by that. 0 or -ENOMEM. */
[[nodiscard]] int leak_rows(struct snapshot *snapshot, const struct leaks *leaks, enum leak_verdict verdict,
                            const struct ranking_options *options, struct rows *ret_rows);

#endif
