/* What keeps an object: the shortest way, groups of equal ways, and which references are suspects. */
#include "unit/model/graph.h"

#include "gctool/analyze/path.h"

struct sample {
    struct snapshot *snapshot;
    struct leaks leaks;
    struct paths paths;
};

static struct sample open_sample(struct snapshot_builder *builder)
{
    struct sample sample = {.snapshot = graph_finish(builder)};
    assert_int_equal(leaks_find(sample.snapshot, &sample.leaks), 0);
    assert_int_equal(paths_start(&sample.paths, sample.snapshot, &sample.leaks), 0);
    return sample;
}

static void close_sample(struct sample *sample)
{
    paths_end(&sample->paths);
    leaks_free(&sample->leaks);
    snapshot_free(sample->snapshot);
}

/* One more type, of objects as large as all. */
static void add_type(struct snapshot_builder *builder, const char *name)
{
    struct snapshot *snapshot = snapshot_builder_snapshot(builder);
    snapshot->types = realloc(snapshot->types, (snapshot->type_count + 1) * sizeof *snapshot->types);
    snapshot->types[snapshot->type_count++] = (struct snapshot_type){.name = name, .size = GRAPH_OBJECT_BYTES};
    snapshot->type_capacity = snapshot->type_count;
}

static const uint64_t CLIENTS = 0x200000;

/* 0 -> 1 -> 2, and 0 -> 3 -> 4 -> 2: the way to 2 is the short one. */
static void the_shortest_way_is_told_root_first(void **)
{
    static const uint32_t edges[][2] = {{0, 3}, {0, 1}, {1, 2}, {3, 4}, {4, 2}};
    struct snapshot_builder *builder = graph_start(5, edges, 5);
    graph_root(builder, HEAP_ROOT_DATA, 0, 0);
    struct sample sample = open_sample(builder);
    assert_int_equal(paths_group_object(&sample.paths, 2), 0);
    assert_int_equal(sample.paths.count, 1);
    struct path path;
    assert_int_equal(paths_tell(&sample.paths, &sample.paths.groups[0], &path), 0);
    assert_int_equal(path.root, 0);
    assert_int_equal(path.count, 3);
    assert_int_equal(path.steps[0].object, 0);
    assert_int_equal(path.steps[1].object, 1);
    assert_int_equal(sample.snapshot->edges[path.steps[1].edge].target, 2);
    assert_int_equal(path.steps[2].object, 2);
    assert_true(path.steps[2].edge == UINT64_MAX);
    path_free(&path);
    close_sample(&sample);
}

/* A map 0 (through 1) holds nodes 2, 3, 4, a list, and each node a client of another type: one group, and suspect is what lies below the map. */
static void objects_held_alike_are_one_group_and_suspects_lie_below_what_all_share(void **)
{
    struct snapshot_builder *builder = graph_start(1, NULL, 0);
    add_type(builder, "struct list");
    add_type(builder, "struct client");
    assert_int_equal(snapshot_add_edge(builder, 0, 0x180000, HEAP_EDGE_PRECISE), 0); /* 0 -> the map's first node */
    assert_int_equal(snapshot_add_span(builder, 0x180000, GRAPH_OBJECT_BYTES, 8, 1), 0);
    for (uint32_t node = 0; node < 3; node++) {
        assert_int_equal(snapshot_add_object(builder, node, 0, 0), 0);
        assert_int_equal(
            snapshot_add_edge(builder, 0, CLIENTS + (uint64_t)node * GRAPH_OBJECT_BYTES, HEAP_EDGE_PRECISE), 0);
        if (node < 2)
            assert_int_equal(
                snapshot_add_edge(builder, 1, 0x180000 + (uint64_t)(node + 1) * GRAPH_OBJECT_BYTES, HEAP_EDGE_PRECISE),
                0);
    }
    assert_int_equal(snapshot_add_span(builder, CLIENTS, GRAPH_OBJECT_BYTES, 8, 2), 0);
    for (uint32_t client = 0; client < 4; client++)
        assert_int_equal(snapshot_add_object(builder, client, 0, 0), 0); /* the last is garbage */
    graph_root(builder, HEAP_ROOT_DATA, 0, 0);
    struct sample sample = open_sample(builder);
    assert_int_equal(paths_group_type(&sample.paths, "client"), 0);
    assert_int_equal(sample.paths.count, 2);
    assert_int_equal(sample.paths.groups[0].objects, 3);
    assert_int_equal(sample.paths.groups[0].bytes, 3 * GRAPH_OBJECT_BYTES);
    assert_int_equal(sample.paths.groups[1].objects, 1);
    struct path path;
    assert_int_equal(paths_tell(&sample.paths, &sample.paths.groups[0], &path), 0);
    assert_int_equal(path.count, 3);
    assert_false(path.steps[0].suspect); /* to the first node: all three hang below it */
    assert_true(path.steps[1].suspect);
    path_free(&path);
    assert_int_equal(paths_tell(&sample.paths, &sample.paths.groups[1], &path), 0);
    assert_true(path.root == SIZE_MAX);
    assert_int_equal(path.count, 1);
    path_free(&path);
    close_sample(&sample);
}

