/* Damage: no crash, no wrong event, and the completeness says that something is missing. */
#include "unit/format/read.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "tracer/format/trace_input.h"

/* Twenty small blocks: a flush after each few events. */
static struct sample_trace many_blocks(struct sample_log *log)
{
    struct sample_writer writer = sample_open();
    writer.log = log;
    for (uint32_t block = 0; block < 20; block++) {
        sample_time(&writer, 0, 1000 * block);
        for (uint32_t i = 0; i < 5; i++)
            sample_event(&writer, 0, event_word_birth(block, i, block), NULL, 0);
        trace_writer_flush(writer.trace);
    }
    return sample_finish(&writer);
}

/* Every event that comes out was written, in order; returns how many. */
static size_t assert_damaged(const struct sample_trace *trace, const struct sample_log *log)
{
    struct trace_reader *reader = read_open(trace);
    size_t events = read_compare(reader, log, true);
    if (trace_reader_completeness(reader)->whole)
        fail_msg("taken for whole");
    trace_reader_close(reader);
    return events;
}

static void every_flipped_byte_is_seen(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log);
    for (size_t at = 0; at < trace.size; at++) {
        static const uint8_t flips[] = {1, 0x80, 0xff};
        trace.bytes[at] ^= flips[at % 3];
        if (at < TRACE_MAGIC_BYTES && flips[at % 3] == 0xff) { /* eight bits of a magic are too many */
            struct trace_reader *reader;
            assert_int_equal(trace_reader_open_memory(trace.bytes, trace.size, &reader, NULL), -EINVAL);
        } else {
            size_t events = assert_damaged(&trace, &log);
            assert_true(events >= 95); /* one block at most is gone */
        }
        trace.bytes[at] ^= flips[at % 3];
    }
    sample_free(&trace);
    free(log.words);
}

static void every_truncation_is_seen(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log), cut = trace;
    for (cut.size = 0; cut.size < trace.size; cut.size++) {
        struct trace_reader *reader;
        struct error error = {0};
        uint8_t *exact = malloc(cut.size + (cut.size == 0)); /* so that a sanitizer sees a read past the end */
        memcpy(exact, trace.bytes, cut.size);
        int code = trace_reader_open_memory(exact, cut.size, &reader, &error);
        if (cut.size < TRACE_FILE_HEADER_BYTES) {
            assert_int_equal(code, -ENODATA);
            free(exact);
            continue;
        }
        assert_int_equal(code, 0);
        (void)read_compare(reader, &log, true);
        const struct trace_completeness *completeness = trace_reader_completeness(reader);
        assert_false(completeness->whole);
        assert_true(completeness->truncated);
        assert_int_equal(completeness->gap_count, 0);
        assert_int_equal(completeness->truncated_offset + completeness->unused_bytes, cut.size);
        size_t blocks = 0;
        while (sample_block_at(&trace, blocks + 1) <= cut.size)
            blocks++;
        assert_int_equal(completeness->blocks, blocks);
        assert_int_equal(completeness->truncated_offset, sample_block_at(&trace, blocks));
        trace_reader_close(reader);
        free(exact);
    }
    sample_free(&trace);
    free(log.words);
}

/* The same file with block `from` .. `from + count` - 1 put at `to`, taken away first when `moved`. */
static struct sample_trace rearranged(const struct sample_trace *trace, size_t from, size_t count, size_t to,
                                      bool moved)
{
    struct sample_trace result = {.bytes = malloc(2 * trace->size)};
    size_t start = sample_block_at(trace, from), end = sample_block_at(trace, from + count);
    for (size_t block = 0, at = 0; at < trace->size; block++) {
        size_t next = block == 0 ? TRACE_FILE_HEADER_BYTES : sample_block_at(trace, block);
        if (!(moved && at >= start && at < end)) {
            memcpy(result.bytes + result.size, trace->bytes + at, next - at);
            result.size += next - at;
        }
        if (block == to) {
            memcpy(result.bytes + result.size, trace->bytes + start, end - start);
            result.size += end - start;
        }
        at = next;
    }
    return result;
}

