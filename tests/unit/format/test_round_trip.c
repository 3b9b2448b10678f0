/* What is written is read: events, contexts, symbols, notes, whatever their values and wherever blocks end. */
#include "unit/format/read.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static void assert_round_trip(struct sample_writer *writer, struct sample_log *log)
{
    struct sample_trace trace = sample_finish(writer);
    struct trace_reader *reader = read_open(&trace);
    (void)read_compare(reader, log, false);
    assert_true(trace_reader_completeness(reader)->has_end);
    assert_int_equal(trace_reader_completeness(reader)->gap_count, 0);
    trace_reader_close(reader);
    sample_free(&trace);
    free(log->words);
}

static const uint8_t kind_words[64] = {
#define X(name, code, words, text) [code] = (words),
    GCTRACE_EVENTS(X)
#undef X
};

static const uint64_t extremes[] = {
    0,          1,          0x7f,       0x80,         0xffff,         0x10000,
    UINT32_MAX, 1ULL << 32, 1ULL << 47, (1ULL << 48), 1ULL << 57,     1ULL << 58,
    1ULL << 63, INT64_MAX,  UINT64_MAX, 0x5555555555, UINT64_MAX - 1,
};
enum { EXTREMES = sizeof extremes / sizeof extremes[0] };

static void every_kind_with_extreme_values(void **)
{
    struct sample_log log = {0};
    struct sample_writer writer = sample_open();
    writer.log = &log;
    for (int kind = EVENT_BIRTH; kind < EVENT_KIND_END; kind++) {
        for (size_t i = 0; i < (size_t)EXTREMES * EXTREMES; i++) {
            uint64_t payload[EXTREMES] = {0}, word = event_word((enum event_kind)kind, extremes[i % EXTREMES]);
            uint32_t words = kind_words[kind];
            if (words == EVENT_COUNTED) {
                words = (uint32_t)(i / EXTREMES);
                word = (word & ~(0xffffULL << 45)) | (uint64_t)words << 45;
            }
            for (uint32_t at = 0; at < words; at++)
                payload[at] = extremes[(i / EXTREMES + at) % EXTREMES];
            sample_time(&writer, (uint32_t)i % RINGS_COUNT_MAX, extremes[i / EXTREMES] >> EVENT_KIND_BITS);
            sample_event(&writer, (uint32_t)i % RINGS_COUNT_MAX, word, payload, words);
        }
    }
    assert_round_trip(&writer, &log);
}

static void the_longest_payload(void **)
{
    static uint64_t payload[TRACE_PAYLOAD_WORDS_MAX];
    memset(payload, 0xff, sizeof payload);
    struct sample_log log = {0};
    struct sample_writer writer = sample_open();
    writer.log = &log;
    for (int i = 0; i < 20; i++) { /* more than a block */
        sample_event(&writer, 0, event_word_span(EVENT_DEATHS, 1, 2, TRACE_PAYLOAD_WORDS_MAX), payload,
                     TRACE_PAYLOAD_WORDS_MAX);
        sample_event(&writer, 0, event_word_counted(EVENT_NAME, 3, TRACE_PAYLOAD_WORDS_MAX), payload,
                     TRACE_PAYLOAD_WORDS_MAX);
    }
    assert_round_trip(&writer, &log);
}

static void noise_of_many_seeds(void **)
{
    for (uint64_t seed = 1; seed <= 15; seed++) {
        struct sample_log log = {0};
        struct sample_trace trace = sample_noise(seed, 1000 * seed, &log);
        struct trace_reader *reader = read_open(&trace);
        (void)read_compare(reader, &log, false);
        assert_true(trace_reader_completeness(reader)->end.ending == TRACE_ENDED);
        assert_int_equal(trace_reader_completeness(reader)->gap_count, 0);
        trace_reader_close(reader);
        sample_free(&trace);
        free(log.words);
    }
}

