/* Stacks are interned once, before they are named, and as deep as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "recording.h"

/* Frames as the compiler would push them: the innermost lies lowest. */
struct fake_frame {
    uintptr_t caller_frame, return_pc;
};
static struct fake_frame fake[256];

/* A stack of `depth` frames, outermost pc first_pc, each deeper one 1 more; returns the innermost frame. */
static const void *fake_stack(unsigned depth, uintptr_t first_pc)
{
    enum { COUNT = sizeof fake / sizeof fake[0] };
    for (unsigned i = 0; i < depth; i++)
        fake[COUNT - 1 - i] = (struct fake_frame){.caller_frame = i == 0 ? 0 : (uintptr_t)&fake[COUNT - i],
                                                  .return_pc = first_pc + i};
    return depth == 0 ? NULL : &fake[COUNT - depth];
}

static int set_up(void **)
{
    recording_make(4096);
    return 0;
}

static int tear_down(void **)
{
    recording_free();
    return 0;
}

static const struct observer *open_with_fake_stack(void)
{
    const struct observer *to = recording_open();
    to->stack(0, (uintptr_t)fake, (uintptr_t)fake + sizeof fake);
    to->stack(1, (uintptr_t)fake, (uintptr_t)fake + sizeof fake);
    return to;
}

/* The pcs of a context, innermost first; returns the depth. */
static unsigned unwind(uint32_t context, uintptr_t pcs[RINGS_CONTEXT_DEPTH_MAX + 2])
{
    unsigned depth = 0;
    for (; context != 0; context = recording.contexts[context].parent) {
        assert_true(context < atomic_load(&recording.header->context_count));
        assert_true(recording.contexts[context].parent < context);
        assert_true(depth < RINGS_CONTEXT_DEPTH_MAX + 2);
        pcs[depth++] = recording.contexts[context].pc;
    }
    return depth;
}

static void expect_stack(uint32_t context, unsigned depth, uintptr_t first_pc)
{
    uintptr_t pcs[RINGS_CONTEXT_DEPTH_MAX + 2];
    assert_int_equal(unwind(context, pcs), depth);
    for (unsigned i = 0; i < depth; i++)
        assert_int_equal(pcs[depth - 1 - i], first_pc + i);
}

static int write_stacks(void *)
{
    const struct observer *to = open_with_fake_stack();
    static const unsigned depths[] = {3, 3, 5, 4, 5, 1, 0, 5};
    for (uint32_t i = 0; i < sizeof depths / sizeof depths[0]; i++)
        to->birth(0, 1, i, fake_stack(depths[i], 0x1000));
    to->birth(0, 1, 8, fake_stack(3, 0x2000));
    to->birth(1, 1, 9, fake_stack(5, 0x1000));
    return 0;
}

static void a_stack_is_interned_once_and_shares_its_outer_frames(void **)
{
    static uint64_t words[RECORDING_WORDS_MAX];
    recording_child(write_stacks);
    assert_int_equal(atomic_load(&recording.header->context_count), 1 + 5 + 3);
    assert_int_equal(recording_events(0, words), 9);
    static const unsigned depths[] = {3, 3, 5, 4, 5, 1, 0, 5};
    for (uint32_t i = 0; i < 8; i++)
        expect_stack(event_word_context(words[i]), depths[i], 0x1000);
    expect_stack(event_word_context(words[8]), 3, 0x2000);
    uint64_t other[RECORDING_WORDS_MAX];
    assert_int_equal(recording_events(1, other), 1);
    assert_int_equal(event_word_context(other[0]), event_word_context(words[2]));
}

static int write_deep(void *)
{
    const struct observer *to = open_with_fake_stack();
    to->birth(0, 1, 0, fake_stack(60, 0x1000));
    to->birth(0, 1, 1, fake_stack(200, 0x1000));
    to->birth(0, 1, 2, fake_stack(200, 0x1000));
    return 0;
}

static void a_full_table_costs_the_stack_and_is_counted(void **)
{
    static uint64_t words[RECORDING_WORDS_MAX];
    recording_child(write_deep);
    assert_int_equal(recording_events(0, words), 3);
    expect_stack(event_word_context(words[0]), 60, 0x1000);
    assert_int_equal(event_word_context(words[1]), 0);
    assert_int_equal(event_word_context(words[2]), 0);
    assert_int_equal(atomic_load(&recording.header->contexts_lost), 2);
    assert_int_equal(atomic_load(&recording.header->context_count), RECORDING_CONTEXTS);
}

