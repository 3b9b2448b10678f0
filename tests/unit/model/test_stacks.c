/* Stacks: inlined frames, the place of a context, damaged tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gctool/model/stacks.h"

/*  main (100) <- load (200), in which parse is inlined <- gcrt_new_tail (300)  */
static struct stacks sample(void)
{
    struct stacks stacks = {0};
    assert_int_equal(stacks_add_context(&stacks, 1, 0, 100), 0);
    assert_int_equal(stacks_add_context(&stacks, 2, 1, 200), 0);
    assert_int_equal(stacks_add_context(&stacks, 3, 2, 300), 0);
    struct stack_frame outer = {.function = "main", .file = "/src/main.c", .line = 10};
    struct stack_frame middle[] = {{.function = "parse", .file = "/src/json.c", .line = 42, .inlined = true},
                                   {.function = "load", .file = "/src/main.c", .line = 7}};
    struct stack_frame inner = {.function = "gcrt_new_tail", .file = "/gcrt/heap.c", .line = 1};
    assert_int_equal(stacks_add_frames(&stacks, 100, &outer, 1), 0);
    assert_int_equal(stacks_add_frames(&stacks, 200, middle, 2), 0);
    assert_int_equal(stacks_add_frames(&stacks, 300, &inner, 1), 0);
    return stacks;
}

static bool append(const struct stack_frame *frame, void *argument)
{
    char text[128];
    stack_frame_describe(frame, text, sizeof text);
    strcat(strcat(argument, text), frame->inlined ? " (inlined)|" : "|");
    return true;
}

static void a_stack_is_told_from_inside_with_its_inlined_frames(void **)
{
    struct stacks stacks = sample();
    char text[256] = "";
    stacks_visit(&stacks, 3, append, text);
    assert_string_equal(text, "gcrt_new_tail heap.c:1|parse json.c:42 (inlined)|load main.c:7|main main.c:10|");
    stacks_free(&stacks);
}

static void the_place_is_the_innermost_frame_outside_the_runtime(void **)
{
    struct stacks stacks = sample();
    uint32_t place = stacks_place(&stacks, 3);
    assert_string_equal(stacks_place_frame(&stacks, place)->function, "parse");
    assert_int_equal(stacks_place(&stacks, 2), place);
    place = stacks_place(&stacks, 1);
    assert_string_equal(stacks_place_frame(&stacks, place)->function, "main");
    stacks_free(&stacks);
}

static void frames_of_the_library_are_the_runtimes_whatever_their_name(void **)
{
    struct stacks stacks = {0};
    struct stack_frame frame = {.function = "heap_refill", .module = "/usr/lib/libgcrt.so.1"};
    assert_true(stack_frame_is_runtime(&stacks, &frame));
    frame.module = "/usr/bin/server";
    assert_false(stack_frame_is_runtime(&stacks, &frame));
    frame.function = "gcrt_go";
    assert_true(stack_frame_is_runtime(&stacks, &frame));
}

/*  run (10) <- gcrt_sleep (20) <- scheduler_switch (30): gcrt_run's own goroutine has no frame of goroutine_main  */
static void in_a_static_program_who_waits_is_told_by_its_own_frame(void **)
{
    struct stacks stacks = {0};
    static const struct stack_frame frames[] = {
        {.function = "run", .file = "/src/list.c", .line = 6},
        {.function = "gcrt_sleep", .file = "/gcrt/runtime/sched/goroutine_calls.c", .line = 75},
        {.function = "scheduler_switch", .file = "/gcrt/runtime/sched/scheduler.c", .line = 80},
    };
    for (uint32_t at = 0; at < 3; at++) {
        assert_int_equal(stacks_add_frames(&stacks, 10 * (at + 1), &frames[at], 1), 0);
        assert_int_equal(stacks_add_context(&stacks, at + 1, at, 10 * (at + 1)), 0);
    }
    assert_string_equal(stacks_place_frame(&stacks, stacks_place(&stacks, 3))->function, "run");
    stacks_free(&stacks);
}

/*  goroutine_main (10) <- visit (20) <- gcrt_map_range (30) <- visitor (40) <- gcrt_chan_send (50), in which park is inlined  */
static void in_a_static_program_the_runtime_is_known_by_its_source(void **)
{
    struct stacks stacks = {0};
    static const struct stack_frame frames[] = {
        {.function = "goroutine_main", .file = "/src/runtime/sched/goroutine.c", .line = 1},
        {.function = "visit", .file = "/src/runtime-user/sched/visit.c", .line = 2},
        {.function = "gcrt_map_range", .file = "/src/runtime/sync/map.c", .line = 3},
        {.function = "visitor", .file = "/src/main.c", .line = 4},
    };
    static const struct stack_frame parked[] = {
        {.function = "park", .file = "/src/runtime/sync/chan.c", .line = 5, .inlined = true},
        {.function = "gcrt_chan_send", .file = "/src/runtime/sync/chan.c", .line = 6}};
    for (uint32_t at = 0; at < 4; at++) {
        assert_int_equal(stacks_add_frames(&stacks, 10 * (at + 1), &frames[at], 1), 0);
        assert_int_equal(stacks_add_context(&stacks, at + 1, at, 10 * (at + 1)), 0);
    }
    assert_int_equal(stacks_add_frames(&stacks, 50, parked, 2), 0);
    assert_int_equal(stacks_add_context(&stacks, 5, 4, 50), 0);
    assert_int_equal(stacks_add_context(&stacks, 6, 3, 30), 0);
    assert_int_equal(stacks_add_context(&stacks, 7, 1, 50), 0);
    assert_string_equal(stacks_place_frame(&stacks, stacks_place(&stacks, 5))->function, "visitor");
    assert_string_equal(stacks_place_frame(&stacks, stacks_place(&stacks, 6))->function, "visit");
    /* Its caller left the stack by a tail call: what is known is what it asked for. */
    assert_string_equal(stacks_place_frame(&stacks, stacks_place(&stacks, 7))->function, "gcrt_chan_send");
    stacks_free(&stacks);
}

