/* Goroutines that build, check and drop binary trees while collections run: nothing reachable is freed, nothing is handed out twice.
 *
 * Every node carries its tree's number and its place; a node that was freed too early and handed out again shows a wrong one.
 */
#include <gcrt/gcrt.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { GOROUTINES = 16, ROUNDS = 12, DEPTH = 10, BYTES_MAX = 800 };

struct node {
    struct node *left, *right;
    unsigned char *bytes;
    uint64_t tree, place;
    uint64_t size;
};
GCRT_TYPE(node_type, struct node, left, right, bytes);

static _Atomic int running = GOROUTINES;
static _Atomic uint64_t next_tree;

static struct node *build(uint64_t tree, uint64_t place, int depth)
{
    struct node *node = gcrt_new(&node_type);
    node->tree = tree;
    node->place = place;
    node->size = (tree * 31 + place * 7) % BYTES_MAX;
    gcrt_store(&node->bytes, gcrt_new_bytes(node->size));
    for (uint64_t at = 0; at < node->size; at++)
        node->bytes[at] = (unsigned char)(tree + place);
    if (depth > 0) {
        gcrt_store(&node->left, build(tree, place * 2, depth - 1));
        gcrt_store(&node->right, build(tree, place * 2 + 1, depth - 1));
    }
    return node;
}

static void fail(const struct node *node, const char *what)
{
    fprintf(stderr, "tree %llu, place %llu: %s\n", (unsigned long long)node->tree, (unsigned long long)node->place,
            what);
    abort();
}

static void check(const struct node *node, uint64_t tree, uint64_t place, int depth)
{
    if (node->tree != tree || node->place != place || node->size != (tree * 31 + place * 7) % BYTES_MAX)
        fail(node, "another node is here");
    for (uint64_t at = 0; at < node->size; at++)
        if (node->bytes[at] != (unsigned char)(tree + place))
            fail(node, "its bytes were overwritten");
    if ((node->left != NULL) != (depth > 0) || (node->right != NULL) != (depth > 0))
        fail(node, "wrong depth");
    if (depth > 0) {
        check(node->left, tree, place * 2, depth - 1);
        check(node->right, tree, place * 2 + 1, depth - 1);
    }
}

static void work(void *)
{
    struct node *kept = NULL;
    uint64_t kept_tree = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t tree = atomic_fetch_add(&next_tree, 1);
        struct node *node = build(tree, 1, DEPTH);
        check(node, tree, 1, DEPTH);
        if (kept != NULL)
            check(kept, kept_tree, 1, DEPTH);
        kept = node;
        kept_tree = tree;
        gcrt_yield();
    }
    atomic_fetch_sub(&running, 1);
}

static int run(void *)
{
    for (int i = 0; i < GOROUTINES; i++)
        gcrt_go(work, NULL);
    while (atomic_load(&running) > 0) {
        gcrt_collect();
        gcrt_sleep(1000000);
    }
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    printf("%llu trees, %llu collections, %llu stops\n", (unsigned long long)next_tree,
           (unsigned long long)stats.cycle_count, (unsigned long long)stats.stop_count);
    return stats.cycle_count > 0 ? 0 : 1;
}

int main(void)
{
    struct gcrt_options options = {.procs = 4};
    return gcrt_run(&options, run, NULL);
}
