/* make_page hostile|large [MARKUP]: a page on standard output, written by viewer/page.h alone.
 *
 *   hostile   every text of the page is MARKUP
 *   large     a table of 100,001 rows and a tree of 120,000 frames: one more and 20,000 more than a page takes
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "viewer/page.h"

enum { LARGE_ROWS = PAGE_ROWS_MAX + 1, LARGE_STACKS = 60000 };

static void check(int error)
{
    if (error < 0)
        abort();
}

static void add_frames(struct frame_tree *tree, const char *outer, const char *inner, uint64_t bytes)
{
    uint32_t node;
    check(frame_tree_child(tree, 0, outer, FRAME_FUNCTION, &node));
    check(frame_tree_child(tree, node, inner, FRAME_OBJECT, &node));
    tree->nodes[node].values[0] += bytes;
}

static void fill_hostile(struct rows *rows, struct frame_tree *tree, const char *markup)
{
    rows_put_number(rows, 7);
    rows_put_text(rows, markup);
    rows_put_text(rows, markup);
    add_frames(tree, markup, markup, 7);
}

static void fill_large(struct rows *rows, struct frame_tree *tree)
{
    char text[64], stack[64];
    for (int row = 0; row < LARGE_ROWS; row++) {
        snprintf(text, sizeof text, "type_%d", row);
        snprintf(stack, sizeof stack, "function_%d file.c:%d\nmain main.c:1", row, row % 1000);
        rows_put_number(rows, (uint64_t)row);
        rows_put_text(rows, text);
        rows_put_text(rows, stack);
    }
    for (int at = 1; at <= LARGE_STACKS; at++) {
        snprintf(text, sizeof text, "function_%d", at);
        add_frames(tree, text, "struct thing", (uint64_t)at);
    }
}

int main(int argc, char **argv)
{
    bool hostile = argc == 3 && strcmp(argv[1], "hostile") == 0;
    if (!hostile && (argc != 2 || strcmp(argv[1], "large") != 0)) {
        fputs("usage: make_page hostile MARKUP | make_page large\n", stderr);
        return 3;
    }
    const char *markup = hostile ? argv[2] : "text";
    struct rows rows;
    struct frame_tree tree;
    rows_start(&rows, "things", markup);
    rows_add_column(&rows, "bytes", "bytes", UNIT_BYTES);
    rows_add_column(&rows, "type", markup, UNIT_TEXT);
    rows_add_column(&rows, "stack", "stack", UNIT_STACK);
    check(frame_tree_start(&tree, "stacks", markup));
    frame_tree_add_measure(&tree, "bytes", markup, UNIT_BYTES);
    if (hostile)
        fill_hostile(&rows, &tree, markup);
    else
        fill_large(&rows, &tree);
    check(frame_tree_cut(&tree, PAGE_NODES_MAX));
    const struct page page = {.title = markup,
                              .subject = markup,
                              .source = markup,
                              .producer = "make_page",
                              .tables = {&rows},
                              .table_count = 1,
                              .trees = {&tree},
                              .tree_count = 1};
    page_write(&page, stdout);
    rows_free(&rows);
    frame_tree_free(&tree);
    return fflush(stdout) == 0 ? 0 : 1;
}