static void two_contexts_of_one_line_are_one_place(void **)
{
    struct stacks stacks = sample();
    struct stack_frame same = {.function = "main", .file = "/src/main.c", .line = 10};
    assert_int_equal(stacks_add_context(&stacks, 4, 0, 104), 0);
    assert_int_equal(stacks_add_frames(&stacks, 104, &same, 1), 0);
    assert_int_equal(stacks_place(&stacks, 4), stacks_place(&stacks, 1));
    assert_int_equal(stacks_add_context(&stacks, 5, 0, 105), 0); /* no symbols: a place by address */
    assert_int_equal(stacks_add_context(&stacks, 6, 0, 106), 0);
    assert_int_not_equal(stacks_place(&stacks, 5), stacks_place(&stacks, 6));
    stacks_free(&stacks);
}

static void what_is_not_known_is_said(void **)
{
    struct stacks stacks = sample();
    assert_int_equal(stacks_place(&stacks, 0), STACK_PLACE_UNKNOWN);
    assert_int_equal(stacks_place(&stacks, 99), STACK_PLACE_UNKNOWN);
    char text[64];
    stack_frame_describe(stacks_place_frame(&stacks, STACK_PLACE_UNKNOWN), text, sizeof text);
    assert_string_equal(text, "unknown");
    stack_frame_describe(&(struct stack_frame){.pc = 0x1234}, text, sizeof text);
    assert_string_equal(text, "0x1234");
    stack_frame_describe(&(struct stack_frame){.pc = 0x1234, .module = "/bin/x", .module_pc = 0x34}, text, sizeof text);
    assert_string_equal(text, "x+0x34");
    stacks_free(&stacks);
}

static void a_parent_is_older_than_its_child(void **)
{
    struct stacks stacks = {0};
    assert_int_equal(stacks_add_context(&stacks, 5, 5, 1), -EINVAL);
    assert_int_equal(stacks_add_context(&stacks, 5, 6, 1), -EINVAL);
    assert_int_equal(stacks_add_context(&stacks, 0, 0, 1), -EINVAL);
    assert_int_equal(stacks_add_context(&stacks, STACK_CONTEXTS_MAX, 0, 1), -EINVAL);
    stacks_free(&stacks);
}

static void a_frame_knows_its_module(void **)
{
    struct stacks stacks = {0};
    assert_int_equal(stacks_add_module(&stacks, 0x1000, 0x1000, 0x2000, "/bin/server"), 0);
    assert_int_equal(stacks_add_module(&stacks, 0x8000, 0x9000, 0xa000, "/usr/lib/libgcrt.so.1"), 0);
    assert_int_equal(stacks_add_context(&stacks, 1, 0, 0x1ff0), 0);
    assert_int_equal(stacks_add_context(&stacks, 2, 1, 0x9010), 0);
    struct stack_frame inner = {.function = "heap_refill"};
    assert_int_equal(stacks_add_frames(&stacks, 0x9010, &inner, 1), 0);
    char text[128] = "";
    stacks_visit(&stacks, 2, append, text);
    assert_string_equal(text, "heap_refill|server+0xff0|");
    uint32_t place = stacks_place(&stacks, 2); /* libgcrt's frame is left out */
    assert_int_equal(stacks_place_frame(&stacks, place)->pc, 0x1ff0);
    stacks_free(&stacks);
}

static void names_cannot_steer_a_terminal(void **)
{
    struct stacks stacks = {0};
    struct stack_frame evil = {.function = "a\033[31mb", .file = "x\ny.c", .line = 3};
    assert_int_equal(stacks_add_context(&stacks, 1, 0, 9), 0);
    assert_int_equal(stacks_add_frames(&stacks, 9, &evil, 1), 0);
    char text[64];
    uint32_t place = stacks_place(&stacks, 1);
    stack_frame_describe(stacks_place_frame(&stacks, place), text, sizeof text);
    assert_string_equal(text, "a?[31mb x?y.c:3");
    stacks_free(&stacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stack_is_told_from_inside_with_its_inlined_frames),
        cmocka_unit_test(the_place_is_the_innermost_frame_outside_the_runtime),
        cmocka_unit_test(frames_of_the_library_are_the_runtimes_whatever_their_name),
        cmocka_unit_test(in_a_static_program_who_waits_is_told_by_its_own_frame),
        cmocka_unit_test(in_a_static_program_the_runtime_is_known_by_its_source),
        cmocka_unit_test(two_contexts_of_one_line_are_one_place),
        cmocka_unit_test(what_is_not_known_is_said),
        cmocka_unit_test(a_parent_is_older_than_its_child),
        cmocka_unit_test(a_frame_knows_its_module),
        cmocka_unit_test(names_cannot_steer_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
