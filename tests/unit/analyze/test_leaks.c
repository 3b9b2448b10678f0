/* Leaked goroutines: the fixpoint on small snapshots, each of a kind that programs get wrong or that a checker could get wrong. */
#include "unit/model/graph.h"

#include "gctool/analyze/leaks.h"

static enum leak_verdict verdict(const struct leaks *leaks, uint64_t goroutine)
{
    const struct snapshot *snapshot = leaks->reach.snapshot;
    return (enum leak_verdict)leaks->items[snapshot_find_goroutine(snapshot, goroutine) - snapshot->goroutines].verdict;
}

static const struct leak *leak_of(const struct leaks *leaks, uint64_t goroutine)
{
    const struct snapshot *snapshot = leaks->reach.snapshot;
    return &leaks->items[snapshot_find_goroutine(snapshot, goroutine) - snapshot->goroutines];
}

#define WAITS(...) (uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)

/* Goroutine 2 waits for object 0, which only its own stack holds; object 0 holds 1, its stack 2 as well. */
static void who_alone_holds_what_it_waits_for_is_leaked(void **)
{
    struct snapshot_builder *builder = graph_start(4, (const uint32_t[][2]){{0, 1}}, 1);
    graph_goroutine(builder, 1, NULL, 0);
    graph_goroutine(builder, 2, WAITS(graph_object(0)));
    graph_root(builder, HEAP_ROOT_STACK, 2, 0);
    graph_root(builder, HEAP_ROOT_STACK, 2, 2);
    graph_root(builder, HEAP_ROOT_STACK, 1, 3);
    struct snapshot *snapshot = graph_finish(builder);
    struct leaks leaks;
    assert_int_equal(leaks_find(snapshot, &leaks), 0);
    assert_int_equal(verdict(&leaks, 1), LEAK_NONE);
    assert_int_equal(verdict(&leaks, 2), LEAK_LEAKED);
    assert_int_equal(leaks.leaked, 1);
    assert_int_equal(leak_of(&leaks, 2)->kept_objects, 3);
    assert_int_equal(leak_of(&leaks, 2)->kept_bytes, 3 * GRAPH_OBJECT_BYTES);
    leaks_free(&leaks);
    snapshot_free(snapshot);
}

/* Seed 002's chain: 2 waits for 0, which 3's stack holds; 3 waits for 1, which 4's stack holds; 4 runs. */
static void a_chain_that_ends_at_one_who_runs_is_alive(void **)
{
    struct snapshot_builder *builder = graph_start(2, NULL, 0);
    graph_goroutine(builder, 2, WAITS(graph_object(0)));
    graph_goroutine(builder, 3, WAITS(graph_object(1)));
    graph_goroutine(builder, 4, NULL, 0);
    graph_root(builder, HEAP_ROOT_STACK, 2, 0);
    graph_root(builder, HEAP_ROOT_STACK, 3, 0);
    graph_root(builder, HEAP_ROOT_STACK, 3, 1);
    graph_root(builder, HEAP_ROOT_STACK, 4, 1);
    struct snapshot *snapshot = graph_finish(builder);
    struct leaks leaks;
    assert_int_equal(leaks_find(snapshot, &leaks), 0);
    assert_int_equal(leaks.leaked, 0);
    assert_int_equal(verdict(&leaks, 2), LEAK_ALIVE);
    assert_int_equal(leak_of(&leaks, 2)->woken_by, 0);
    assert_int_equal(leaks.reach.steps[0].from, SNAPSHOT_NONE); /* by 3's stack */
    leaks_free(&leaks);
    snapshot_free(snapshot);
}

