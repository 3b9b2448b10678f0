/* See frame_tree.h. */
#include "viewer/frame_tree.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static uint64_t hash_child(uint32_t parent, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325 ^ parent; /* FNV-1a */
    for (const char *at = name; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
    return hash ^ hash >> 32;
}

/* Where the child is in the index, or the free place for it. */
static uint32_t *find_place(const struct frame_tree *tree, uint32_t parent, const char *name)
{
    size_t at = hash_child(parent, name) & (tree->index_capacity - 1);
    for (;; at = (at + 1) & (tree->index_capacity - 1)) {
        uint32_t *place = &tree->index[at];
        if (*place == 0)
            return place;
        const struct frame_node *node = &tree->nodes[*place - 1];
        if (node->parent == parent && strcmp(node->name, name) == 0)
            return place;
    }
}

/* At most half full. */
static int grow_index(struct frame_tree *tree)
{
    if ((tree->node_count + 1) * 2 <= tree->index_capacity)
        return 0;
    size_t capacity = 64;
    while (capacity < (tree->node_count + 1) * 4)
        capacity *= 2;
    uint32_t *index = calloc(capacity, sizeof *index);
    if (index == NULL)
        return -ENOMEM;
    free(tree->index);
    tree->index = index;
    tree->index_capacity = capacity;
    for (uint32_t node = 1; node < tree->node_count; node++)
        *find_place(tree, tree->nodes[node].parent, tree->nodes[node].name) = node + 1;
    return 0;
}

static int add_node(struct frame_tree *tree, uint32_t parent, const char *name, enum frame_kind kind)
{
    if (tree->node_count >= UINT32_MAX)
        return -ENOMEM;
    int error = array_reserve(&tree->nodes, &tree->node_capacity, tree->node_count + 1, sizeof *tree->nodes);
    char *copy = error == 0 ? strdup(name) : NULL;
    if (copy == NULL)
        return -ENOMEM;
    tree->nodes[tree->node_count++] = (struct frame_node){.parent = parent, .kind = (uint8_t)kind, .name = copy};
    return 0;
}

int frame_tree_start(struct frame_tree *tree, const char *name, const char *title)
{
    *tree = (struct frame_tree){.name = name, .title = title};
    return add_node(tree, 0, "all", FRAME_FUNCTION);
}

void frame_tree_add_measure(struct frame_tree *tree, const char *key, const char *heading, enum rows_unit unit)
{
    assert(tree->measure_count < FRAME_TREE_MEASURES_MAX);
    tree->measures[tree->measure_count++] = (struct rows_column){.key = key, .heading = heading, .unit = unit};
}

int frame_tree_child(struct frame_tree *tree, uint32_t parent, const char *name, enum frame_kind kind,
                     uint32_t *ret_node)
{
    assert(parent < tree->node_count);
    if (grow_index(tree) < 0)
        return -ENOMEM;
    uint32_t *place = find_place(tree, parent, name);
    if (*place == 0) {
        if (add_node(tree, parent, name, kind) < 0)
            return -ENOMEM;
        *place = (uint32_t)tree->node_count;
    }
    *ret_node = *place - 1;
    return 0;
}

/* ---- cutting ---- */

struct weight {
    uint64_t total;
    uint32_t node;
};

/* The heaviest first; of equal ones the earlier, so that a parent stays before its children. */
static int compare_weights(const void *a, const void *b)
{
    const struct weight *first = a, *second = b;
    if (first->total != second->total)
        return first->total < second->total ? 1 : -1;
    return (first->node > second->node) - (first->node < second->node);
}

static void give_to_parent(struct frame_tree *tree, uint32_t node)
{
    struct frame_node *parent = &tree->nodes[tree->nodes[node].parent];
    for (size_t measure = 0; measure < tree->measure_count; measure++)
        parent->values[measure] += tree->nodes[node].values[measure];
    free(tree->nodes[node].name);
    tree->nodes[node].name = NULL;
}

/* Moves what is left together; `places` is room for node_count numbers. */
static void close_up(struct frame_tree *tree, uint32_t *places)
{
    uint32_t kept = 0;
    for (uint32_t node = 0; node < tree->node_count; node++) {
        if (tree->nodes[node].name == NULL)
            continue;
        places[node] = kept;
        tree->nodes[kept] = tree->nodes[node];
        tree->nodes[kept].parent = places[tree->nodes[kept].parent];
        kept++;
    }
    tree->left_out += tree->node_count - kept;
    tree->node_count = kept;
}

int frame_tree_cut(struct frame_tree *tree, size_t nodes_max)
{
    assert(nodes_max > 0);
    if (tree->node_count <= nodes_max)
        return 0;
    struct weight *weights = calloc(tree->node_count, sizeof *weights);
    uint32_t *places = calloc(tree->node_count, sizeof *places); /* first: whether the node stays */
    int error = weights != NULL && places != NULL ? 0 : -ENOMEM;
    if (error == 0) {
        for (uint32_t node = (uint32_t)tree->node_count; node-- > 0;) {
            weights[node].node = node;
            weights[node].total += tree->nodes[node].values[0];
            if (node > 0)
                weights[tree->nodes[node].parent].total += weights[node].total;
        }
        qsort(weights, tree->node_count, sizeof *weights, compare_weights);
        for (size_t rank = 0; rank < nodes_max; rank++)
            places[weights[rank].node] = 1;
        for (uint32_t node = (uint32_t)tree->node_count; node-- > 1;)
            if (places[node] == 0)
                give_to_parent(tree, node);
        close_up(tree, places);
        free(tree->index); /* the numbers in it are old */
        tree->index = NULL;
        tree->index_capacity = 0;
        error = grow_index(tree);
    }
    free(weights);
    free(places);
    return error;
}

void frame_tree_free(struct frame_tree *tree)
{
    for (size_t node = 0; node < tree->node_count; node++)
        free(tree->nodes[node].name);
    free(tree->nodes);
    free(tree->index);
    *tree = (struct frame_tree){0};
}
