/* What each callback writes, and who may write at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/syscall.h>
#include <sys/wait.h>

#include "recording.h"

static int set_up(void **)
{
    recording_make(1024);
    return 0;
}

static int tear_down(void **)
{
    recording_free();
    return 0;
}

static void expect_words(unsigned ring, const uint64_t *words, size_t count)
{
    static uint64_t seen[RECORDING_WORDS_MAX];
    size_t seen_count = recording_events(ring, seen);
    for (size_t i = 0; i < count && i < seen_count; i++)
        if (seen[i] != words[i])
            fail_msg("word %zu is %#lx, not %#lx", i, seen[i], words[i]);
    assert_int_equal(seen_count, count);
}
#define EXPECT_WORDS(ring, ...) \
    expect_words(ring, (uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

/* ---- */

static int write_objects(void *)
{
    const struct observer *to = recording_open();
    to->type(0, 7, 24, 1, "struct node");
    to->span_new(
        0, &(struct observe_span){
               .span = 5, .incarnation = 0x10002, .type = 7, .slot_count = 100, .slot_bytes = 32, .base = 0x7000});
    to->birth(0, 5, 9, NULL);
    to->span_acquired(0);
    to->deaths(0, 5, 0x10002, (uint64_t[]){0x200, 1}, 2);
    to->span_release(0, 5, 0x10002);
    to->birth(1, 5, 4095, NULL);
    return 0;
}

static void objects_are_words_as_the_table_draws_them(void **)
{
    recording_child(write_objects);
    uint64_t name[2] = {0};
    memcpy(name, "struct node", 11);
    EXPECT_WORDS(0, event_word_counted(EVENT_TYPE, 7, 4), 24, 1, name[0], name[1],       /* */
                 event_word_span(EVENT_SPAN_NEW, 5, 2, 3), 0x7000, 7 | 100ULL << 32, 32, /* */
                 event_word_birth(5, 9, 0),                                              /* */
                 event_word_span(EVENT_DEATHS, 5, 2, 2), 0x200, 1,                       /* */
                 event_word_span(EVENT_SPAN_RELEASE, 5, 2, 0));
    EXPECT_WORDS(1, event_word_birth(5, 4095, 0));
}

static int write_run(void *)
{
    const struct observer *to = recording_open();
    to->name(0, OBSERVE_NAMES_PHASE, 3, "mark");
    to->go_create(0, 2, 1, 0, NULL);
    to->go_run(0, 2);
    to->go_block(0, 2, 5, 0xabc, NULL);
    to->go_wake(1, 2);
    to->go_run(1, 2);
    to->go_yield(1, 2);
    to->go_end(1, 2);
    to->stop_begin(0, 1);
    to->stop_done(0, 1);
    to->phase(0, 6, 3);
    to->cycle(0, &(struct observe_cycle){.cycle = 6,
                                         .marked_objects = 1,
                                         .marked_bytes = 2,
                                         .heap_bytes_before = 3,
                                         .goal_bytes = 4,
                                         .root_bytes = 5,
                                         .cause = 2});
    to->stop_end(0, 1);
    to->run_end(0, 3, true);
    return 0;
}

static void a_run_is_words_as_the_table_draws_them(void **)
{
    recording_child(write_run);
    uint64_t mark = 0;
    memcpy(&mark, "mark", 4);
    EXPECT_WORDS(0, event_word_counted(EVENT_NAME, OBSERVE_NAMES_PHASE, 2), 3, mark, /* */
                 event_word_pair(EVENT_GO_CREATE, 2, 0), 1, 0, 0,                    /* */
                 event_word_pair(EVENT_GO_RUN, 2, 0),                                /* */
                 event_word_pair(EVENT_GO_BLOCK, 2, 5), 0xabc, 0,                    /* */
                 event_word_pair(EVENT_STOP_BEGIN, 1, 0), event_word_pair(EVENT_STOP_DONE, 1, 0),
                 event_word_pair(EVENT_PHASE, 6, 3),                   /* */
                 event_word_pair(EVENT_CYCLE, 6, 0), 1, 2, 3, 4, 5, 2, /* */
                 event_word_pair(EVENT_STOP_END, 1, 0),                /* */
                 event_word(EVENT_RUN_END, 3), 1, 13);
    EXPECT_WORDS(1, event_word_pair(EVENT_GO_WAKE, 2, 0), event_word_pair(EVENT_GO_RUN, 2, 0),
                 event_word_pair(EVENT_GO_YIELD, 2, 0), event_word_pair(EVENT_GO_END, 2, 0));
    assert_int_equal(atomic_load(&recording.header->state), RINGS_ENDED);
}

/* ---- segments ---- */

static int write_hand_over(void *)
{
    const struct observer *to = recording_open();
    to->go_run(0, 1);
    to->birth(0, 5, 0, NULL);
    to->birth(0, 5, 1, NULL);
    to->span_acquired(0);
    to->birth(0, 6, 0, NULL);
    return 0;
}

