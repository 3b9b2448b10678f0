/* known: a program whose allocations and goroutines are known to the last one, for the end-to-end test of recording and reporting.
 *
 *     struct node       1000 by make_nodes(), every third of the first 900 kept in a global: 300 alive at the end
 *     bytes of 200      5000 by make_garbage(), none kept
 *     goroutine         waits_for_ever x 3, in a channel receive at the end; ends x 2, ended
 */
#include <gcrt/gcrt.h>

#include <stddef.h>

enum { NODES = 1000, KEPT = 300, BUFFERS = 5000, BUFFER_BYTES = 200, WAITERS = 3, ENDING = 2 };

struct node {
    struct node *next;
    int64_t value;
};
GCRT_TYPE(node_type, struct node, next);

static struct node *kept;
static struct gcrt_chan *nobody_sends;

__attribute__((noinline)) static void make_nodes(void)
{
    for (int at = 0; at < NODES; at++) {
        struct node *node = gcrt_new(&node_type);
        node->value = at;
        if (at < 3 * KEPT && at % 3 == 0) {
            gcrt_store(&node->next, kept);
            gcrt_store(&kept, node);
        }
    }
}

__attribute__((noinline)) static void make_garbage(void)
{
    for (int at = 0; at < BUFFERS; at++) {
        char *buffer = gcrt_new_bytes(BUFFER_BYTES);
        buffer[0] = (char)at;
    }
}

static void waits_for_ever(void *)
{
    gcrt_chan_receive(nobody_sends, NULL);
}

static void ends(void *arg)
{
    gcrt_chan_send(arg, &(char){0}); /* an element of no bytes */
}

/* Overwrites what the calls before left below the stack pointer: a stale pointer there would keep its object, conservatively. */
__attribute__((noinline)) static void clear_stack(void)
{
    volatile char bytes[16384];
    for (size_t at = 0; at < sizeof bytes; at++)
        bytes[at] = 0;
}

static int run(void *)
{
    gcrt_store(&nobody_sends, gcrt_chan_new(&gcrt_type_int64, 0));
    for (int at = 0; at < WAITERS; at++)
        gcrt_go(waits_for_ever, NULL);
    struct gcrt_chan *done = gcrt_chan_new(&gcrt_type_unit, 0);
    for (int at = 0; at < ENDING; at++)
        gcrt_go(ends, done);
    make_nodes();
    make_garbage();
    for (int at = 0; at < ENDING; at++)
        gcrt_chan_receive(done, NULL);
    gcrt_sleep(50 * 1000 * 1000); /* the waiters get to their channel, the ending ones to their end */
    clear_stack();
    gcrt_collect();
    return 0;
}

int main(void)
{
    return gcrt_run(NULL, run, NULL);
}