static void a_circle_of_waiters_is_leaked(void **)
{
    struct snapshot_builder *builder = graph_start(3, NULL, 0);
    graph_goroutine(builder, 2, WAITS(graph_object(0)));
    graph_goroutine(builder, 3, WAITS(graph_object(1)));
    graph_root(builder, HEAP_ROOT_STACK, 2, 1);
    graph_root(builder, HEAP_ROOT_STACK, 3, 0);
    graph_root(builder, HEAP_ROOT_STACK, 2, 2);
    graph_root(builder, HEAP_ROOT_STACK, 3, 2);
    struct snapshot *snapshot = graph_finish(builder);
    struct leaks leaks;
    assert_int_equal(leaks_find(snapshot, &leaks), 0);
    assert_int_equal(leaks.leaked, 2);
    assert_int_equal(leak_of(&leaks, 2)->kept_objects, 1);
    assert_int_equal(leaks.shared_objects, 1); /* object 2 */
    leaks_free(&leaks);
    snapshot_free(snapshot);
}

/* 2 waits for a wait group on its own stack; object 0, which the stack of 3 holds, points to that stack. */
static struct snapshot *snapshot_of_group_on_stack(bool is_3_alive)
{
    struct snapshot_builder *builder = graph_start(2, NULL, 0);
    assert_int_equal(snapshot_add_edge(builder, 0, graph_stack(2) + 64, HEAP_EDGE_PRECISE), 0); /* of object 1 */
    graph_goroutine(builder, 2, WAITS(graph_stack(2) + 80));
    graph_goroutine(builder, 3, (uint64_t[]){graph_object(0)}, is_3_alive ? 0 : 1);
    graph_root(builder, HEAP_ROOT_STACK, 3, 0);
    graph_root(builder, HEAP_ROOT_STACK, 3, 1);
    return graph_finish(builder);
}

static void a_pointer_to_the_stack_where_a_wait_group_lies_can_wake(void **)
{
    for (int is_alive = 0; is_alive < 2; is_alive++) {
        struct snapshot *snapshot = snapshot_of_group_on_stack(is_alive);
        struct leaks leaks;
        assert_int_equal(snapshot->stack_word_count, 1);
        assert_int_equal(snapshot->dangling_edges, 0);
        assert_int_equal(leaks_find(snapshot, &leaks), 0);
        assert_int_equal(verdict(&leaks, 2), is_alive ? LEAK_ALIVE : LEAK_LEAKED);
        leaks_free(&leaks);
        snapshot_free(snapshot);
    }
}

/* 2 waits for object 0, whose address its stack alone holds; somebody points to that stack. */
static void a_pointer_to_a_stack_reaches_what_lies_there(void **)
{
    static const struct {
        enum heap_root kind;
        uint64_t owner;
        enum leak_verdict verdict;
    } cases[] = {{HEAP_ROOT_STACK, 1, LEAK_ALIVE},         {HEAP_ROOT_RECORD, 1, LEAK_ALIVE},
                 {HEAP_ROOT_DATA, 0, LEAK_ALIVE},          {HEAP_ROOT_STACK, 2, LEAK_LEAKED},
                 {HEAP_ROOT_UNSCANNED, 0, LEAK_UNDECIDED}, {HEAP_ROOT_STACK, 9, LEAK_LEAKED}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct snapshot_builder *builder = graph_start(1, NULL, 0);
        graph_goroutine(builder, 1, NULL, 0);
        graph_goroutine(builder, 2, WAITS(graph_object(0)));
        graph_root(builder, HEAP_ROOT_STACK, 2, 0);
        struct snapshot_root root = {.kind = (uint8_t)cases[i].kind, .owner = cases[i].owner};
        assert_int_equal(snapshot_add_root(builder, &root, graph_stack(2) + 0x7ff0), 0);
        struct snapshot *snapshot = graph_finish(builder);
        struct leaks leaks;
        assert_int_equal(leaks_find(snapshot, &leaks), 0);
        assert_int_equal(verdict(&leaks, 2), cases[i].verdict);
        leaks_free(&leaks);
        snapshot_free(snapshot);
    }
}

