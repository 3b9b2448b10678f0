/* The writer when the world fails: full disks, short writes, interrupts; and its bounds. */
#include "unit/format/read.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_noise(struct trace_writer *writer, uint64_t *random, size_t events)
{
    for (size_t i = 0; i < events; i++) {
        uint64_t word = event_word_birth(sample_random(random) % 1000, sample_random(random) % 4096,
                                         sample_random(random) % 100000);
        trace_writer_words(writer, 0, &word, 1);
    }
}

static void dev_full_is_said_at_once(void **)
{
    struct trace_writer *writer;
    struct error error = {0};
    struct trace_writer_options options = {.pid = 1};
    assert_int_equal(trace_writer_open("/dev/full", &options, &writer, &error), -ENOSPC);
    assert_non_null(strstr(error.message, "/dev/full"));
    assert_non_null(strstr(error.hint, "-o"));
    assert_null(writer);
}

static void what_cannot_be_created_is_said(void **)
{
    struct trace_writer *writer;
    struct error error = {0};
    struct trace_writer_options options = {.pid = 1};
    assert_int_equal(trace_writer_open("/nowhere/at/all", &options, &writer, &error), -ENOENT);
    assert_non_null(strstr(error.message, "/nowhere/at/all"));
    assert_int_equal(trace_writer_open("/tmp", &options, &writer, &error), -EISDIR);
    assert_null(writer);
}

/* A disk that is full after any number of bytes: a readable file, which says that it is not whole, and all events accounted for. */
static void a_full_disk_leaves_whole_blocks(void **)
{
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit old;
    getrlimit(RLIMIT_FSIZE, &old);
    for (size_t limit = 64; limit < 400000; limit = limit * 5 / 3 + 1) {
        char path[] = "/tmp/gctool-writer-XXXXXX";
        close(mkstemp(path));
        struct rlimit small = {.rlim_cur = limit, .rlim_max = old.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        struct trace_writer *writer;
        struct trace_writer_options options = {.pid = 1};
        assert_int_equal(trace_writer_open(path, &options, &writer, NULL), 0);
        uint64_t random = limit;
        for (int i = 0; i < 10; i++) {
            write_noise(writer, &random, 20000);
            trace_writer_flush(writer);
        }
        struct trace_writer_totals totals;
        trace_writer_totals(writer, &totals);
        struct error error = {0}, same = {0};
        int code = trace_writer_error(writer, &error);
        int finished = trace_writer_finish(writer, &(struct trace_end){.ending = TRACE_ENDED}, &same);
        setrlimit(RLIMIT_FSIZE, &old);

        assert_int_equal(code, -EFBIG);
        assert_int_equal(finished, -EFBIG);
        assert_string_equal(error.message, same.message);
        assert_int_equal(totals.events + totals.dropped_events, 200000);
        struct trace_reader *reader;
        assert_int_equal(trace_reader_open(path, &reader, NULL), 0);
        const struct trace_completeness *completeness = read_all(reader);
        assert_int_equal(completeness->events, totals.events);
        assert_int_equal(completeness->file_bytes, totals.file_bytes);
        assert_true(completeness->truncated);
        assert_int_equal(completeness->unused_bytes + completeness->gap_count, 0);
        trace_reader_close(reader);
        unlink(path);
    }
}

static void ignore_signal(int number)
{
    (void)number;
}

/* A pipe of one page, a slow reader and a timer: most writes are short or interrupted. */
static void short_and_interrupted_writes_lose_nothing(void **)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        struct sigaction action = {.sa_handler = ignore_signal};
        sigaction(SIGALRM, &action, NULL);
        struct itimerval often = {.it_interval = {.tv_usec = 200}, .it_value = {.tv_usec = 200}};
        setitimer(ITIMER_REAL, &often, NULL);
        struct trace_writer *writer;
        struct trace_writer_options options = {.pid = 1};
        uint64_t random = 42;
        if (trace_writer_open_fd(ends[1], "pipe", &options, &writer, NULL) < 0)
            _exit(1);
        write_noise(writer, &random, 300000);
        _exit(trace_writer_finish(writer, &(struct trace_end){.ending = TRACE_ENDED}, NULL) < 0);
    }
    close(ends[1]);
    struct trace_reader *reader;
    usleep(20000); /* the pipe is full before the first byte is read: writes are interrupted that wrote nothing yet */
    assert_int_equal(trace_reader_open_fd(ends[0], "pipe", &reader, NULL), 0);
    const struct trace_completeness *completeness = read_all(reader);
    assert_int_equal(completeness->events, 300000);
    assert_true(completeness->whole);
    trace_reader_close(reader);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_reader_that_went_away_is_an_error(void **)
{
    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct trace_writer *writer;
    struct trace_writer_options options = {.pid = 1};
    assert_int_equal(trace_writer_open_fd(ends[1], "pipe", &options, &writer, NULL), 0);
    close(ends[0]);
    uint64_t random = 1;
    write_noise(writer, &random, 100);
    trace_writer_flush(writer);
    assert_int_equal(trace_writer_error(writer, NULL), -EPIPE);
    trace_writer_abandon(writer);
}

