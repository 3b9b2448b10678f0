/* The GCRT_ variables: what each takes, what it refuses and how that is said, and how options and variables go together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gcrt/run.h>

#include "environment.h"
#include "support/child.h"
#include "support/child_run.h"

static const struct environment defaults = {.percent = 100, .is_mark = true, .log = GCRT_LOG_WARNING};

static void assert_same(const struct environment *is, const struct environment *should)
{
    assert_int_equal(is->procs, should->procs);
    assert_int_equal(is->percent, should->percent);
    assert_int_equal(is->is_mark, should->is_mark);
    assert_int_equal(is->stress.collect_every, should->stress.collect_every);
    assert_int_equal(is->stress.migrate, should->stress.migrate);
    assert_int_equal(is->stress.barrier, should->stress.barrier);
    assert_int_equal(is->log, should->log);
    assert_string_equal(is->trace != NULL ? is->trace : "none", should->trace != NULL ? should->trace : "none");
}

/* The default, but for what the variable sets. */
static void assert_reads(const char *name, const char *value, struct environment should)
{
    struct environment is;
    char error[300] = "";
    clearenv();
    setenv(name, value, 1);
    assert_int_equal(environment_read(NULL, &is, error, sizeof error), 0);
    assert_same(&is, &should);
    unsetenv(name);
}

static void assert_refuses(const char *name, const char *value, const char *expected)
{
    struct environment is;
    char error[300] = "", should[300];
    clearenv();
    setenv(name, value, 1);
    assert_int_equal(environment_read(NULL, &is, error, sizeof error), -EINVAL);
    assert_true((size_t)snprintf(should, sizeof should, "%s='%s': %s", name, value, expected) < sizeof should);
    assert_string_equal(error, should);
    unsetenv(name);
}

static void nothing_set_is_the_default(void **)
{
    struct environment is;
    char error[300];
    clearenv();
    assert_int_equal(environment_read(NULL, &is, error, sizeof error), 0);
    assert_same(&is, &defaults);
}

/* `defaults` with some fields set. */
#define WITH(...)                          \
    ({                                     \
        struct environment its = defaults; \
        __VA_ARGS__;                       \
        its;                               \
    })

static void each_variable_is_read(void **)
{
    assert_reads("GCRT_PROCS", "1", WITH(its.procs = 1));
    assert_reads("GCRT_PROCS", "256", WITH(its.procs = 256));
    assert_reads("GCRT_PERCENT", "1", WITH(its.percent = 1));
    assert_reads("GCRT_PERCENT", "100000", WITH(its.percent = 100000));
    assert_reads("GCRT_PERCENT", "off", WITH(its.percent = ENVIRONMENT_PERCENT_OFF));
    assert_reads("GCRT_MODE", "mark", WITH(its.is_mark = true));
    assert_reads("GCRT_STRESS", "", WITH((void)0));
    assert_reads("GCRT_STRESS", "migrate", WITH(its.stress.migrate = true));
    assert_reads("GCRT_STRESS", "collect=1", WITH(its.stress.collect_every = 1));
    assert_reads("GCRT_STRESS", "collect=1000000,barrier,migrate",
                 WITH(its.stress.collect_every = 1000000, its.stress.barrier = its.stress.migrate = true));
    assert_reads("GCRT_HEAPDUMP", "run-%p.gcheap", WITH(its.heap_dump = "run-%p.gcheap"));
    assert_reads("GCRT_TRACE", "anything at all", WITH(its.trace = "anything at all"));
    assert_reads("GCRT_LOG", "error", WITH(its.log = GCRT_LOG_ERROR));
    assert_reads("GCRT_LOG", "warning", WITH(its.log = GCRT_LOG_WARNING));
    assert_reads("GCRT_LOG", "info", WITH(its.log = GCRT_LOG_INFO));
}