static void missing_doubled_and_swapped_blocks_are_seen(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log);
    enum { NOWHERE = 1000, EVENTS = 100 };
    const struct {
        size_t from, count, to;
        bool moved;
        size_t events, missing;
        const char *reason;
    } cases[] = {
        {5, 1, NOWHERE, true, EVENTS - 5, 1, "missing"},  /* gone */
        {0, 1, NOWHERE, true, EVENTS, 1, "missing"},      /* the notes are gone */
        {3, 7, NOWHERE, true, EVENTS - 35, 7, "missing"}, /* seven are gone */
        {5, 1, 6, false, EVENTS, 0, "before"},            /* twice, one after the other */
        {5, 1, 9, false, EVENTS, 0, "before"},            /* and again later */
        {1, 10, 11, false, EVENTS, 0, "before"},          /* ten of them again */
        {5, 1, 7, true, EVENTS - 5, 1, "missing"},        /* after the one that follows it */
        {6, 1, 5, true, EVENTS - 5, 1, "missing"},        /* before the one that comes first */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sample_trace other = rearranged(&trace, cases[i].from, cases[i].count, cases[i].to, cases[i].moved);
        assert_int_equal(assert_damaged(&other, &log), cases[i].events);
        struct trace_completeness completeness = read_completeness(&other);
        assert_int_equal(completeness.missing_blocks, cases[i].missing);
        assert_true(completeness.gap_count > 0);
        assert_non_null(strstr(completeness.gaps[0].reason, cases[i].reason));
        sample_free(&other);
    }
    sample_free(&trace);
    free(log.words);
}

static void a_gap_says_where_and_when(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log);
    size_t start = sample_block_at(&trace, 5), end = sample_block_at(&trace, 6);
    trace.bytes[start + 70] ^= 1;
    struct trace_completeness completeness = read_completeness(&trace);
    assert_int_equal(completeness.gap_count, 1);
    const struct trace_gap *gap = &completeness.gaps[0];
    assert_int_equal(gap->offset, start);
    assert_int_equal(gap->bytes, end - start);
    assert_int_equal(gap->missing_blocks, 1);
    assert_int_equal(gap->from_ns, 3000); /* block 0 holds the notes, block 5 is of time 4000 */
    assert_int_equal(gap->to_ns, 5000);
    assert_non_null(strstr(gap->reason, "checksum"));
    assert_all_bytes_told(&trace, &completeness, trace.size - TRACE_FILE_HEADER_BYTES - (end - start));
    sample_free(&trace);
    free(log.words);
}

static void blocks_of_another_recording_are_not_taken(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log), story = sample_story(), other = sample_header(1, 0);
    /* The other file has the same blocks under another header. */
    struct trace_file_header header = {.major = 1, .pid = 1};
    trace_file_header_write(&header, other.bytes);
    size_t start = sample_block_at(&trace, 1), end = sample_block_at(&trace, 2);
    struct trace_block_header block;
    assert_null(trace_block_header_read(trace.bytes + start, &block));
    block.file = header.checksum;
    trace_block_header_write(&block, trace.bytes + start + TRACE_BLOCK_HEADER_BYTES, trace.bytes + start);
    assert_int_equal(assert_damaged(&trace, &log), 95);
    struct trace_completeness completeness = read_completeness(&trace);
    assert_int_equal(completeness.gaps[0].offset, start);
    assert_int_equal(completeness.gaps[0].bytes, end - start);
    assert_non_null(strstr(completeness.gaps[0].reason, "another recording"));

    /* Two recordings in one file, the first without its last bytes: the first one counts. */
    trace.bytes[16] ^= 1; /* it began at another time */
    sample_reseal(&trace);
    struct sample_trace both = {.bytes = malloc(story.size + trace.size), .size = story.size - 10 + trace.size};
    memcpy(both.bytes, story.bytes, story.size - 10);
    memcpy(both.bytes + story.size - 10, trace.bytes, trace.size);
    struct trace_reader *reader = read_open(&both);
    struct trace_event event;
    size_t events = 0;
    while (trace_reader_next(reader, &event, NULL) > 0)
        events++;
    struct trace_completeness whole = read_completeness(&story);
    assert_int_equal(events, whole.events);
    assert_false(trace_reader_completeness(reader)->whole);
    trace_reader_close(reader);
    sample_free(&both);
    sample_free(&trace);
    sample_free(&story);
    sample_free(&other);
    free(log.words);
}

static void a_damaged_header_costs_its_facts_alone(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log);
    for (size_t at = TRACE_MAGIC_BYTES; at < TRACE_FILE_HEADER_BYTES; at++) {
        trace.bytes[at] ^= 0x55;
        assert_int_equal(assert_damaged(&trace, &log), 100);
        assert_true(read_completeness(&trace).header_damaged);
        trace.bytes[at] ^= 0x55;
    }
    sample_free(&trace);
    free(log.words);
}

static void what_follows_the_end_is_counted(void **)
{
    struct sample_trace trace = sample_story();
    trace.bytes = realloc(trace.bytes, trace.size + 700000);
    memset(trace.bytes + trace.size, 0, 700000);
    trace.size += 700000;
    struct trace_completeness completeness = read_completeness(&trace);
    assert_int_equal(completeness.trailing_bytes, 700000);
    assert_false(completeness.whole);
    assert_true(completeness.has_end);
    sample_free(&trace);
}

