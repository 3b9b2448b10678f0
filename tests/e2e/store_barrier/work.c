/* Linked into a program and, once more, into a plugin of it: stores that stops meet. */
#include "work.h"

struct node {
    struct node *next;
    uint64_t number;
};
static GCRT_TYPE(node_type, struct node, next);

enum { NODES = 2000, TURNS = 20 };

static const void *flag_address(void)
{
    const void *flag;
    __asm__("movq gcrt_barrier_flag@GOTPCREL(%%rip), %0" : "=r"(flag));
    return flag;
}

static struct node *list;

static uint64_t store_and_check(void)
{
    gcrt_store(&list, NULL);
    for (uint64_t i = 0; i < NODES; i++) {
        struct node *node = gcrt_new(&node_type);
        node->number = i;
        gcrt_store(&node->next, list);
        gcrt_store(&list, node);
    }
    for (int turn = 0; turn < TURNS; turn++) { /* calls nothing */
        struct node *done = NULL, *node = list;
        while (node != NULL) {
            struct node *next = node->next;
            gcrt_store(&node->next, done);
            done = node;
            node = next;
        }
        gcrt_store(&list, done);
    }
    uint64_t sum = 0;
    for (const struct node *node = list; node != NULL; node = node->next)
        sum += node->number;
    return sum - (uint64_t)NODES * (NODES - 1) / 2;
}

const struct work work = {flag_address, store_and_check};
