/* stack_trees.h: the stacks of a recording or a heap as trees of frames, for pages. The innermost cell of a stack is the type it made.
 *
 * Bytes stand with the stack that made an object. That is not what keeps it alive: no frame of a tree says 'retained'.
 */
#ifndef GCTOOL_STACK_TREES_H
#define GCTOOL_STACK_TREES_H

#include "gctool/analyze/reach.h"
#include "gctool/model/model.h"
#include "viewer/frame_tree.h"

/* Bytes allocated and bytes alive. 0 or -ENOMEM; frame_tree_free() it. */
[[nodiscard]] int stack_trees_recording(const struct model *model, struct frame_tree *ret_tree);

/* Bytes in the heap and how many of them are garbage; `reach` is from all roots. 0 or -ENOMEM; frame_tree_free() it. */
[[nodiscard]] int stack_trees_heap(const struct snapshot *snapshot, const struct reach *reach,
                                   struct frame_tree *ret_tree);

#endif