/* A magic inside a payload or in garbage is no block. */
static void garbage_with_magics_is_skipped(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log);
    size_t at = sample_block_at(&trace, 10), garbage = 300001;
    struct sample_trace other = {.bytes = malloc(trace.size + garbage), .size = trace.size + garbage};
    memcpy(other.bytes, trace.bytes, at);
    uint64_t random = 1;
    for (size_t i = 0; i < garbage; i++)
        other.bytes[at + i] = (uint8_t)sample_random(&random);
    for (size_t i = 0; i + 100 < garbage; i += 1000)
        memcpy(other.bytes + at + i, trace.bytes + at, 64); /* a true header over wrong bytes */
    memcpy(other.bytes + at + garbage, trace.bytes + at, trace.size - at);
    assert_int_equal(assert_damaged(&other, &log), 100);
    struct trace_completeness completeness = read_completeness(&other);
    assert_int_equal(completeness.gap_count, 1);
    assert_int_equal(completeness.gap_bytes, garbage);
    sample_free(&other);
    sample_free(&trace);
    free(log.words);
}

/* What is read at a time ends anywhere in the magic of the only block. */
static void a_block_behind_garbage_is_found_wherever_the_window_ends(void **)
{
    struct sample_trace head = sample_header(1, 0), block = sample_header(1, 0);
    uint8_t ending[TRACE_END_BYTES] = {TRACE_ENDED};
    sample_append_block(&block, (struct trace_block_header){.kind = TRACE_BLOCK_END}, ending, sizeof ending);
    size_t block_bytes = block.size - TRACE_FILE_HEADER_BYTES;
    uint8_t *garbage = calloc(1, TRACE_INPUT_BYTES + TRACE_MAGIC_BYTES);
    for (size_t bytes = TRACE_INPUT_BYTES - TRACE_FILE_HEADER_BYTES - TRACE_MAGIC_BYTES - 1;
         bytes <= TRACE_INPUT_BYTES + TRACE_MAGIC_BYTES; bytes++) {
        int fd = memfd_create("garbage", 0);
        assert_int_equal(write(fd, head.bytes, head.size), head.size);
        assert_int_equal(write(fd, garbage, bytes), bytes);
        assert_int_equal(write(fd, block.bytes + TRACE_FILE_HEADER_BYTES, block_bytes), block_bytes);
        lseek(fd, 0, SEEK_SET);
        struct trace_reader *reader;
        assert_int_equal(trace_reader_open_fd(fd, "garbage", &reader, NULL), 0);
        assert_true(read_all(reader)->has_end);
        assert_int_equal(trace_reader_completeness(reader)->gap_bytes, bytes);
        trace_reader_close(reader);
    }
    free(garbage);
    sample_free(&head);
    sample_free(&block);
}

static void assert_refused(const char *path, int code, const char *message)
{
    struct trace_reader *reader;
    struct error error = {0};
    int got = trace_reader_open(path, &reader, &error);
    if (got != code || strstr(error.message, message) == NULL || strstr(error.message, path) == NULL)
        fail_msg("%s: %d '%s', not %d '%s'", path, got, error.message, code, message);
    assert_null(reader);
}

static void foreign_files_are_refused(void **)
{
    char folder[] = "/tmp/gctool-format-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    assert_refused("/proc/self/exe", -EINVAL, "not a gctrace file (starts with 7f 45 4c 46 02 01 01 00)");
    assert_refused("/etc/passwd", -EINVAL, "not a gctrace file");
    assert_refused("/dev/null", -ENODATA, "empty");
    assert_refused("/dev/zero", -EINVAL, "starts with 00 00 00 00");
    assert_refused(folder, -EISDIR, "directory");
    assert_refused("/nowhere/at/all", -ENOENT, "No such file");
    snprintf(path, sizeof path, "%s/one", folder);
    struct sample_trace one = {.bytes = (uint8_t[]){'x'}, .size = 1};
    sample_write_file(&one, path);
    assert_refused(path, -EINVAL, "(starts with 78)");
    struct sample_trace half = sample_header(1, 0);
    half.size = 5;
    sample_write_file(&half, path);
    assert_refused(path, -ENODATA, "within its header, after 5 bytes");
    chmod(path, 0);
    if (geteuid() != 0)
        assert_refused(path, -EACCES, "ermission");
    unlink(path);
    rmdir(folder);
    sample_free(&half);
}

static void ignore_signal(int number)
{
    (void)number;
}

static void interrupt_every_us(suseconds_t interval_us)
{
    struct sigaction action = {.sa_handler = ignore_signal};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval often = {.it_interval = {.tv_usec = interval_us}, .it_value = {.tv_usec = interval_us}};
    setitimer(ITIMER_REAL, &often, NULL);
}

