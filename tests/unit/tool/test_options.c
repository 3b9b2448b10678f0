/* The parser of options, over a table of the test's own; and what must hold for the tables of all verbs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "gctool/verbs.h"

static const char *const fruits[] = {"apple", "pear", "plum", NULL};
static const struct option flag = {.name = "flag", .letter = 'F', .kind = OPTION_FLAG, .text = "x"};
static const struct option count = {.name = "count", .letter = 'c', .kind = OPTION_COUNT, .value = "N", .text = "x"};
static const struct option when = {.name = "when", .kind = OPTION_DURATION, .value = "TIME", .text = "x"};
static const struct option fruit = {
    .name = "fruit", .kind = OPTION_CHOICE, .value = "FRUIT", .choices = fruits, .text = "x"};
static const struct option basket = {
    .name = "basket", .kind = OPTION_CHOICES, .value = "FRUITS", .choices = fruits, .text = "x"};
static const struct option *const table[] = {&flag,   &count,         &when,         &fruit,
                                             &basket, &option_output, &option_quiet, NULL};
static const struct verb verb = {.name = "pick", .operands = "[FILE...]", .operands_max = -1, .options = table};
static const struct verb one = {.name = "one",
                                .operands = "FILE",
                                .operands_min = 1,
                                .operands_max = 1,
                                .operand_kind = OPERAND_FILE,
                                .options = table};
static const struct verb runner = {.name = "run",
                                   .operands = "PROGRAM [ARGUMENT...]",
                                   .operands_min = 1,
                                   .operands_max = -1,
                                   .operand_kind = OPERAND_PROGRAM,
                                   .options = table};

enum { WORDS_MAX = 16 };

static struct error error;

/* The words of a line, split at blanks, parsed for the verb. */
static int parse(const struct verb *for_verb, const char *line, struct options *ret_options)
{
    static char words[256];
    static char *argv[WORDS_MAX + 1];
    int argc = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    assert_true(argc < WORDS_MAX);
    argv[argc] = NULL;
    memset(&error, 0, sizeof error);
    return options_parse(for_verb, argc, argv, ret_options, &error);
}

static void assert_refused(const struct verb *for_verb, const char *line, const char *message, const char *hint)
{
    struct options options;
    assert_int_equal(parse(for_verb, line, &options), -EINVAL);
    assert_string_equal(error.message, message);
    assert_string_equal(error.hint, hint);
}

static void values_come_in_all_forms(void **)
{
    struct options options;
    assert_int_equal(parse(&verb, "--count=3 --when 1.5s -o file", &options), 0);
    assert_int_equal(options_number(&options, &count, 0), 3);
    assert_int_equal(options_number(&options, &when, 0), 1500000000);
    assert_string_equal(options_text(&options, &option_output), "file");
    assert_int_equal(parse(&verb, "-Fc7 -ofile=x", &options), 0);
    assert_true(options_given(&options, &flag));
    assert_int_equal(options_number(&options, &count, 0), 7);
    assert_string_equal(options_text(&options, &option_output), "file=x");
}

static void what_is_not_given_has_no_value(void **)
{
    struct options options;
    assert_int_equal(parse(&verb, "", &options), 0);
    assert_false(options_given(&options, &flag));
    assert_null(options_text(&options, &option_output));
    assert_int_equal(options_number(&options, &count, 42), 42);
    assert_int_equal(options.operand_count, 0);
    assert_null(options.operands[0]);
}

static void the_last_of_two_counts(void **)
{
    struct options options;
    assert_int_equal(parse(&verb, "-c 1 --count=2", &options), 0);
    assert_int_equal(options_number(&options, &count, 0), 2);
}

static void choices_are_numbers_and_bits(void **)
{
    struct options options;
    assert_int_equal(parse(&verb, "--fruit pear --basket plum,apple", &options), 0);
    assert_int_equal(options_number(&options, &fruit, 9), 1);
    assert_int_equal(options_number(&options, &basket, 0), 5);
}

static void operands_keep_their_order_among_options(void **)
{
    struct options options;
    assert_int_equal(parse(&verb, "a -F b -c 1 - -- -q", &options), 0);
    assert_int_equal(options.operand_count, 4);
    assert_string_equal(options.operands[0], "a");
    assert_string_equal(options.operands[1], "b");
    assert_string_equal(options.operands[2], "-");
    assert_string_equal(options.operands[3], "-q");
    assert_null(options.operands[4]);
    assert_false(options_given(&options, &option_quiet));
}