/* A block may end after any event: the next one begins with no guesses. */
static void a_flush_changes_nothing_but_blocks(void **)
{
    struct sample_log log = {0};
    struct sample_writer writer = sample_open();
    writer.log = &log;
    uint64_t wait[] = {0x1234, 5};
    for (uint32_t i = 0; i < 500; i++) {
        sample_time(&writer, i % 3, 100 + i);
        sample_event(&writer, i % 3, event_word_birth(9, i, 3), NULL, 0);
        sample_event(&writer, i % 3, event_word_pair(EVENT_GO_BLOCK, 4, 2), wait, 2);
        trace_writer_flush(writer.trace);
    }
    struct trace_writer_totals totals;
    trace_writer_totals(writer.trace, &totals);
    assert_int_equal(totals.blocks, 501); /* and one of notes */
    assert_int_equal(totals.events, 1000);
    assert_int_equal(totals.births, 500);
    assert_round_trip(&writer, &log);
}

static void blocks_are_bounded_and_full(void **)
{
    struct sample_trace trace = sample_noise(5, 200000, NULL);
    size_t at = sample_block_at(&trace, 0), blocks = 0;
    uint64_t raw = 0;
    for (; at < trace.size; at = sample_block_at(&trace, blocks)) {
        struct trace_block_header header;
        assert_null(trace_block_header_read(trace.bytes + at, &header));
        assert_int_equal(header.number, blocks++);
        raw += header.raw_bytes;
    }
    assert_true(raw / TRACE_BLOCK_RAW_MAX > 4);
    sample_free(&trace);
}

/* Time of events that follow no TIME is 0, and each ring has its own. */
static void time_is_of_the_ring(void **)
{
    struct sample_writer writer = sample_open();
    sample_event(&writer, 3, event_word_birth(1, 1, 1), NULL, 0);
    sample_time(&writer, 3, 1000);
    sample_time(&writer, 4, 900);
    sample_event(&writer, 3, event_word_birth(1, 2, 1), NULL, 0);
    sample_event(&writer, 4, event_word_birth(1, 3, 1), NULL, 0);
    sample_event(&writer, 3, event_word_birth(1, 4, 1), NULL, 0);
    struct sample_trace trace = sample_finish(&writer);
    struct trace_reader *reader = read_open(&trace);
    const uint64_t times[] = {0, 1000, 900, 1000};
    struct trace_event event;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(trace_reader_next(reader, &event, NULL), 1);
        assert_int_equal(event.time_ns, times[i]);
    }
    assert_int_equal(read_all(reader)->first_ns, 0);
    assert_int_equal(trace_reader_completeness(reader)->last_ns, 1000);
    trace_reader_close(reader);
    sample_free(&trace);
}

static void contexts_are_known_before_the_event_that_names_them(void **)
{
    enum { CONTEXTS = 60000 };
    struct sample_writer writer = sample_open();
    for (uint32_t id = 1; id <= CONTEXTS; id++) {
        const struct ring_context node = {.pc = 0x400000 + id * 7919ULL, .parent = id / 2};
        trace_writer_contexts(writer.trace, id, &node, 1);
        sample_event(&writer, 0, event_word_birth(id % 100, id % 4000, id), NULL, 0);
    }
    struct sample_trace trace = sample_finish(&writer);
    struct trace_reader *reader = read_open(&trace);
    struct trace_event event;
    struct ring_context node;
    for (uint32_t id = 1; trace_reader_next(reader, &event, NULL) > 0; id++) {
        assert_int_equal(event_word_context(event.word), id);
        assert_true(trace_reader_context(reader, id, &node));
        assert_int_equal(node.pc, 0x400000 + id * 7919ULL);
        assert_int_equal(node.parent, id / 2);
    }
    assert_int_equal(trace_reader_context_count(reader), CONTEXTS + 1);
    assert_false(trace_reader_context(reader, 0, &node));
    assert_false(trace_reader_context(reader, CONTEXTS + 1, &node));
    assert_int_equal(trace_reader_completeness(reader)->contexts, CONTEXTS);
    trace_reader_close(reader);
    sample_free(&trace);
}