static void the_malformed_is_named(void **)
{
    static const char *const no_counts[] = {
        "", "0", "257", "-1", "+1", " 1", "1 ", "1x", "0x1", "4294967297", "18446744073709551617"};
    static const char *const no_percents[] = {"", "0", "100001", "-1", "OFF", "off ", "99999999999999999999"};
    static const char *const no_stress[] = {",",          "migrate,,barrier", "migrat",    "migrated",
                                            "collect",    "collect=",         "collect=0", "collect=1000001",
                                            "collect=-1", "collect=1x"};
    static const char *const bad_items[] = {"",         "",          "migrat",          "migrated",   "collect",
                                            "collect=", "collect=0", "collect=1000001", "collect=-1", "collect=1x"};
    for (size_t i = 0; i < sizeof no_counts / sizeof no_counts[0]; i++)
        assert_refuses("GCRT_PROCS", no_counts[i], "expected a number from 1 to 256");
    for (size_t i = 0; i < sizeof no_percents / sizeof no_percents[0]; i++)
        assert_refuses("GCRT_PERCENT", no_percents[i], "expected 'off' or a number from 1 to 100000");
    for (size_t i = 0; i < sizeof no_stress / sizeof no_stress[0]; i++) {
        char expected[100];
        snprintf(expected, sizeof expected, "'%s' is none of: collect=N, migrate, barrier", bad_items[i]);
        assert_refuses("GCRT_STRESS", no_stress[i], expected);
    }
    assert_refuses("GCRT_MODE", "marc", "expected 'mark'");
    assert_refuses("GCRT_MODE", "version", "version mode is not built yet; the collector there is is 'mark'");
    assert_refuses("GCRT_LOG", "debug", "expected 'error', 'warning' or 'info'");
}

static void the_unknown_is_named(void **)
{
    static const char there_are[] = "no such variable; there are GCRT_PROCS GCRT_PERCENT GCRT_MODE GCRT_STRESS "
                                    "GCRT_VERIFY GCRT_FAULT GCRT_CRASH_DIR GCRT_HEAPDUMP GCRT_TRACE GCRT_LOG";
    assert_refuses("GCRT_PROC", "1", there_are);
    assert_refuses("GCRT_PROCSS", "1", there_are);
    assert_refuses("GCRT_procs", "1", there_are);
    assert_refuses("GCRT_", "1", there_are);
    setenv("GCRTX", "1", 1); /* not ours */
    assert_reads("GCRT_PROCS", "3", WITH(its.procs = 3));
}

static void variables_go_before_options(void **)
{
    struct gcrt_options options = {.procs = 7, .heap_percent = 50};
    struct environment is;
    char error[300];
    clearenv();
    assert_int_equal(environment_read(&options, &is, error, sizeof error), 0);
    assert_same(&is, &(struct environment){.procs = 7, .percent = 50, .is_mark = true, .log = GCRT_LOG_WARNING});
    setenv("GCRT_PROCS", "2", 1);
    setenv("GCRT_PERCENT", "off", 1);
    assert_int_equal(environment_read(&options, &is, error, sizeof error), 0);
    assert_int_equal(is.procs, 2);
    assert_int_equal(is.percent, ENVIRONMENT_PERCENT_OFF);
    clearenv();
    options.heap_percent = UINT32_MAX;
    assert_int_equal(environment_read(&options, &is, error, sizeof error), 0);
    assert_int_equal(is.percent, 100000);
}

static int return_0(void *)
{
    return 0;
}

/* What gcrt_run makes of it. */
static void a_refusal_ends_the_process(void **)
{
    const struct child *child = child_goroutine("GCRT_PROCS=many", return_0, NULL);
    assert_int_equal(child->status, 2);
    assert_string_equal(child->text, "gcrt: GCRT_PROCS='many': expected a number from 1 to 256\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_set_is_the_default),  cmocka_unit_test(each_variable_is_read),
        cmocka_unit_test(the_malformed_is_named),      cmocka_unit_test(the_unknown_is_named),
        cmocka_unit_test(variables_go_before_options), cmocka_unit_test(a_refusal_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
