/* heap_sections.h: what a snapshot says of its heap, as rows.
 *
 *  types   objects by type, the largest in sum first
 *  sites   objects by type and the place that made them; one row without a place where births are not known
 */
#ifndef GCTOOL_ANALYZE_HEAP_SECTIONS_H
#define GCTOOL_ANALYZE_HEAP_SECTIONS_H

#include "base/rows.h"
#include "gctool/analyze/ranking.h"
#include "gctool/analyze/reach.h"

/* Each: 0 or -ENOMEM; rows_free() them. `reach` is from all roots. The snapshot is not const: places are found on first use. */
[[nodiscard]] int heap_summary(const struct snapshot *snapshot, const struct reach *reach, struct rows *ret_rows);
[[nodiscard]] int heap_types(struct snapshot *snapshot, const struct reach *reach,
                             const struct ranking_options *options, struct rows *ret_rows);
/* Whether anything tells who made what: only heaps of recorded programs do. */
bool heap_has_births(const struct snapshot *snapshot);

[[nodiscard]] int heap_sites(struct snapshot *snapshot, const struct reach *reach,
                             const struct ranking_options *options, struct rows *ret_rows);

#endif
