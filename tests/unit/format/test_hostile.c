/* Files whose checksums match and whose contents are made to harm: bounds hold, and what makes no sense is a gap. */
#include "unit/format/read.h"

#include "tracer/format/little_endian.h"
#include "tracer/format/varint.h"

/* A file of one block of a kind with such a payload, and an end. */
static struct trace_completeness read_block(enum trace_block_kind kind, uint32_t count, const void *payload,
                                            size_t size)
{
    struct sample_trace trace = sample_header(1, 0);
    struct trace_block_header header = {.kind = (uint8_t)kind, .count = count}, end = {.kind = TRACE_BLOCK_END};
    uint8_t ending[TRACE_END_BYTES] = {TRACE_ENDED};
    sample_append_block(&trace, header, payload, size);
    sample_append_block(&trace, end, ending, sizeof ending);
    struct trace_completeness completeness = read_completeness(&trace);
    assert_true(completeness.has_end);
    sample_free(&trace);
    return completeness;
}

static void assert_gap(enum trace_block_kind kind, uint32_t count, const void *payload, size_t size, const char *reason)
{
    struct trace_completeness completeness = read_block(kind, count, payload, size);
    assert_int_equal(completeness.gap_count, 1);
    assert_false(completeness.whole);
    if (strstr(completeness.gaps[0].reason, reason) == NULL)
        fail_msg("'%s', not '%s'", completeness.gaps[0].reason, reason);
}

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static void events_that_make_no_sense(void **)
{
    static const struct {
        const char *what;
        uint8_t bytes[16];
        size_t size;
    } cases[] = {
        {"a tag of no form", {0x00}, 1},
        {"a tag of a later form", {0x3f}, 1},
        {"any event of kind 0", {0x40, 0, 0}, 3},
        {"any event of kind TIME", {0x41, 0, 0}, 3},
        {"a birth cut in its context", {0xf8}, 1},
        {"a birth cut in its span", {0x87}, 1},
        {"a context out of range", {0xf8, 0xff, 0xff, 0xff, 0x07}, 5},
        {"a slot below 0", {0x86, 3}, 2},
        {"a slot out of range", {0x86, 0x80, 0x40}, 3},
        {"a span below 0", {0x87, 1, 0}, 3},
        {"a span out of range", {0x87, 0x80, 0x80, 0x80, 0x08, 0}, 6},
        {"a varint of 70 bits", {0x86, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, 11},
        {"a varint without an end", {0x86, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 11},
        {"ring 256", {0x02, 0, 0x80, 0x02}, 4},
        {"a time cut", {0x01, 0x80}, 2},
        {"a payload longer than the block", {0x05, 2, 0, 0x80, 0x20}, 5},
        {"a payload longer than any", {0x05, 2, 0, 0x81, 0x20}, 5},
        {"a payload not of its kind", {0x43, 0, 0}, 3},
        {"a counted payload unlike its count", {0x46, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0}, 11},
        {"an unknown wait flag", {0x0b, 0, 8}, 3},
        {"a goroutine out of range", {0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, 8},
        {"an argument of 59 bits", {0x4e, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x04, 0}, 11},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        /* After a birth that makes sense, which is kept. */
        uint8_t payload[17] = {0x80};
        memcpy(payload + 1, cases[i].bytes, cases[i].size);
        struct trace_completeness completeness = read_block(TRACE_BLOCK_EVENTS, 2, payload, cases[i].size + 1);
        if (completeness.events != 1 || completeness.gap_count != 1)
            fail_msg("%s was taken", cases[i].what);
    }
    assert_gap(TRACE_BLOCK_EVENTS, 2, BYTES(0x80), "does not hold the events");
    assert_gap(TRACE_BLOCK_EVENTS, 1, BYTES(0x80, 0x80), "does not hold the events");
}

static void tables_that_make_no_sense(void **)
{
    assert_gap(TRACE_BLOCK_NOTES, 1, BYTES(5, 'a'), "longer than its block");
    assert_gap(TRACE_BLOCK_NOTES, 1, BYTES(1, 'a'), "longer than its block");
    assert_gap(TRACE_BLOCK_NOTES, 1, BYTES(0xff, 0xff, 0xff, 0x7f), "longer than its block");
    assert_gap(TRACE_BLOCK_CONTEXTS, 1, BYTES(0), "context");
    assert_gap(TRACE_BLOCK_CONTEXTS, 1, BYTES(1, 2, 0), "context");                      /* a parent below 0 */
    assert_gap(TRACE_BLOCK_CONTEXTS, 1, BYTES(1, 0, 0), "context");                      /* its own parent */
    assert_gap(TRACE_BLOCK_CONTEXTS, 1, BYTES(1, 1), "context");                         /* no pc */
    assert_gap(TRACE_BLOCK_CONTEXTS, 1, BYTES(0x80, 0x80, 0x80, 0x04, 1, 0), "context"); /* past the last */
    assert_gap(TRACE_BLOCK_SYMBOLS, 1, BYTES(3), "neither");
    assert_gap(TRACE_BLOCK_SYMBOLS, 1, BYTES(1, 9, 'a'), "longer than its block");
    assert_gap(TRACE_BLOCK_SYMBOLS, 1, BYTES(2, 0, 65), "too many frames");
    assert_gap(TRACE_BLOCK_SYMBOLS, 1, BYTES(1, 0, 2, 0, 1, 0, 1, 0), "does not have");
    assert_gap(TRACE_BLOCK_SYMBOLS, 1, BYTES(1, 0, 2, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x1f), "does not have");
    assert_gap(TRACE_BLOCK_GAP, 1, BYTES(0, 0), "size of its kind");
    assert_gap((enum trace_block_kind)99, 1, BYTES(0), "kind of block");
}

static void an_end_that_makes_no_sense(void **)
{
    struct sample_trace trace = sample_header(1, 0);
    sample_append_block(&trace, (struct trace_block_header){.kind = TRACE_BLOCK_END}, BYTES(1, 0, 0));
    struct trace_completeness completeness = read_completeness(&trace);
    assert_int_equal(completeness.gap_count, 1);
    assert_false(completeness.whole);
    sample_free(&trace);
}

/* zstd that decompresses to less, to more, or not at all. */
static void payloads_that_do_not_decompress(void **)
{
    static const uint8_t empty_frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00};
    const uint32_t sizes[] = {1, 100, TRACE_BLOCK_RAW_MAX};
    for (size_t i = 0; i < 3; i++) {
        struct sample_trace trace = sample_header(1, 0);
        struct trace_block_header header = {
            .kind = TRACE_BLOCK_EVENTS, .encoding = TRACE_ZSTD, .raw_bytes = sizes[i], .stored_bytes = 1};
        sample_append_block(&trace, header, empty_frame, sizeof empty_frame);
        sample_append_block(&trace, header, "no zstd at all", 14);
        struct trace_completeness completeness = read_completeness(&trace);
        assert_int_equal(completeness.gap_count, 2);
        assert_non_null(strstr(completeness.gaps[0].reason, "decompress"));
        sample_free(&trace);
    }
}

static void lost_events_do_not_wrap_around(void **)
{
    uint8_t payload[70 * 12], *to = payload;
    for (int i = 0; i < 64; i++) {
        *to++ = 0x40 | EVENT_LOST;
        to = varint_write(to, i == 63 ? 64 : (1ULL << 58) - 1);
        *to++ = 0;
    }
    assert_true(read_block(TRACE_BLOCK_EVENTS, 64, payload, (size_t)(to - payload)).lost_events > 1ULL << 63);
    struct sample_trace trace = sample_header(1, 0);
    uint8_t ending[TRACE_END_BYTES] = {TRACE_ENDED};
    put_u64(ending + 8, UINT64_MAX);
    sample_append_block(&trace, (struct trace_block_header){.kind = TRACE_BLOCK_EVENTS, .count = 64}, payload,
                        (size_t)(to - payload));
    sample_append_block(&trace, (struct trace_block_header){.kind = TRACE_BLOCK_END}, ending, sizeof ending);
    assert_true(read_completeness(&trace).lost_events == UINT64_MAX);
    sample_free(&trace);
}

/* The last block number that there is: nothing can follow, and nothing starts over. */
static void block_numbers_do_not_wrap_around(void **)
{
    struct sample_trace trace = sample_header(1, 0);
    struct trace_block_header header = {.kind = TRACE_BLOCK_EVENTS, .count = 1};
    for (int i = 0; i < 3; i++)
        sample_append_block(&trace, header, BYTES(0x80));
    size_t at = sample_block_at(&trace, 1);
    put_u32(trace.bytes + at + 12, UINT32_MAX);
    sample_reseal(&trace);
    struct trace_completeness completeness = read_completeness(&trace);
    assert_int_equal(completeness.events, 2);
    assert_int_equal(completeness.missing_blocks, UINT32_MAX - 1u);
    assert_int_equal(completeness.gap_count, 2);
    sample_free(&trace);
}

/* Stacks deeper than any recorder makes end; walking up always ends. */
static void a_chain_of_all_contexts_ends(void **)
{
    uint8_t payload[60001], *to = varint_write(payload, 1);
    while (to < payload + sizeof payload) {
        *to++ = 1; /* the parent is the one before */
        *to++ = 2;
    }
    struct sample_trace trace = sample_header(1, 0);
    sample_append_block(&trace, (struct trace_block_header){.kind = TRACE_BLOCK_CONTEXTS, .count = 30000}, payload,
                        sizeof payload);
    struct trace_reader *reader = read_open(&trace);
    (void)read_all(reader);
    for (uint32_t id = 1; id < trace_reader_context_count(reader); id += 97) {
        struct ring_context node = {.parent = id};
        uint32_t depth = 0;
        while (trace_reader_context(reader, node.parent, &node))
            depth++;
        assert_true(depth <= RINGS_CONTEXT_DEPTH_MAX + 1);
    }
    trace_reader_close(reader);
    sample_free(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_that_make_no_sense),      cmocka_unit_test(tables_that_make_no_sense),
        cmocka_unit_test(an_end_that_makes_no_sense),     cmocka_unit_test(payloads_that_do_not_decompress),
        cmocka_unit_test(lost_events_do_not_wrap_around), cmocka_unit_test(block_numbers_do_not_wrap_around),
        cmocka_unit_test(a_chain_of_all_contexts_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