static void options_end_at_the_program(void **)
{
    struct options options;
    assert_int_equal(parse(&runner, "-q prog -q --nothing -- x", &options), 0);
    assert_int_equal(options.operand_count, 5);
    assert_string_equal(options.operands[1], "-q");
    assert_string_equal(options.operands[3], "--");
    assert_int_equal(parse(&runner, "-- -prog -F", &options), 0);
    assert_string_equal(options.operands[0], "-prog");
    assert_false(options_given(&options, &flag));
}

static void what_is_not_known_is_refused_with_a_suggestion(void **)
{
    assert_refused(&verb, "--conut=1", "unknown option '--conut=1' for 'gctool pick'", "did you mean '--count'?");
    assert_refused(&verb, "--fla", "unknown option '--fla' for 'gctool pick'", "did you mean '--flag'?");
    assert_refused(&verb, "--entirely-else", "unknown option '--entirely-else' for 'gctool pick'",
                   "'gctool help pick' lists its options");
    assert_refused(&verb, "-Fx", "unknown option '-x' for 'gctool pick'", "'gctool help pick' lists its options");
    assert_refused(&verb, "--fruit peer", "option '--fruit' needs one of 'apple' 'pear' 'plum', got 'peer'",
                   "did you mean 'pear'?");
    assert_refused(&verb, "--basket apple,,pear", "option '--basket' needs some of 'apple' 'pear' 'plum', got ''", "");
}

static void values_that_are_no_values_are_refused(void **)
{
    assert_refused(&verb, "--count ten", "option '--count' needs a whole number, got 'ten'", "");
    assert_refused(&verb, "--count=", "option '--count' needs a whole number, got ''", "");
    assert_refused(&verb, "--count=-1", "option '--count' needs a whole number, got '-1'", "");
    assert_refused(&verb, "--when soon", "option '--when' needs a time as 1.5s, 200ms or 10us, got 'soon'", "");
    assert_refused(&verb, "--output=", "option '--output' needs a file, got ''", "");
    assert_refused(&verb, "-c", "option '--count' needs a value: --count N", "");
    assert_refused(&verb, "--flag=1", "option '--flag' takes no value, got '1'", "");
}

static void operands_are_counted(void **)
{
    struct options options;
    assert_refused(&one, "", "'gctool one' needs FILE", "usage: gctool one [OPTIONS] FILE");
    assert_refused(&one, "a b c", "'gctool one' does not take 'b'", "usage: gctool one [OPTIONS] FILE");
    assert_int_equal(parse(&one, "--help", &options), 0);
    assert_true(options_given(&options, &option_help));
}

static void json_is_seen_before_the_line_is_parsed(void **)
{
    char *words[] = {(char[]){"--nothing"}, (char[]){"--json"}, (char[]){"--"}, (char[]){"x"}};
    assert_true(options_want_json(4, words));
    assert_false(options_want_json(1, words));
    assert_false(options_want_json(2, words + 2));
}

/* One letter and one name mean one option, choices fit, help has something to say. */
static void tables_of_verbs_are_sound(void **)
{
    for (const struct verb *const *all = verbs; *all; all++) {
        int options = 0;
        assert_true(*(*all)->summary && *(*all)->description && (*all)->statuses[0].status);
        assert_true(((*all)->operand_kind == OPERAND_WORD) == ((*all)->put_operand_words != NULL));
        assert_ptr_equal(verbs_find((*all)->name), *all);
        for (const struct option *const *option = (*all)->options; *option; option++, options++) {
            bool has_choices = (*option)->kind == OPTION_CHOICE || (*option)->kind == OPTION_CHOICES;
            assert_true(has_choices == ((*option)->choices != NULL));
            assert_true(((*option)->kind == OPTION_FLAG) == ((*option)->value == NULL));
            assert_string_not_equal((*option)->name, option_help.name);
            assert_int_not_equal((*option)->letter, option_help.letter);
            for (const struct option *const *other = (*all)->options; other < option; other++) {
                assert_string_not_equal((*option)->name, (*other)->name);
                assert_true((*option)->letter == 0 || (*option)->letter != (*other)->letter);
            }
        }
        assert_true(options < OPTIONS_MAX);
        assert_true(options_takes(*all, &option_json));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_in_all_forms),
        cmocka_unit_test(what_is_not_given_has_no_value),
        cmocka_unit_test(the_last_of_two_counts),
        cmocka_unit_test(choices_are_numbers_and_bits),
        cmocka_unit_test(operands_keep_their_order_among_options),
        cmocka_unit_test(options_end_at_the_program),
        cmocka_unit_test(what_is_not_known_is_refused_with_a_suggestion),
        cmocka_unit_test(values_that_are_no_values_are_refused),
        cmocka_unit_test(operands_are_counted),
        cmocka_unit_test(json_is_seen_before_the_line_is_parsed),
        cmocka_unit_test(tables_of_verbs_are_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
