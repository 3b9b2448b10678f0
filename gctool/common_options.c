/* The options that several verbs take. See options.h. */
#include "gctool/options.h"

#include <stddef.h>

static const char *const color_choices[] = {"auto", "always", "never", NULL};
static const char *const sort_choices[] = {"bytes", "count", "time", "name", NULL};

const struct option option_help = {
    .name = "help", .letter = 'h', .kind = OPTION_FLAG, .text = "say what this does and takes, and end"};
const struct option option_output = {.name = "output",
                                     .letter = 'o',
                                     .kind = OPTION_PATH,
                                     .value = "FILE",
                                     .text = "write to FILE; '-' is standard output"};
const struct option option_output_file = {.name = "output",
                                          .letter = 'o',
                                          .kind = OPTION_FILE,
                                          .value = "FILE",
                                          .text = "write to FILE, which cannot be standard output"};
const struct option option_json = {.name = "json",
                                   .letter = 'j',
                                   .kind = OPTION_FLAG,
                                   .text = "write one JSON document for programs, also for an error"};
const struct option option_filter = {.name = "filter",
                                     .letter = 'f',
                                     .kind = OPTION_TEXT,
                                     .value = "TEXT",
                                     .text = "keep the rows in which TEXT occurs, upper or lower case alike: in a "
                                             "type, a name, a function or file of the stack"};
const struct option option_sort = {.name = "sort",
                                   .letter = 's',
                                   .kind = OPTION_CHOICE,
                                   .value = "KEY",
                                   .choices = sort_choices,
                                   .text = "what comes first; where a section has no bytes, 'bytes' is what it counts"};
const struct option option_limit = {
    .name = "limit", .letter = 'n', .kind = OPTION_COUNT, .value = "N", .text = "keep the first N rows; 0 keeps all"};
const struct option option_since = {
    .name = "since",
    .kind = OPTION_DURATION,
    .value = "TIME",
    .text = "leave out what happened before TIME after the start: seconds, or with a unit of ns, us, ms, s, m or h"};
const struct option option_until = {
    .name = "until",
    .kind = OPTION_DURATION,
    .value = "TIME",
    .text = "leave out what happened after TIME after the start: seconds, or with a unit of ns, us, ms, s, m or h"};
const struct option option_color = {.name = "color",
                                    .kind = OPTION_CHOICE,
                                    .value = "WHEN",
                                    .choices = color_choices,
                                    .text = "when to write colour; auto is on a terminal, unless NO_COLOR is set"};
const struct option option_ptrace = {.name = "ptrace",
                                     .kind = OPTION_FLAG,
                                     .text = "hold a process and read its memory from outside, instead of asking it"};
const struct option option_quiet = {
    .name = "quiet", .letter = 'q', .kind = OPTION_FLAG, .text = "print errors and what was asked for alone"};
const struct option option_stacks = {
    .name = "stacks",
    .kind = OPTION_FLAG,
    .text = "a row for each call stack instead of each place, with the stack below it"};