static void contexts_that_cannot_be_are_not_written(void **)
{
    struct sample_writer writer = sample_open();
    const struct ring_context nodes[] = {{.pc = 1, .parent = 0}, {.pc = 2, .parent = 7}, {.pc = 3, .parent = 1}};
    trace_writer_contexts(writer.trace, 0, nodes, 3); /* node 0 is nobody's; a parent after its child */
    trace_writer_contexts(writer.trace, TRACE_CONTEXT_MAX - 1, nodes, 2); /* the second is past the last */
    struct sample_trace trace = sample_finish(&writer);
    struct trace_reader *reader = read_open(&trace);
    assert_int_equal(read_all(reader)->contexts, 3);
    struct ring_context node;
    assert_true(trace_reader_context(reader, 1, &node));
    assert_int_equal(node.parent, 0);
    assert_true(trace_reader_context(reader, TRACE_CONTEXT_MAX - 1, &node));
    assert_true(trace_reader_completeness(reader)->whole);
    trace_reader_close(reader);
    sample_free(&trace);
}

static void symbols_come_back_with_all_their_frames(void **)
{
    enum { SYMBOLS = 20000 };
    struct sample_writer writer = sample_open();
    static char functions[SYMBOLS][24];
    struct trace_frame frames[TRACE_FRAMES_MAX];
    for (uint64_t i = 0; i < SYMBOLS; i++) {
        snprintf(functions[i], sizeof functions[i], "function_%llu", (unsigned long long)i);
        size_t count = i % 100 == 0 ? TRACE_FRAMES_MAX : i % 3;
        for (size_t at = 0; at < count; at++)
            frames[at] = (struct trace_frame){functions[i], at % 2 ? "" : "file.c", at == 1 ? UINT32_MAX : (uint32_t)i};
        const struct trace_symbol symbol = {UINT64_MAX - i * 0x12345678, frames, count};
        trace_writer_symbols(writer.trace, &symbol, 1);
    }
    struct sample_trace trace = sample_finish(&writer);
    struct trace_reader *reader = read_open(&trace);
    assert_int_equal(read_all(reader)->symbols, SYMBOLS);
    const struct trace_frame *found;
    for (uint64_t i = 0; i < SYMBOLS; i++) {
        size_t count = trace_reader_symbol(reader, UINT64_MAX - i * 0x12345678, &found);
        assert_int_equal(count, i % 100 == 0 ? TRACE_FRAMES_MAX : i % 3);
        for (size_t at = 0; at < count; at++) {
            assert_string_equal(found[at].function, functions[i]);
            assert_string_equal(found[at].file, at % 2 ? "" : "file.c");
            assert_int_equal(found[at].line, at == 1 ? UINT32_MAX : (uint32_t)i);
        }
    }
    assert_int_equal(trace_reader_symbol(reader, 1, &found), 0);
    trace_reader_close(reader);
    sample_free(&trace);
}

static void long_texts_are_cut_and_long_symbols_lose_outer_frames(void **)
{
    char *text = malloc(2 * TRACE_TEXT_BYTES_MAX + 1);
    memset(text, 'x', 2 * TRACE_TEXT_BYTES_MAX);
    text[2 * TRACE_TEXT_BYTES_MAX] = '\0';
    struct trace_frame frames[TRACE_FRAMES_MAX + 6];
    for (size_t i = 0; i < TRACE_FRAMES_MAX + 6; i++)
        frames[i] = (struct trace_frame){text, text, 1};
    struct sample_writer writer = sample_open();
    const struct trace_symbol symbols[] = {{1, frames, 1}, {2, frames, TRACE_FRAMES_MAX + 6}};
    trace_writer_symbols(writer.trace, symbols, 2);
    struct sample_trace trace = sample_finish(&writer);
    struct trace_reader *reader = read_open(&trace);
    assert_true(read_all(reader)->whole);
    const struct trace_frame *found;
    assert_int_equal(trace_reader_symbol(reader, 1, &found), 1);
    assert_int_equal(strlen(found[0].function), TRACE_TEXT_BYTES_MAX);
    size_t count = trace_reader_symbol(reader, 2, &found);
    assert_true(count >= 7 && count < TRACE_FRAMES_MAX);
    trace_reader_close(reader);
    sample_free(&trace);
    free(text);
}