static void a_select_is_alive_by_any_of_its_channels(void **)
{
    struct snapshot_builder *builder = graph_start(2, NULL, 0);
    graph_goroutine(builder, 2, WAITS(graph_object(0), graph_object(1)));
    graph_root(builder, HEAP_ROOT_STACK, 2, 0);
    graph_root(builder, HEAP_ROOT_DATA, 0, 1);
    struct snapshot *snapshot = graph_finish(builder);
    struct leaks leaks;
    assert_int_equal(leaks_find(snapshot, &leaks), 0);
    assert_int_equal(verdict(&leaks, 2), LEAK_ALIVE);
    assert_int_equal(leak_of(&leaks, 2)->woken_by, 1);
    leaks_free(&leaks);
    snapshot_free(snapshot);
}

/* A mutex inside of an object: the address is not that of its slot. */
static void what_lies_inside_of_an_object_is_as_alive_as_the_object(void **)
{
    for (unsigned held = 0; held < 2; held++) {
        struct snapshot_builder *builder = graph_start(1, NULL, 0);
        graph_goroutine(builder, 2, WAITS(graph_object(0) + 16));
        if (held)
            graph_root(builder, HEAP_ROOT_DATA, 0, 0);
        struct snapshot *snapshot = graph_finish(builder);
        struct leaks leaks;
        assert_int_equal(leaks_find(snapshot, &leaks), 0);
        assert_int_equal(verdict(&leaks, 2), held ? LEAK_ALIVE : LEAK_LEAKED);
        leaks_free(&leaks);
        snapshot_free(snapshot);
    }
}

static void a_global_outside_of_the_heap_is_alive(void **)
{
    struct snapshot_builder *builder = graph_start(1, NULL, 0);
    graph_goroutine(builder, 2, WAITS(0x5000));
    struct snapshot *snapshot = graph_finish(builder);
    struct leaks leaks;
    assert_int_equal(leaks_find(snapshot, &leaks), 0);
    assert_int_equal(verdict(&leaks, 2), LEAK_ALIVE);
    assert_int_equal(leak_of(&leaks, 2)->woken_by, SNAPSHOT_NONE);
    assert_int_equal(leak_of(&leaks, 2)->woken_by_outside, 0x5000);
    leaks_free(&leaks);
    snapshot_free(snapshot);
}

/* 2 waits for a mutex on the stack of 3, which waits for object 0, or runs. */
static void what_lies_on_a_stack_is_as_alive_as_its_goroutine(void **)
{
    for (unsigned runs = 0; runs < 2; runs++) {
        struct snapshot_builder *builder = graph_start(1, NULL, 0);
        graph_goroutine(builder, 2, WAITS(graph_stack(3) + 0x100));
        if (runs)
            graph_goroutine(builder, 3, NULL, 0);
        else
            graph_goroutine(builder, 3, WAITS(graph_object(0)));
        struct snapshot *snapshot = graph_finish(builder);
        struct leaks leaks;
        assert_int_equal(leaks_find(snapshot, &leaks), 0);
        assert_int_equal(verdict(&leaks, 2), runs ? LEAK_ALIVE : LEAK_LEAKED);
        assert_int_equal(leaks.leaked, runs ? 0 : 2);
        leaks_free(&leaks);
        snapshot_free(snapshot);
    }
}

static void a_nil_channel_is_for_ever(void **)
{
    struct snapshot_builder *builder = graph_start(1, NULL, 0);
    struct snapshot_goroutine goroutine = {.id = 2, .waiting = true, .may_leak = true};
    assert_int_equal(snapshot_add_goroutine(builder, &goroutine, NULL, 0, NULL, 0), 0);
    struct snapshot *snapshot = graph_finish(builder);
    struct leaks leaks;
    assert_int_equal(leaks_find(snapshot, &leaks), 0);
    assert_int_equal(verdict(&leaks, 2), LEAK_LEAKED);
    leaks_free(&leaks);
    snapshot_free(snapshot);
}

