/* Binary trees: the collector beside malloc and free written by hand, and (bench/trees_beside_go) beside Go.
 *
 * Usage: trees [DEPTH [ROUNDS]]     alternated rounds in one process for gcrt and malloc; prints the medians and their ratio; depth 16, 5 rounds
 *        trees --gcrt DEPTH         one round of libgcrt alone, for who runs it beside another program
 */
#include <gcrt/gcrt.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEPTH_MIN = 4, DEPTH_MAX = 24, ROUNDS_MAX = 99 };

struct tree {
    struct tree *left, *right;
};
GCRT_TYPE(tree_type, struct tree, left, right);

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct tree *gcrt_build(int depth)
{
    struct tree *tree = gcrt_new(&tree_type);
    if (depth > 0) {
        gcrt_store(&tree->left, gcrt_build(depth - 1));
        gcrt_store(&tree->right, gcrt_build(depth - 1));
    }
    return tree;
}

static struct tree *malloc_build(int depth)
{
    struct tree *tree = malloc(sizeof *tree);
    if (tree == NULL)
        abort();
    *tree = (struct tree){NULL, NULL};
    if (depth > 0) {
        tree->left = malloc_build(depth - 1);
        tree->right = malloc_build(depth - 1);
    }
    return tree;
}

static void malloc_drop(struct tree *tree)
{
    if (tree->left != NULL) {
        malloc_drop(tree->left);
        malloc_drop(tree->right);
    }
    free(tree);
}

static void gcrt_drop(struct tree *)
{
}

static long count(const struct tree *tree)
{
    return tree->left == NULL ? 1 : 1 + count(tree->left) + count(tree->right);
}

/* The work of the benchmarks game: one tree that stretches memory, one that lives, and many that do not. */
static long work(int depth, struct tree *(*build)(int depth), void (*drop)(struct tree *tree))
{
    struct tree *stretch = build(depth + 1);
    long nodes = count(stretch);
    drop(stretch);
    struct tree *longest = build(depth);
    for (int small = DEPTH_MIN; small <= depth; small += 4) {
        for (long round = 1L << (depth - small + DEPTH_MIN); round > 0; round--) {
            struct tree *tree = build(small);
            nodes += count(tree);
            drop(tree);
        }
    }
    nodes += count(longest);
    drop(longest);
    return nodes;
}

struct request {
    int depth, rounds;
    bool alone;
};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double time_of(int depth, struct tree *(*build)(int depth), void (*drop)(struct tree *tree), long *ret_nodes)
{
    double begin = now_seconds();
    *ret_nodes = work(depth, build, drop);
    return now_seconds() - begin;
}

static int run(void *arg)
{
    const struct request *request = arg;
    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX];
    long nodes = 0, peer_nodes = 0;
    if (request->alone) {
        printf("%.3f s\n", time_of(request->depth, gcrt_build, gcrt_drop, &nodes));
        return 0;
    }
    for (int round = 0; round < request->rounds; round++) {
        ours[round] = time_of(request->depth, gcrt_build, gcrt_drop, &nodes);
        theirs[round] = time_of(request->depth, malloc_build, malloc_drop, &peer_nodes);
        if (nodes != peer_nodes)
            return 1;
    }
    qsort(ours, (size_t)request->rounds, sizeof *ours, compare);
    qsort(theirs, (size_t)request->rounds, sizeof *theirs, compare);
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    double our_median = ours[request->rounds / 2], their_median = theirs[request->rounds / 2];
    printf("trees %d, %.1f million nodes   gcrt %.3f s   malloc and free %.3f s   ratio %.2f   %llu collections, "
           "longest stop "
           "%.1f ms\n",
           request->depth, (double)nodes / 1e6, our_median, their_median, our_median / their_median,
           (unsigned long long)stats.cycle_count, (double)stats.stop_longest_ns * 1e-6);
    return 0;
}

int main(int argc, char **argv)
{
    struct request request = {.depth = 16, .rounds = 5};
    request.alone = argc > 2 && strcmp(argv[1], "--gcrt") == 0;
    if (argc > 1)
        request.depth = atoi(argv[request.alone ? 2 : 1]);
    if (argc > 2 && !request.alone)
        request.rounds = atoi(argv[2]);
    if (request.depth < DEPTH_MIN || request.depth > DEPTH_MAX || request.rounds < 1 || request.rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: trees [DEPTH [ROUNDS]], or trees --gcrt DEPTH; %d to %d, 1 to %d\n", DEPTH_MIN,
                DEPTH_MAX, ROUNDS_MAX);
        return 3;
    }
    struct gcrt_options options = {.procs = 1};
    return gcrt_run(&options, run, &request);
}
