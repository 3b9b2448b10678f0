/* frame_tree.h: call stacks merged by their frames, from the outermost inwards: what one frame and all that it called account for.
 *
 *     add("main", "parse", "struct node")  10 B          all 15 B
 *     add("main", "draw")                   5 B             main 15 B
 *                                                              parse 10 B         draw 5 B
 *                                                                 struct node 10 B
 *
 * nodes[0] is the whole. Invariant: a parent stands before its children, so one pass backwards sums up.
 */
#ifndef VIEWER_FRAME_TREE_H
#define VIEWER_FRAME_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rows.h"

enum { FRAME_TREE_MEASURES_MAX = 4 };

enum frame_kind {
    FRAME_FUNCTION,
    FRAME_RUNTIME, /* of the runtime: drawn paler */
    FRAME_OBJECT,  /* no frame: what its parent made */
};

struct frame_node {
    uint32_t parent; /* nodes[0] is its own */
    uint8_t kind;    /* enum frame_kind */
    char *name;
    uint64_t values[FRAME_TREE_MEASURES_MAX]; /* of the frame itself, without what it called */
};

struct frame_tree {
    const char *name, *title; /* borrowed */
    struct rows_column
        measures[FRAME_TREE_MEASURES_MAX]; /* the first is drawn at first, and is never less than another */
    size_t measure_count;
    struct frame_node *nodes;
    size_t node_count, node_capacity;
    uint32_t *index; /* open addressing by (parent, name): node + 1, 0 empty; a power of two */
    size_t index_capacity;
    size_t left_out; /* nodes that frame_tree_cut() took */
};

/* 0 or -ENOMEM. */
[[nodiscard]] int frame_tree_start(struct frame_tree *tree, const char *name, const char *title);
void frame_tree_add_measure(struct frame_tree *tree, const char *key, const char *heading, enum rows_unit unit);

/* The child of `parent` with this name, made when new; the name is copied. 0 or -ENOMEM. */
[[nodiscard]] int frame_tree_child(struct frame_tree *tree, uint32_t parent, const char *name, enum frame_kind kind,
                                   uint32_t *ret_node);

/* Keeps the `nodes_max` nodes that account for most by the first measure; the values of a smaller one go to the frame that called
 * it. 0 or -ENOMEM. */
[[nodiscard]] int frame_tree_cut(struct frame_tree *tree, size_t nodes_max);

void frame_tree_free(struct frame_tree *tree);

#endif
