/* why_view.h: why a goroutine that waits counts as alive, or that it does not: the way by which somebody who can still run reaches what it waits for. Where
 * that somebody waits too, the same of him, and so on.
 */
#ifndef GCTOOL_WHY_VIEW_H
#define GCTOOL_WHY_VIEW_H

#include "gctool/path_view.h"

/* Writes a text, or a JSON document gctool.goroutine-why.v1. 0 or -ENOMEM. */
[[nodiscard]] int why_view_write(const struct path_view *view, const struct snapshot_goroutine *goroutine);

#endif