static void words_that_are_no_event_are_counted(void **)
{
    struct sample_writer writer = sample_open();
    const uint64_t birth = event_word_birth(1, 1, 1);
    const uint64_t cut[] = {birth, event_word_span(EVENT_SPAN_NEW, 1, 1, 3), 1, 2}; /* a payload word is missing */
    const uint64_t unknown[] = {birth, 63, birth}, zero[] = {0, 0, 0};
    const uint64_t endless[] = {event_word_counted(EVENT_NAME, 1, 65535), 0};
    trace_writer_words(writer.trace, 0, cut, 4);
    trace_writer_words(writer.trace, 0, unknown, 3);
    trace_writer_words(writer.trace, 0, zero, 3);
    trace_writer_words(writer.trace, 0, endless, 2);
    trace_writer_words(writer.trace, RINGS_COUNT_MAX, &birth, 1);
    trace_writer_words(writer.trace, 0, NULL, 0);
    struct trace_writer_totals totals;
    trace_writer_totals(writer.trace, &totals);
    assert_int_equal(totals.invalid_words, 3 + 2 + 3 + 2 + 1);
    struct sample_trace trace = sample_finish(&writer);
    assert_int_equal(read_completeness(&trace).events, 2);
    sample_free(&trace);
}

static void an_abandoned_file_has_no_end(void **)
{
    struct sample_writer writer = sample_open();
    sample_event(&writer, 0, event_word_birth(1, 1, 1), NULL, 0);
    struct sample_trace trace = sample_abandon(&writer);
    struct trace_completeness completeness = read_completeness(&trace);
    assert_int_equal(completeness.events, 1);
    assert_false(completeness.has_end);
    assert_true(completeness.truncated);
    assert_int_equal(completeness.unused_bytes, 0);
    sample_free(&trace);
    trace_writer_abandon(NULL);
}

/* Neither the writer nor the reader grows with the number of events. */
static void memory_does_not_grow_with_events(void **)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    int fd = memfd_create("long", 0);
    struct trace_writer *writer;
    struct trace_writer_options options = {.pid = 1};
    assert_int_equal(trace_writer_open_fd(dup(fd), "long", &options, &writer, NULL), 0);
    uint64_t random = 7;
    write_noise(writer, &random, 200000);
    size_t used = mallinfo2().uordblks + mallinfo2().hblkhd;
    write_noise(writer, &random, 2000000);
    assert_int_equal(mallinfo2().uordblks + mallinfo2().hblkhd, used);
    assert_int_equal(trace_writer_finish(writer, &(struct trace_end){.ending = TRACE_ENDED}, NULL), 0);

    lseek(fd, 0, SEEK_SET);
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    struct trace_reader *reader;
    assert_int_equal(trace_reader_open_fd(fd, "long", &reader, NULL), 0);
    assert_int_equal(read_all(reader)->events, 2200000);
    assert_true(mallinfo2().uordblks + mallinfo2().hblkhd - before < 4 << 20);
    trace_reader_close(reader);
    assert_int_equal(mallinfo2().uordblks + mallinfo2().hblkhd, before);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dev_full_is_said_at_once),
        cmocka_unit_test(what_cannot_be_created_is_said),
        cmocka_unit_test(a_full_disk_leaves_whole_blocks),
        cmocka_unit_test(short_and_interrupted_writes_lose_nothing),
        cmocka_unit_test(a_reader_that_went_away_is_an_error),
        cmocka_unit_test(words_that_are_no_event_are_counted),
        cmocka_unit_test(an_abandoned_file_has_no_end),
        cmocka_unit_test(memory_does_not_grow_with_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