enum { LONG = 200000 };

/* A list: of equal steps the first and the last are told, and their number. */
static void a_long_list_is_folded(void **)
{
    uint32_t(*edges)[2] = calloc(LONG, sizeof *edges);
    for (uint32_t at = 0; at + 1 < LONG; at++)
        edges[at][0] = at, edges[at][1] = at + 1;
    struct snapshot_builder *builder = graph_start(LONG, (const uint32_t(*)[2])edges, LONG - 1);
    graph_root(builder, HEAP_ROOT_DATA, 0, 0);
    struct sample sample = open_sample(builder);
    assert_int_equal(paths_group_object(&sample.paths, LONG - 1), 0);
    assert_int_equal(sample.paths.groups[0].objects, LONG);
    struct path path;
    assert_int_equal(paths_tell(&sample.paths, &sample.paths.groups[0], &path), 0);
    assert_int_equal(path.count, 2);
    assert_int_equal(path.steps[0].object, 0);
    assert_int_equal(path.steps[0].skipped, LONG - 2);
    assert_int_equal(path.steps[1].object, LONG - 1);
    path_free(&path);
    close_sample(&sample);
    free(edges);
}

/* 2 waits for ever for 0, which its stack holds, and 0 holds 1; 2 is held by a global as well, the shorter way would be the leaked one. */
static void who_is_alive_is_told_before_a_leaked_goroutine(void **)
{
    static const uint32_t edges[][2] = {{0, 1}, {2, 3}, {3, 4}};
    struct snapshot_builder *builder = graph_start(5, edges, 3);
    graph_goroutine(builder, 2, (const uint64_t[]){graph_object(0)}, 1);
    graph_root(builder, HEAP_ROOT_STACK, 2, 0);
    graph_root(builder, HEAP_ROOT_STACK, 2, 4);
    graph_root(builder, HEAP_ROOT_DATA, 0, 2);
    struct sample sample = open_sample(builder);
    assert_int_equal(sample.paths.reach.steps[4].wave, PATH_WAVE_ALIVE);
    assert_int_equal(sample.paths.reach.steps[1].wave, PATH_WAVE_LEAKED);
    close_sample(&sample);
}

static void a_weak_edge_holds_nothing(void **)
{
    struct snapshot_builder *builder = graph_start(1, NULL, 0);
    assert_int_equal(snapshot_add_edge(builder, 0, graph_object(1), HEAP_EDGE_WEAK), 0);
    assert_int_equal(snapshot_add_object(builder, 1, 0, 0), 0);
    graph_root(builder, HEAP_ROOT_DATA, 0, 0);
    struct sample sample = open_sample(builder);
    assert_int_equal(paths_group_object(&sample.paths, 1), 0);
    struct path path;
    assert_int_equal(paths_tell(&sample.paths, &sample.paths.groups[0], &path), 0);
    assert_true(path.root == SIZE_MAX);
    path_free(&path);
    close_sample(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shortest_way_is_told_root_first),
        cmocka_unit_test(objects_held_alike_are_one_group_and_suspects_lie_below_what_all_share),
        cmocka_unit_test(a_long_list_is_folded),
        cmocka_unit_test(who_is_alive_is_told_before_a_leaked_goroutine),
        cmocka_unit_test(a_weak_edge_holds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
