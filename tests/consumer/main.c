/* A program outside the tree: only what is installed. A list of ten thousand nodes, every tenth kept. */
#include <gcrt/gcrt.h>
#include <stdio.h>

struct node {
    struct node *next;
    long value;
};
GCRT_TYPE(node_type, struct node, next);

static struct node *kept;

static int run(void *arg)
{
    (void)arg;
    for (long i = 0; i < 10000; i++) {
        struct node *node = gcrt_new(&node_type);
        node->value = i;
        if (i % 10 == 0) {
            gcrt_store(&node->next, kept);
            gcrt_store(&kept, node);
        }
    }
    gcrt_collect();
    long count = 0;
    for (struct node *node = kept; node != NULL; node = node->next)
        count++;
    printf("kept %ld\n", count);
    return 7;
}

int main(void)
{
    return gcrt_run(NULL, run, NULL);
}
