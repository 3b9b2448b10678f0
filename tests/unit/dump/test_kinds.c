/* What the runtime calls a root's kind, and what a file calls it, are the same numbers: neither may include the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "observe/inspect.h"
#include "sched/root_range.h"
#include "tracer/format/heap_file.h"

static void kinds_of_roots_are_those_of_the_file(void **)
{
    assert_int_equal(ROOT_DATA, HEAP_ROOT_DATA);
    assert_int_equal(ROOT_ADDED, HEAP_ROOT_ADDED);
    assert_int_equal(ROOT_STACK, HEAP_ROOT_STACK);
    assert_int_equal(ROOT_REGISTER, HEAP_ROOT_REGISTER);
    assert_int_equal(ROOT_RECORD, HEAP_ROOT_RECORD);
    assert_int_equal(ROOT_THREAD, HEAP_ROOT_THREAD);
    assert_int_equal(ROOT_TIMER, HEAP_ROOT_TIMER);
}

static void flags_of_statuses_are_those_of_the_file(void **)
{
    assert_int_equal(INSPECT_STATUS_WAITING, HEAP_STATUS_WAITING);
    assert_int_equal(INSPECT_STATUS_ENDED, HEAP_STATUS_ENDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_roots_are_those_of_the_file),
        cmocka_unit_test(flags_of_statuses_are_those_of_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
