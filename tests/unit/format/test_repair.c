/* Repair: what is whole stays, byte by byte, what is missing is said, and a repaired file needs no repair. */
#include "unit/format/read.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tracer/format/trace_repair.h"

static char folder[] = "/tmp/gctool-repair-XXXXXX";
static char from[64], to[64], again[64];

static int make_folder(void **)
{
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(from, sizeof from, "%s/from", folder);
    snprintf(to, sizeof to, "%s/to", folder);
    snprintf(again, sizeof again, "%s/again", folder);
    return 0;
}

static int remove_folder(void **)
{
    unlink(from);
    unlink(to);
    unlink(again);
    return rmdir(folder); /* fails when a repair left something behind */
}

static struct sample_trace many_blocks(struct sample_log *log)
{
    struct sample_writer writer = sample_open();
    writer.log = log;
    for (uint32_t block = 0; block < 8; block++) {
        sample_time(&writer, 0, 1000 * block);
        for (uint32_t i = 0; i < 5; i++)
            sample_event(&writer, 0, event_word_birth(block, i, block), NULL, 0);
        trace_writer_flush(writer.trace);
    }
    return sample_finish(&writer);
}

static void assert_same_files(const char *left, const char *right)
{
    struct sample_trace a = sample_read_file(left), b = sample_read_file(right);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.bytes, b.bytes, a.size);
    sample_free(&a);
    sample_free(&b);
}

/* Repairs the trace; what comes out reads without a fault, has every event that the damaged one has, and repairs to itself. */
static struct trace_completeness assert_repaired(const struct sample_trace *trace, const struct sample_log *log,
                                                 struct trace_repair *ret_repair)
{
    sample_write_file(trace, from);
    struct error error = {0};
    if (trace_repair(from, to, ret_repair, &error) < 0)
        fail_msg("%s", error.message);
    struct sample_trace repaired = sample_read_file(to);
    struct trace_completeness before = read_completeness(trace);
    struct trace_reader *reader = read_open(&repaired);
    assert_int_equal(read_compare(reader, log, true), before.events);
    struct trace_completeness after = *trace_reader_completeness(reader);
    trace_reader_close(reader);
    assert_true(after.has_end);
    assert_false(after.header_damaged);
    assert_int_equal(after.trailing_bytes, 0);
    assert_int_equal(after.missing_blocks, before.missing_blocks);
    for (uint64_t i = 0; i < after.gap_count && i < TRACE_GAPS_NAMED_MAX; i++)
        assert_string_equal(after.gaps[i].reason, "left out by a repair");
    assert_int_equal(after.gap_count, ret_repair->gaps);
    struct trace_repair second;
    assert_int_equal(trace_repair(to, again, &second, NULL), 0);
    assert_same_files(to, again);
    assert_int_equal(second.gaps + second.left_out_bytes + second.missing_blocks, 0);
    assert_false(second.end_written);
    sample_free(&repaired);
    return after;
}

static void a_whole_file_stays_as_it_is(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = sample_noise(11, 30000, &log);
    struct trace_repair repair;
    (void)assert_repaired(&trace, &log, &repair);
    assert_same_files(from, to);
    assert_int_equal(repair.gaps + repair.left_out_bytes + repair.missing_blocks, 0);
    sample_free(&trace);
    free(log.words);
}

static void every_flip_is_repaired(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log);
    for (size_t at = TRACE_MAGIC_BYTES; at < trace.size; at += 7) {
        trace.bytes[at] ^= 0x10;
        struct trace_repair repair;
        struct trace_completeness after = assert_repaired(&trace, &log, &repair);
        assert_false(after.whole);
        assert_int_equal(repair.left_out_bytes + repair.kept_bytes +
                             (at < TRACE_FILE_HEADER_BYTES ? 0 : TRACE_FILE_HEADER_BYTES),
                         trace.size);
        trace.bytes[at] ^= 0x10;
    }
    sample_free(&trace);
    free(log.words);
}