/* With room for more contexts: the table's end is moved behind the rings' words, which this case does not need so many of. */
static int write_deeper_than_the_limit(void *)
{
    const struct observer *to = open_with_fake_stack();
    to->birth(0, 1, 0, fake_stack(200, 0x1000));
    to->birth(0, 1, 1, fake_stack(200, 0x1000));
    to->birth(0, 1, 2, fake_stack(128, 0x5000));
    return 0;
}

static void the_depth_limit_cuts_the_outer_frames_and_says_so(void **)
{
    static uint64_t words[RECORDING_WORDS_MAX];
    recording.header->contexts_offset = recording.header->words_offset + sizeof(uint64_t) * 2048;
    recording.header->context_capacity = 300;
    recording.header->ring_words = 1024;
    recording.contexts = (struct ring_context *)((char *)recording.header + recording.header->contexts_offset);
    recording_child(write_deeper_than_the_limit);
    assert_int_equal(recording_events(0, words), 3);
    uintptr_t pcs[RINGS_CONTEXT_DEPTH_MAX + 2];
    assert_int_equal(unwind(event_word_context(words[0]), pcs), RINGS_CONTEXT_DEPTH_MAX + 1);
    assert_int_equal(pcs[0], 0x1000 + 199);
    assert_int_equal(pcs[RINGS_CONTEXT_DEPTH_MAX - 1], 0x1000 + 199 - (RINGS_CONTEXT_DEPTH_MAX - 1));
    assert_int_equal(pcs[RINGS_CONTEXT_DEPTH_MAX], 0);
    assert_int_equal(event_word_context(words[1]), event_word_context(words[0]));
    expect_stack(event_word_context(words[2]), 128, 0x5000);
}

static int write_broken_chains(void *)
{
    const struct observer *to = open_with_fake_stack();
    struct fake_frame *frame = (struct fake_frame *)(uintptr_t)fake_stack(3, 0x1000);
    to->birth(0, 1, 0, (const void *)((uintptr_t)fake - 16));          /* below the stack */
    to->birth(0, 1, 1, (const void *)((uintptr_t)fake + sizeof fake)); /* above it */
    to->birth(0, 1, 2, (const char *)&fake[0] + 1);                    /* between words */
    frame->caller_frame = (uintptr_t)frame;                            /* a circle */
    to->birth(0, 1, 3, frame);
    frame->caller_frame = (uintptr_t)(frame - 5); /* backwards */
    to->birth(0, 1, 4, frame);
    frame->caller_frame = 0xdead0000; /* anything */
    to->birth(0, 1, 5, frame);
    return 0;
}

static void a_walk_stays_inside_the_stack_and_ends(void **)
{
    static uint64_t words[RECORDING_WORDS_MAX];
    recording_child(write_broken_chains);
    assert_int_equal(recording_events(0, words), 6);
    for (int i = 0; i < 3; i++)
        assert_int_equal(event_word_context(words[i]), 0);
    for (int i = 3; i < 6; i++)
        expect_stack(event_word_context(words[i]), 1, 0x1002);
}

/* ---- modules ---- */

static int write_real_stack(void *)
{
    const struct observer *to = recording_open();
    char *frame = __builtin_frame_address(0);
    to->stack(0, (uintptr_t)frame, (uintptr_t)frame + 64);
    to->birth(0, 1, 0, frame);
    to->birth(0, 1, 1, frame);
    to->go_create(0, 1, 0, (uintptr_t)puts, NULL); /* of libc */
    return 0;
}

static void a_module_is_announced_once_before_an_address_in_it_is_named(void **)
{
    static uint64_t words[RECORDING_WORDS_MAX];
    recording_child(write_real_stack);
    size_t count = recording_events(0, words);
    assert_true(count > 10);
    assert_int_equal(event_word_kind(words[0]), EVENT_MODULE);
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length] = '\0';
    assert_string_equal((char *)&words[7], path);
    uint32_t own_words = event_word_words(words[0]);
    const uint64_t *births = words + 1 + own_words;
    assert_int_equal(event_word_kind(births[0]), EVENT_BIRTH);
    assert_int_equal(births[1] - births[0], event_word_birth(0, 1, 0) - event_word_birth(0, 0, 0));
    uintptr_t pc = recording.contexts[event_word_context(births[0])].pc;
    assert_in_range(pc, words[2], words[3]);
    assert_int_equal(event_word_kind(births[2]), EVENT_MODULE); /* libc, or a sanitizer's runtime */
    assert_in_range((uintptr_t)puts, births[4], births[5]);
    assert_int_equal((uint32_t)births[6], 20); /* bytes of the build id */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stack_is_interned_once_and_shares_its_outer_frames, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_table_costs_the_stack_and_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_depth_limit_cuts_the_outer_frames_and_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_walk_stays_inside_the_stack_and_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_module_is_announced_once_before_an_address_in_it_is_named, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
