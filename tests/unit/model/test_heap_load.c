/* .gcheap files as snapshots: every part of one, and damage at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "gctool/analyze/leaks.h"
#include "gctool/model/heap_load.h"
#include "support/sample_heap.h"
#include "tracer/format/heap_file.h"

static struct snapshot *load(const struct sample_trace *heap, struct trace_completeness *ret_found)
{
    struct snapshot *snapshot = NULL;
    struct error error = {0};
    assert_int_equal(heap_load_memory(heap->bytes, heap->size, &snapshot, ret_found, &error), 0);
    assert_true(snapshot_check(snapshot));
    return snapshot;
}

static void everything_that_was_written_is_read(void **)
{
    struct sample_trace heap = sample_heap_story();
    struct trace_completeness found;
    struct snapshot *snapshot = load(&heap, &found);
    assert_true(snapshot->complete && found.whole);
    assert_string_equal(snapshot->program, "/usr/bin/sample");
    assert_int_equal(snapshot->cycle, 12);
    assert_int_equal(snapshot->pid, 4711);
    assert_int_equal(snapshot->object_count, 5);
    assert_int_equal(snapshot->dangling_edges, 0);
    static const uint64_t addresses[] = {0x700000, 0x700020, 0x7000a0, 0x800000, 0x8000c0};
    static const uint32_t births[] = {2, 2, 0, 1, 1}, cycles[] = {11, 12, 0, 3, 4}, begins[] = {0, 1, 3, 4, 4, 4};
    for (uint32_t object = 0; object < 5; object++) {
        assert_int_equal(snapshot_address(snapshot, object), addresses[object]);
        assert_int_equal(snapshot->births[object], births[object]);
        assert_int_equal(snapshot->birth_cycles[object], cycles[object]);
        assert_int_equal(snapshot->edge_begin[object], begins[object]);
    }
    static const struct snapshot_edge edges[] = {
        {1, 0, HEAP_EDGE_PRECISE}, {2, 0, HEAP_EDGE_INTERIOR}, {3, 2, HEAP_EDGE_WEAK}, {0, 0, HEAP_EDGE_CONSERVATIVE}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(snapshot->edges[i].target, edges[i].target);
        assert_int_equal(snapshot->edges[i].offset, edges[i].offset);
        assert_int_equal(snapshot->edges[i].kind, edges[i].kind);
    }
    assert_int_equal(snapshot->stack_word_count, 1);
    assert_int_equal(snapshot->stack_words[0].object, 2);
    assert_int_equal(snapshot->goroutines[snapshot->stack_words[0].goroutine].id, 3);
    assert_string_equal(snapshot->types[snapshot_span_of(snapshot, 4)->type].name, "struct gcrt_chan");
    assert_int_equal(snapshot->root_count, 3);
    assert_int_equal(snapshot->roots[1].target, 4);
    assert_int_equal(snapshot->roots[2].kind, HEAP_ROOT_UNSCANNED);
    assert_true(snapshot->roots[2].interior);
    const struct snapshot_goroutine *waiter = snapshot_find_goroutine(snapshot, 3);
    assert_string_equal(waiter->wait_reason, "channel receive");
    assert_true(waiter->waiting && waiter->may_leak);
    assert_int_equal(snapshot->waits[waiter->first_wait], 0x8000c0);
    assert_int_equal(snapshot->frames[waiter->first_frame + 1], 0x401200);
    assert_int_equal(snapshot->modules[0].build_id_bytes, 4);
    snapshot_free(snapshot);
    sample_free(&heap);
}

/* A changed byte is always seen: the file is refused, or not complete. */
static void no_changed_byte_is_taken_for_the_truth(void **)
{
    struct sample_trace heap = sample_heap_story();
    for (size_t at = 0; at < heap.size; at++) {
        heap.bytes[at] ^= 0x41;
        struct snapshot *snapshot = NULL;
        struct trace_completeness found;
        struct error error = {0};
        if (heap_load_memory(heap.bytes, heap.size, &snapshot, &found, &error) == 0) {
            assert_true(snapshot_check(snapshot));
            assert_false(snapshot->complete);
            assert_false(found.whole);
        }
        snapshot_free(snapshot);
        heap.bytes[at] ^= 0x41;
    }
    sample_free(&heap);
}

static void no_cut_file_is_taken_for_whole(void **)
{
    struct sample_trace heap = sample_heap_story();
    for (size_t size = 0; size < heap.size; size++) {
        struct sample_trace cut = {heap.bytes, size};
        struct snapshot *snapshot = NULL;
        struct trace_completeness found;
        struct error error = {0};
        int code = heap_load_memory(cut.bytes, cut.size, &snapshot, &found, &error);
        assert_int_equal(code < 0, size < TRACE_FILE_HEADER_BYTES);
        assert_true(code < 0 || (snapshot_check(snapshot) && !snapshot->complete));
        snapshot_free(snapshot);
    }
    sample_free(&heap);
}

/* Without the block in which a span begins, what is left of it is still its own. */
static void a_lost_block_takes_its_objects_alone(void **)
{
    struct sample_trace heap = sample_heap_story();
    size_t begin = sample_block_at(&heap, 5), end = sample_block_at(&heap, 6);
    memmove(heap.bytes + begin, heap.bytes + end, heap.size - end);
    heap.size -= end - begin;
    struct trace_completeness found;
    struct snapshot *snapshot = load(&heap, &found);
    assert_false(snapshot->complete);
    assert_int_equal(found.missing_blocks, 1);
    assert_int_equal(snapshot->object_count, 3);
    assert_int_equal(snapshot_address(snapshot, 0), 0x7000a0);
    assert_int_equal(snapshot->stack_word_count, 1);
    snapshot_free(snapshot);
    sample_free(&heap);
}

/* A repair says that something is missing, and so does who reads what it wrote. */
static void a_gap_that_a_repair_wrote_is_one(void **)
{
    struct sample_trace heap = sample_heap_header(HEAP_VERSION_MAJOR, HEAP_VERSION_MINOR);
    uint8_t gap[TRACE_GAP_BYTES] = {0}, end[TRACE_END_BYTES] = {TRACE_ENDED};
    sample_append_block(&heap, (struct trace_block_header){.kind = TRACE_BLOCK_GAP, .count = 1}, gap, sizeof gap);
    sample_append_block(&heap, (struct trace_block_header){.kind = TRACE_BLOCK_END, .count = 1}, end, sizeof end);
    struct trace_completeness found;
    struct snapshot *snapshot = load(&heap, &found);
    assert_false(snapshot->complete);
    assert_true(found.has_end);
    assert_int_equal(found.gap_count, 1);
    snapshot_free(snapshot);
    sample_free(&heap);
}

static void another_version_is_refused(void **)
{
    struct sample_trace heap = sample_heap_header(2, 0);
    struct snapshot *snapshot = NULL;
    struct trace_completeness found;
    struct error error = {0};
    assert_true(heap_load_memory(heap.bytes, heap.size, &snapshot, &found, &error) < 0);
    assert_non_null(strstr(error.message, "version 2"));
    sample_free(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_was_written_is_read), cmocka_unit_test(no_changed_byte_is_taken_for_the_truth),
        cmocka_unit_test(no_cut_file_is_taken_for_whole),      cmocka_unit_test(a_lost_block_takes_its_objects_alone),
        cmocka_unit_test(a_gap_that_a_repair_wrote_is_one),    cmocka_unit_test(another_version_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