static void every_truncation_is_repaired(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log), cut = trace;
    for (cut.size = TRACE_FILE_HEADER_BYTES; cut.size < trace.size; cut.size += 5) {
        struct trace_repair repair;
        struct trace_completeness after = assert_repaired(&cut, &log, &repair);
        assert_int_equal(after.end.ending, TRACE_REPAIRED);
        assert_true(repair.end_written);
        assert_false(after.whole);
    }
    sample_free(&trace);
    free(log.words);
}

static void a_gap_keeps_its_place_and_time(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log);
    size_t start = sample_block_at(&trace, 3), end = sample_block_at(&trace, 5);
    trace.bytes[start + 64] ^= 1;
    trace.bytes[sample_block_at(&trace, 4)] ^= 1;
    struct trace_repair repair;
    struct trace_completeness after = assert_repaired(&trace, &log, &repair);
    assert_int_equal(after.gap_count, 1);
    assert_int_equal(after.gaps[0].bytes, end - start);
    assert_int_equal(after.gaps[0].missing_blocks, 2);
    assert_int_equal(after.gaps[0].from_ns, 1000);
    assert_int_equal(after.gaps[0].to_ns, 4000);
    assert_int_equal(repair.left_out_bytes, end - start);
    sample_free(&trace);
    free(log.words);
}

static void a_damaged_header_forgets_its_facts(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log);
    trace.bytes[13] ^= 1;
    struct trace_repair repair;
    struct trace_completeness after = assert_repaired(&trace, &log, &repair);
    assert_int_equal(after.gap_count, 1);
    assert_int_equal(after.gaps[0].bytes, TRACE_FILE_HEADER_BYTES);
    struct trace_reader *reader;
    assert_int_equal(trace_reader_open(to, &reader, NULL), 0);
    assert_int_equal(trace_reader_header(reader)->pid, 0);
    assert_int_equal(trace_reader_header(reader)->start_wall_ns, 0);
    trace_reader_close(reader);
    sample_free(&trace);
    free(log.words);
}

static void a_file_can_be_repaired_in_place(void **)
{
    struct sample_log log = {0};
    struct sample_trace trace = many_blocks(&log);
    trace.size -= 30;
    struct trace_repair repair;
    (void)assert_repaired(&trace, &log, &repair);
    assert_int_equal(trace_repair(from, from, &repair, NULL), 0);
    assert_same_files(from, to);
    struct stat status;
    stat(to, &status);
    assert_int_equal(status.st_mode & 0777, 0600); /* what a program held is its owner's alone */
    sample_free(&trace);
    free(log.words);
}

/* The target stays as it was, and nothing is left beside it. */
static void what_fails_changes_nothing(void **)
{
    struct sample_trace story = sample_story();
    sample_write_file(&story, to);
    struct trace_repair repair;
    struct error error;
    assert_int_equal(trace_repair("/etc/passwd", to, &repair, &error), -EINVAL);
    assert_int_equal(trace_repair("/nowhere", to, &repair, &error), -ENOENT);
    assert_int_equal(trace_repair(to, "/nowhere/at/all", &repair, &error), -ENOENT);
    assert_non_null(strstr(error.message, "/nowhere/at/all"));

    signal(SIGXFSZ, SIG_IGN);
    struct rlimit old, small;
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){.rlim_cur = 500, .rlim_max = old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    int code = trace_repair(to, again, &repair, &error);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(code, -EFBIG);
    assert_non_null(strstr(error.message, again));
    struct sample_trace now = sample_read_file(to);
    assert_memory_equal(now.bytes, story.bytes, story.size);
    size_t files = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        files += strstr(entry->d_name, "part") != NULL;
    closedir(directory);
    assert_int_equal(files, 0);
    sample_free(&now);
    sample_free(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file_stays_as_it_is),        cmocka_unit_test(every_flip_is_repaired),
        cmocka_unit_test(every_truncation_is_repaired),       cmocka_unit_test(a_gap_keeps_its_place_and_time),
        cmocka_unit_test(a_damaged_header_forgets_its_facts), cmocka_unit_test(a_file_can_be_repaired_in_place),
        cmocka_unit_test(what_fails_changes_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
