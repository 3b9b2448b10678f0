/* graph.h: small snapshots for tests. Object n is at slot n of one span at GRAPH_BASE, 32 bytes each; goroutine g has its stack at GRAPH_STACKS + g * 0x10000. */
#ifndef TESTS_UNIT_MODEL_GRAPH_H
#define TESTS_UNIT_MODEL_GRAPH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gctool/model/snapshot.h"

#define GRAPH_BASE   0x100000UL
#define GRAPH_STACKS 0x90000000UL
enum { GRAPH_OBJECT_BYTES = 32 };

static inline uint64_t graph_object(uint32_t object)
{
    return GRAPH_BASE + (uint64_t)object * GRAPH_OBJECT_BYTES;
}

static inline uint64_t graph_stack(uint64_t goroutine)
{
    return GRAPH_STACKS + goroutine * 0x10000;
}

/* `edges` of two numbers each, from and to, in order of `from`. */
static inline struct snapshot_builder *graph_start(uint32_t object_count, const uint32_t (*edges)[2], size_t edge_count)
{
    struct snapshot_builder *builder = snapshot_builder_new();
    struct snapshot *snapshot = snapshot_builder_snapshot(builder);
    snapshot->types = calloc(1, sizeof *snapshot->types);
    snapshot->types[0] = (struct snapshot_type){.name = "node", .size = GRAPH_OBJECT_BYTES};
    snapshot->type_count = snapshot->type_capacity = 1;
    assert_int_equal(snapshot_add_span(builder, GRAPH_BASE, GRAPH_OBJECT_BYTES, object_count + 1, 0), 0);
    size_t edge = 0;
    for (uint32_t object = 0; object < object_count; object++) {
        assert_int_equal(snapshot_add_object(builder, object, 0, 0), 0);
        for (uint32_t offset = 0; edge < edge_count && edges[edge][0] == object; edge++, offset++)
            assert_int_equal(snapshot_add_edge(builder, offset, graph_object(edges[edge][1]), HEAP_EDGE_PRECISE), 0);
    }
    assert_int_equal(edge, edge_count);
    return builder;
}

static inline void graph_root(struct snapshot_builder *builder, enum heap_root kind, uint64_t owner, uint32_t object)
{
    struct snapshot_root root = {.kind = kind, .owner = owner, .address = 8};
    assert_int_equal(snapshot_add_root(builder, &root, graph_object(object)), 0);
}

/* A goroutine that waits for `waits` addresses with a reason that may be a leak; not one: it runs. */
static inline void graph_goroutine(struct snapshot_builder *builder, uint64_t id, const uint64_t *waits,
                                   size_t wait_count)
{
    struct snapshot_goroutine goroutine = {.id = id,
                                           .stack_low = graph_stack(id),
                                           .stack_high = graph_stack(id) + 0x8000,
                                           .status = wait_count > 0 ? "waiting" : "running",
                                           .waiting = wait_count > 0,
                                           .may_leak = wait_count > 0};
    assert_int_equal(snapshot_add_goroutine(builder, &goroutine, NULL, 0, waits, wait_count), 0);
}

static inline struct snapshot *graph_finish(struct snapshot_builder *builder)
{
    struct snapshot *snapshot;
    assert_int_equal(snapshot_finish(builder, &snapshot), 0);
    assert_true(snapshot_check(snapshot));
    return snapshot;
}

#endif