/* A pipe cannot seek, gives what it has in pieces, and makes wait, which signals interrupt. */
static void a_fifo_is_read_like_a_file(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = sample_noise(3, 100000, &log);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    if (fork() == 0) {
        close(ends[0]);
        usleep(20000);
        for (size_t at = 0; at < trace.size;) {
            ssize_t wrote = write(ends[1], trace.bytes + at, trace.size - at < 999 ? trace.size - at : 999);
            if (wrote < 0)
                _exit(1);
            at += (size_t)wrote;
        }
        _exit(0);
    }
    close(ends[1]);
    interrupt_every_us(200);
    struct trace_reader *reader;
    assert_int_equal(trace_reader_open_fd(ends[0], "pipe", &reader, NULL), 0);
    (void)read_compare(reader, &log, false);
    interrupt_every_us(0);
    assert_int_equal(trace_reader_completeness(reader)->file_bytes, trace.size);
    trace_reader_close(reader);
    sample_free(&trace);
    free(log.words);
}

static void another_major_version_is_refused(void **)
{
    const uint16_t majors[] = {0, 2, 65535};
    for (size_t i = 0; i < 3; i++) {
        struct sample_trace trace = sample_header(majors[i], 0);
        struct trace_reader *reader;
        struct error error;
        assert_int_equal(trace_reader_open_memory(trace.bytes, trace.size, &reader, &error), -EPROTONOSUPPORT);
        assert_non_null(strstr(error.message, "this gctool reads version 1"));
        assert_non_null(strstr(error.hint, "newer"));
        sample_free(&trace);
    }
}

/* Packed by hand: a birth, an event of kind 60 with two payload words, a birth. */
static const uint8_t with_unknown_kind[] = {0x87, 2, 2, 0x7c, 5, 4, 1, 0x81, 1, 0x80};

static void a_later_minor_version_is_read_as_far_as_known(void **)
{
    const struct trace_block_header events = {.kind = TRACE_BLOCK_EVENTS, .count = 3},
                                    unknown = {.kind = 77, .count = 1}, end = {.kind = TRACE_BLOCK_END, .count = 1};
    for (uint16_t minor = 0; minor < 3; minor++) {
        struct sample_trace trace = sample_header(1, minor);
        sample_append_block(&trace, events, with_unknown_kind, sizeof with_unknown_kind);
        sample_append_block(&trace, unknown, "any", 3);
        uint8_t payload[TRACE_END_BYTES + 8] = {TRACE_ENDED}; /* eight bytes more than today */
        sample_append_block(&trace, end, payload, sizeof payload);
        struct trace_reader *reader = read_open(&trace);
        struct trace_event event;
        assert_int_equal(trace_reader_next(reader, &event, NULL), 1);
        assert_int_equal(trace_reader_next(reader, &event, NULL), 1);
        assert_int_equal(event_word_kind(event.word), 60);
        assert_int_equal(event_word_argument(event.word), 5);
        assert_int_equal(event.payload_words, 2);
        assert_int_equal(event.payload[0], 1);
        assert_int_equal(event.payload[1], 0x81);
        assert_int_equal(trace_reader_next(reader, &event, NULL), 1);
        assert_int_equal(event_word_slot(event.word), 2);
        assert_int_equal(trace_reader_next(reader, &event, NULL), 0);
        const struct trace_completeness *completeness = trace_reader_completeness(reader);
        assert_int_equal(completeness->skipped_blocks, minor > 0 ? 1 : 0);
        assert_int_equal(completeness->gap_count, minor > 0 ? 0 : 1); /* this version knows no such block */
        assert_int_equal(completeness->whole, minor > 0);
        trace_reader_close(reader);
        sample_free(&trace);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_byte_is_seen),
        cmocka_unit_test(every_truncation_is_seen),
        cmocka_unit_test(missing_doubled_and_swapped_blocks_are_seen),
        cmocka_unit_test(a_gap_says_where_and_when),
        cmocka_unit_test(blocks_of_another_recording_are_not_taken),
        cmocka_unit_test(a_damaged_header_costs_its_facts_alone),
        cmocka_unit_test(what_follows_the_end_is_counted),
        cmocka_unit_test(garbage_with_magics_is_skipped),
        cmocka_unit_test(a_block_behind_garbage_is_found_wherever_the_window_ends),
        cmocka_unit_test(foreign_files_are_refused),
        cmocka_unit_test(a_fifo_is_read_like_a_file),
        cmocka_unit_test(another_major_version_is_refused),
        cmocka_unit_test(a_later_minor_version_is_read_as_far_as_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
