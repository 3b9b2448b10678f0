/* What an allocation costs: ns for small objects that die at once, ns for list nodes that live, beside malloc and free in the same run.
 *
 * Usage: allocate [ROUNDS]     prints one line a case: ns of libgcrt, ns of malloc, ratio; medians of ROUNDS (7) alternated rounds
 */
#include <gcrt/gcrt.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { OBJECTS = 4000000, ROUNDS_MAX = 99 };

struct small {
    uint64_t words[2];
};
GCRT_TYPE_LEAF(small_type, struct small);

struct node {
    struct node *next;
    uint64_t value;
};
GCRT_TYPE(node_type, struct node, next);

static struct node *list;

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void drop_gcrt(void)
{
    for (int i = 0; i < OBJECTS; i++) {
        struct small *small = gcrt_new(&small_type);
        *(volatile uint64_t *)&small->words[0] = 1;
    }
}

static void drop_malloc(void)
{
    for (int i = 0; i < OBJECTS; i++) {
        struct small *small = calloc(1, sizeof *small);
        *(volatile uint64_t *)&small->words[0] = 1;
        free(small);
    }
}

static void keep_gcrt(void)
{
    gcrt_store(&list, NULL);
    for (int i = 0; i < OBJECTS; i++) {
        struct node *node = gcrt_new(&node_type);
        gcrt_store(&node->next, list);
        gcrt_store(&list, node);
    }
    gcrt_store(&list, NULL);
}

static void keep_malloc(void)
{
    struct node *head = NULL;
    for (int i = 0; i < OBJECTS; i++) {
        struct node *node = calloc(1, sizeof *node);
        node->next = head;
        head = node;
    }
    while (head != NULL) {
        struct node *next = head->next;
        free(head);
        head = next;
    }
}

static double time_of(void (*function)(void))
{
    double begin = now_ns();
    function();
    return (now_ns() - begin) / OBJECTS;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *name, void (*gcrt)(void), void (*peer)(void), int rounds)
{
    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX];
    for (int round = 0; round < rounds; round++) {
        ours[round] = time_of(gcrt);
        theirs[round] = time_of(peer);
    }
    qsort(ours, (size_t)rounds, sizeof *ours, compare);
    qsort(theirs, (size_t)rounds, sizeof *theirs, compare);
    printf("%-22s gcrt %6.2f ns   malloc %6.2f ns   ratio %5.2f\n", name, ours[rounds / 2], theirs[rounds / 2],
           ours[rounds / 2] / theirs[rounds / 2]);
}

static int run(void *arg)
{
    int rounds = *(const int *)arg;
    measure("16 bytes, die at once", drop_gcrt, drop_malloc, rounds);
    measure("list of 4 million", keep_gcrt, keep_malloc, rounds);
    return 0;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 7;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: allocate [ROUNDS], 1 to %d\n", ROUNDS_MAX);
        return 3;
    }
    return gcrt_run(NULL, run, &rounds);
}
