/* Stacks are merged by their frames, and a cut loses frames but no bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "viewer/frame_tree.h"

static struct frame_tree tree_new(void)
{
    struct frame_tree tree;
    assert_int_equal(frame_tree_start(&tree, "stacks", "title"), 0);
    frame_tree_add_measure(&tree, "bytes", "bytes", UNIT_BYTES);
    frame_tree_add_measure(&tree, "alive_bytes", "alive", UNIT_BYTES);
    return tree;
}

static uint32_t child(struct frame_tree *tree, uint32_t parent, const char *name, uint64_t bytes)
{
    uint32_t node;
    assert_int_equal(frame_tree_child(tree, parent, name, FRAME_FUNCTION, &node), 0);
    tree->nodes[node].values[0] += bytes;
    tree->nodes[node].values[1] += bytes / 2;
    return node;
}

static void check(const struct frame_tree *tree, uint64_t bytes, uint64_t alive)
{
    uint64_t sums[2] = {0};
    for (uint32_t node = 0; node < tree->node_count; node++) {
        assert_true(node == 0 || tree->nodes[node].parent < node);
        sums[0] += tree->nodes[node].values[0];
        sums[1] += tree->nodes[node].values[1];
    }
    assert_int_equal(sums[0], bytes);
    assert_int_equal(sums[1], alive);
}

static void equal_frames_of_one_parent_are_one(void **)
{
    struct frame_tree tree = tree_new();
    uint32_t main_node = child(&tree, 0, "main", 0);
    uint32_t parse = child(&tree, main_node, "parse", 10);
    assert_int_equal(child(&tree, main_node, "parse", 4), parse);
    assert_int_not_equal(child(&tree, 0, "parse", 2), parse);
    assert_int_equal(child(&tree, 0, "main", 0), main_node);
    assert_int_equal(tree.node_count, 4);
    assert_int_equal(tree.nodes[parse].values[0], 14);
    check(&tree, 16, 8);
    frame_tree_free(&tree);
}

/* 3,000 frames of 1 .. 3,000 bytes, each under one of its own, are cut to the 1,001 nodes that hold most. */
static void a_cut_keeps_the_largest_and_all_bytes(void **)
{
    struct frame_tree tree = tree_new();
    char name[32];
    for (uint64_t bytes = 2; bytes <= 6000; bytes += 2) {
        snprintf(name, sizeof name, "function_%u", (unsigned)bytes);
        child(&tree, child(&tree, 0, name, 0), "inner", bytes);
    }
    check(&tree, 9003000, 4501500);
    assert_int_equal(frame_tree_cut(&tree, 1001), 0);
    assert_int_equal(tree.node_count, 1001);
    assert_int_equal(tree.left_out, 5000);
    check(&tree, 9003000, 4501500);
    for (uint32_t node = 1; node < tree.node_count; node++)
        if (tree.nodes[node].parent != 0)
            assert_true(tree.nodes[node].values[0] > 5000);
    /* What is left is still found, and more can be added. */
    uint32_t kept = child(&tree, 0, "function_6000", 0);
    assert_true(kept < 1001);
    assert_int_equal(child(&tree, 0, "new", 1), 1001);
    frame_tree_free(&tree);
}

static void a_small_tree_is_not_cut(void **)
{
    struct frame_tree tree = tree_new();
    child(&tree, 0, "main", 2);
    assert_int_equal(frame_tree_cut(&tree, 2), 0);
    assert_int_equal(tree.node_count, 2);
    assert_int_equal(tree.left_out, 0);
    assert_int_equal(frame_tree_cut(&tree, 1), 0);
    assert_int_equal(tree.node_count, 1);
    assert_int_equal(tree.nodes[0].values[0], 2);
    frame_tree_free(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_frames_of_one_parent_are_one),
        cmocka_unit_test(a_cut_keeps_the_largest_and_all_bytes),
        cmocka_unit_test(a_small_tree_is_not_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