static void who_sleeps_is_not_leaked_and_its_stack_is_a_root(void **)
{
    struct snapshot_builder *builder = graph_start(1, NULL, 0);
    struct snapshot_goroutine sleeper = {.id = 3, .waiting = true, .may_leak = false};
    assert_int_equal(snapshot_add_goroutine(builder, &sleeper, NULL, 0, NULL, 0), 0);
    graph_goroutine(builder, 2, WAITS(graph_object(0)));
    graph_root(builder, HEAP_ROOT_STACK, 3, 0);
    struct snapshot *snapshot = graph_finish(builder);
    struct leaks leaks;
    assert_int_equal(leaks_find(snapshot, &leaks), 0);
    assert_int_equal(verdict(&leaks, 3), LEAK_NONE);
    assert_int_equal(verdict(&leaks, 2), LEAK_ALIVE);
    leaks_free(&leaks);
    snapshot_free(snapshot);
}

/* malloc memory holds object 0, which holds the channel 1. */
static void a_word_in_unscanned_memory_makes_it_undecided(void **)
{
    struct snapshot_builder *builder = graph_start(2, (const uint32_t[][2]){{0, 1}}, 1);
    graph_goroutine(builder, 2, WAITS(graph_object(1)));
    graph_root(builder, HEAP_ROOT_STACK, 2, 1);
    graph_root(builder, HEAP_ROOT_UNSCANNED, 0, 0);
    struct snapshot *snapshot = graph_finish(builder);
    struct leaks leaks;
    assert_int_equal(leaks_find(snapshot, &leaks), 0);
    assert_int_equal(verdict(&leaks, 2), LEAK_UNDECIDED);
    assert_int_equal(leaks.leaked, 0);
    assert_int_equal(leaks.undecided, 1);
    leaks_free(&leaks);
    snapshot_free(snapshot);
}

/* Linear: with a look at all goroutines for each link this would take minutes. */
static void a_chain_of_a_hundred_thousand(void **)
{
    enum { LENGTH = 100000 };
    struct snapshot_builder *builder = graph_start(LENGTH, NULL, 0);
    for (uint32_t at = 0; at < LENGTH; at++) {
        graph_goroutine(builder, at + 2, WAITS(graph_object(at)));
        if (at > 0)
            graph_root(builder, HEAP_ROOT_STACK, at + 2, at - 1);
    }
    graph_goroutine(builder, 1, NULL, 0);
    graph_root(builder, HEAP_ROOT_STACK, 1, LENGTH - 1);
    struct snapshot *snapshot = graph_finish(builder);
    struct leaks leaks;
    assert_int_equal(leaks_find(snapshot, &leaks), 0);
    assert_int_equal(leaks.leaked, 0);
    assert_int_equal(verdict(&leaks, 2), LEAK_ALIVE);
    leaks_free(&leaks);
    snapshot_free(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_alone_holds_what_it_waits_for_is_leaked),
        cmocka_unit_test(a_chain_that_ends_at_one_who_runs_is_alive),
        cmocka_unit_test(a_circle_of_waiters_is_leaked),
        cmocka_unit_test(a_pointer_to_the_stack_where_a_wait_group_lies_can_wake),
        cmocka_unit_test(a_pointer_to_a_stack_reaches_what_lies_there),
        cmocka_unit_test(a_select_is_alive_by_any_of_its_channels),
        cmocka_unit_test(what_lies_inside_of_an_object_is_as_alive_as_the_object),
        cmocka_unit_test(a_global_outside_of_the_heap_is_alive),
        cmocka_unit_test(what_lies_on_a_stack_is_as_alive_as_its_goroutine),
        cmocka_unit_test(a_nil_channel_is_for_ever),
        cmocka_unit_test(who_sleeps_is_not_leaked_and_its_stack_is_a_root),
        cmocka_unit_test(a_word_in_unscanned_memory_makes_it_undecided),
        cmocka_unit_test(a_chain_of_a_hundred_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