static void notes_are_known_after_opening(void **)
{
    enum { NOTES = 300 };
    static char texts[NOTES][2000];
    struct trace_note notes[NOTES];
    for (size_t i = 0; i < NOTES; i++) { /* more than two blocks of them */
        memset(texts[i], 'a' + (int)(i % 26), sizeof texts[i] - 1);
        notes[i] = (struct trace_note){i % 2 ? "odd" : "even", texts[i]};
    }
    int fd = memfd_create("notes", 0);
    struct trace_writer_options options = {
        .pid = UINT32_MAX, .start_wall_ns = UINT64_MAX, .notes = notes, .note_count = NOTES};
    struct trace_writer *writer;
    assert_int_equal(trace_writer_open_fd(dup(fd), "notes", &options, &writer, NULL), 0);
    assert_int_equal(trace_writer_finish(writer, &(struct trace_end){.ending = TRACE_DIED, .wait_status = -9}, NULL),
                     0);
    lseek(fd, 0, SEEK_SET);
    struct trace_reader *reader;
    assert_int_equal(trace_reader_open_fd(fd, "notes", &reader, NULL), 0);
    assert_int_equal(trace_reader_header(reader)->pid, UINT32_MAX);
    assert_true(trace_reader_header(reader)->start_wall_ns == UINT64_MAX);
    for (size_t i = 0; i < NOTES; i++)
        assert_string_equal(trace_reader_note(reader, i % 2 ? "odd" : "even", i / 2), texts[i]);
    assert_null(trace_reader_note(reader, "odd", NOTES / 2));
    assert_null(trace_reader_note(reader, "neither", 0));
    assert_int_equal(read_all(reader)->end.ending, TRACE_DIED);
    assert_int_equal(trace_reader_completeness(reader)->end.wait_status, -9);
    trace_reader_close(reader);
}

static void lost_events_are_added_up(void **)
{
    struct sample_writer writer = sample_open();
    sample_event(&writer, 0, event_word(EVENT_LOST, 5), NULL, 0);
    sample_event(&writer, 1, event_word(EVENT_LOST, 7), NULL, 0);
    struct trace_end end = {.ending = TRACE_DETACHED, .lost_events = 100, .lost_contexts = 3};
    assert_int_equal(trace_writer_finish(writer.trace, &end, NULL), 0);
    lseek(writer.fd, 0, SEEK_SET);
    struct trace_reader *reader;
    assert_int_equal(trace_reader_open_fd(writer.fd, "lost", &reader, NULL), 0);
    assert_int_equal(read_all(reader)->lost_events, 112);
    assert_int_equal(trace_reader_completeness(reader)->end.lost_contexts, 3);
    assert_false(trace_reader_completeness(reader)->whole);
    trace_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_with_extreme_values),
        cmocka_unit_test(the_longest_payload),
        cmocka_unit_test(noise_of_many_seeds),
        cmocka_unit_test(a_flush_changes_nothing_but_blocks),
        cmocka_unit_test(blocks_are_bounded_and_full),
        cmocka_unit_test(time_is_of_the_ring),
        cmocka_unit_test(contexts_are_known_before_the_event_that_names_them),
        cmocka_unit_test(contexts_that_cannot_be_are_not_written),
        cmocka_unit_test(symbols_come_back_with_all_their_frames),
        cmocka_unit_test(long_texts_are_cut_and_long_symbols_lose_outer_frames),
        cmocka_unit_test(notes_are_known_after_opening),
        cmocka_unit_test(lost_events_are_added_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
