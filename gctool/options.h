/* options.h: what a verb can be told, as data. Parser, help, man page and completion are made from the same entries.
 *
 * An option is known by its address: a verb lists the addresses of those it takes and asks for a value by address. Those that several
 * verbs take are declared here, once, and mean one thing everywhere; a verb's own are static in its file.
 *
 *     static const struct option option_section = {.name = "section", .kind = OPTION_TEXT, .value = "NAMES", .text = "..."};
 *     static const struct option *const options[] = {&option_json, &option_section, NULL};
 *     ...
 *     const char *names = options_text(options, &option_section);
 *
 * Accepted are --name, --name=VALUE, --name VALUE, -l, -lVALUE, -l VALUE and flags in one word (-qv); "--" ends the options. A word is
 * never completed or corrected: what is not known is an error with a suggestion. The last of two equal options counts.
 */
#ifndef GCTOOL_OPTIONS_H
#define GCTOOL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct verb;

enum option_kind {
    OPTION_FLAG,     /* has no value */
    OPTION_TEXT,     /* any */
    OPTION_PATH,     /* a file to write; "-" is standard output */
    OPTION_FILE,     /* a file to write that has a name; "-" is refused */
    OPTION_COUNT,    /* a whole number */
    OPTION_DURATION, /* as quantity_duration_parse() */
    OPTION_CHOICE,   /* one of `choices` */
    OPTION_CHOICES,  /* some of `choices`, with commas between */
};

struct option {
    const char *name; /* without "--" */
    char letter;      /* or 0 */
    enum option_kind kind;
    const char *value;          /* how help names the value: "FILE" */
    const char *const *choices; /* up to NULL, for OPTION_CHOICE and OPTION_CHOICES */
    const char *text;           /* what it does, one sentence without a full stop */
};

extern const struct option option_help; /* every verb takes it, unlisted */
extern const struct option option_output, option_output_file, option_json, option_filter, option_sort, option_limit,
    option_since, option_until, option_color, option_quiet, option_ptrace, option_stacks;

enum { OPTIONS_MAX = 24 };

struct option_value {
    bool given;
    const char *text; /* as it was written; NULL for a flag */
    uint64_t number;  /* count, nanoseconds, the index of the choice, or a bit for each of the choices */
};

/* What the command line said. Texts and operands point into argv. */
struct options {
    const struct verb *verb;
    struct option_value values[OPTIONS_MAX]; /* beside verb->options; the last one is for --help */
    char **operands;                         /* up to NULL */
    int operand_count;
};

/* Parses what follows the verb. 0, or -EINVAL with `reterr`: an option that the verb does not take, a value that is missing or not
 * understood, too few or too many operands (not checked when --help is given). */
[[nodiscard]] int options_parse(const struct verb *verb, int argc, char **argv, struct options *ret_options,
                                struct error *reterr);

/* Whether JSON is asked for, told before anything is known to be right: an error must be written in the form that was wanted. */
bool options_want_json(int argc, char *const *argv);

bool options_takes(const struct verb *verb, const struct option *option);

/* The verb must take the option. Not given: false, NULL, or `otherwise`. */
bool options_given(const struct options *options, const struct option *option);
const char *options_text(const struct options *options, const struct option *option);
uint64_t options_number(const struct options *options, const struct option *option, uint64_t otherwise);

#endif