static void a_segment_opens_where_others_could_have_been_the_cause(void **)
{
    recording_child(write_hand_over);
    static const enum event_kind kinds[] = {EVENT_TIME,  EVENT_GO_RUN, EVENT_BIRTH,
                                            EVENT_BIRTH, EVENT_TIME,   EVENT_BIRTH};
    assert_int_equal(atomic_load(&recording.controls[0].head), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(event_word_kind(recording.words[i]), kinds[i]);
}

/* ---- who may write ---- */

static int fork_and_write(void *fork_by_system_call)
{
    const struct observer *to = recording_open();
    to->birth(0, 1, 1, NULL);
    pid_t child = *(bool *)fork_by_system_call ? (pid_t)syscall(SYS_fork) : fork();
    to->birth(0, 1, child == 0 ? 666 : 2, __builtin_frame_address(0));
    to->span_acquired(0);
    if (child == 0) {
        to->go_create(0, 666, 1, (uintptr_t)fork_and_write, __builtin_frame_address(0));
        to->run_end(0, 1, false);
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    to->birth(0, 1, 3, NULL);
    return 0;
}

static void a_forked_child_writes_nothing(void **)
{
    for (int way = 0; way < 2; way++) {
        static struct child child;
        bool by_system_call = way == 1;
        child_run(&child, NULL, fork_and_write, &by_system_call);
        assert_int_equal(child.status, 0);
        EXPECT_WORDS(0, event_word_birth(1, 1, 0), event_word_birth(1, 2, 0), event_word_birth(1, 3, 0));
        assert_int_equal(atomic_load(&recording.header->state), RINGS_ATTACHED);
        recording_free();
        recording_make(1024);
    }
}

static int open_second(void *)
{
    char argument[16], error[300];
    snprintf(argument, sizeof argument, "%d", recording.fd);
    setenv("GCRT_TRACE", argument, 1);
    CHECK(observe_start(argument, error, sizeof error) == 0);
    CHECK(gcrt_observer == NULL);
    CHECK(getenv("GCRT_TRACE") == NULL);
    return 0;
}

static void the_first_process_wins_and_others_go_on_unrecorded(void **)
{
    atomic_store(&recording.header->owner_pid, 1);
    recording_child(open_second);
    assert_int_equal(atomic_load(&recording.header->owner_pid), 1);
    assert_int_equal(atomic_load(&recording.header->state), RINGS_IDLE);
}

/* ---- cores ---- */

static int look_for_flag(void *)
{
    recording_open();
    FILE *maps = fopen("/proc/self/smaps", "re");
    char line[4096];
    int flagged = 0;
    CHECK(maps != NULL);
    for (bool is_rings = false; fgets(line, sizeof line, maps) != NULL;) {
        if (strncmp(line, "VmFlags:", 8) == 0)
            flagged += is_rings && strstr(line, " dd") != NULL;
        else if (strchr(line, '-') != NULL && strchr(line, ':') > strchr(line, '-'))
            is_rings = strstr(line, "memfd:recording") != NULL;
    }
    fclose(maps);
    CHECK(flagged == 1); /* the test's own mapping is not */
    return 0;
}

static void a_core_leaves_the_rings_out(void **)
{
    recording_child(look_for_flag);
}

/* ---- wrong memory ---- */

static int open_wrong(void *argument)
{
    char error[300];
    CHECK(observe_start(argument, error, sizeof error) < 0);
    CHECK(gcrt_observer == NULL);
    puts(error);
    return 0;
}

static void expect_refusal(const char *argument, const char *why)
{
    static struct child child;
    char copy[32];
    snprintf(copy, sizeof copy, "%s", argument);
    child_run(&child, NULL, open_wrong, copy);
    assert_int_equal(child.status, 0);
    assert_true(child_says(&child, why));
}

static void what_is_not_a_recording_is_refused(void **)
{
    char argument[16];
    expect_refusal("", "not an open descriptor; it is set by 'gctool trace'");
    expect_refusal("run.gctrace", "not an open descriptor");
    expect_refusal("987654", "not an open descriptor");
    int other = memfd_create("other", 0);
    snprintf(argument, sizeof argument, "%d", other);
    expect_refusal(argument, "not the memory of a recording");
    assert_int_equal(ftruncate(other, 1 << 16), 0);
    expect_refusal(argument, "not the memory of a recording");
    close(other);

    snprintf(argument, sizeof argument, "%d", recording.fd);
    recording.header->words_offset = recording.header->total_bytes - 64;
    expect_refusal(argument, "not the memory of a recording");
    recording.header->version = RINGS_VERSION + 1;
    expect_refusal(argument, "different versions (rings 2 and 1)");
}

int main(void)
{
    recorder.clock = 0; /* names the recorder, so that it is linked in */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(objects_are_words_as_the_table_draws_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_is_words_as_the_table_draws_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_segment_opens_where_others_could_have_been_the_cause, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_forked_child_writes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_process_wins_and_others_go_on_unrecorded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_core_leaves_the_rings_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_a_recording_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
