/* See options.h. */
#include "gctool/options.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/quantity.h"
#include "gctool/suggest.h"
#include "gctool/verb.h"

enum { HELP_VALUE = OPTIONS_MAX - 1 };

/* Where the parser stands: argv[at] is the next word. */
struct parser {
    const struct verb *verb;
    int argc, at;
    char **argv;
    struct options *options;
    struct error *reterr;
};

static int find_value(const struct verb *verb, const struct option *option)
{
    if (option == &option_help)
        return HELP_VALUE;
    for (int at = 0; verb->options[at]; at++)
        if (verb->options[at] == option)
            return at;
    return -1;
}

static const struct option *find_long(const struct verb *verb, const char *name, size_t length)
{
    for (const struct option *const *option = verb->options; *option; option++)
        if (strlen((*option)->name) == length && memcmp((*option)->name, name, length) == 0)
            return *option;
    return length == strlen(option_help.name) && memcmp(option_help.name, name, length) == 0 ? &option_help : NULL;
}

static const struct option *find_letter(const struct verb *verb, char letter)
{
    for (const struct option *const *option = verb->options; *option; option++)
        if ((*option)->letter == letter)
            return *option;
    return letter == option_help.letter ? &option_help : NULL;
}

/* ---- values ---- */

static int refuse(struct parser *parser, const struct option *option, const char *wanted, const char *got)
{
    return error_set(parser->reterr, -EINVAL, "option '--%s' needs %s, got '%s'", option->name, wanted, got);
}

static int refuse_choice(struct parser *parser, const struct option *option, const char *word)
{
    char wanted[256];
    size_t length = (size_t)snprintf(wanted, sizeof wanted, "%s of", option->kind == OPTION_CHOICE ? "one" : "some");
    struct suggest suggest = {.word = word};
    for (size_t at = 0; option->choices[at]; at++) {
        suggest_consider(&suggest, option->choices[at]);
        length += (size_t)snprintf(wanted + length, sizeof wanted - length, " '%s'", option->choices[at]);
        assert(length < sizeof wanted);
    }
    int error = refuse(parser, option, wanted, word);
    if (suggest.best)
        error_hint(parser->reterr, "did you mean '%s'?", suggest.best);
    return error;
}

static int parse_choice(struct parser *parser, const struct option *option, const char *word, uint64_t *ret_index)
{
    for (size_t at = 0; option->choices[at]; at++) {
        if (strcmp(option->choices[at], word) == 0) {
            *ret_index = at;
            return 0;
        }
    }
    return refuse_choice(parser, option, word);
}

static int parse_choices(struct parser *parser, const struct option *option, const char *text, uint64_t *ret_bits)
{
    uint64_t bits = 0, index = 0;
    for (bool more = true; more;) {
        char word[64];
        size_t length = strcspn(text, ",");
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        int error = parse_choice(parser, option, word, &index);
        if (error < 0)
            return error;
        bits |= UINT64_C(1) << index;
        more = text[length] == ',';
        text += length + more;
    }
    *ret_bits = bits;
    return 0;
}

static int check_file(struct parser *parser, const struct option *option, const char *text)
{
    bool is_standard_output = strcmp(text, "-") == 0;
    if (*text != '\0' && !is_standard_output)
        return 0;
    int error = refuse(parser, option, "a file with a name", text);
    if (is_standard_output)
        error_hint(parser->reterr, "standard output is not for it; a file of that name is './-'");
    return error;
}

static int set_value(struct parser *parser, const struct option *option, const char *text)
{
    struct option_value value = {.given = true, .text = text};
    int error = 0;
    switch (option->kind) {
    case OPTION_FLAG:
    case OPTION_TEXT:
        break;
    case OPTION_PATH:
        if (*text == '\0')
            error = refuse(parser, option, "a file", text);
        break;
    case OPTION_FILE:
        error = check_file(parser, option, text);
        break;
    case OPTION_COUNT:
        if (!quantity_count_parse(text, &value.number))
            error = refuse(parser, option, "a whole number", text);
        break;
    case OPTION_DURATION:
        if (!quantity_duration_parse(text, &value.number))
            error = refuse(parser, option, "a time as 1.5s, 200ms or 10us", text);
        break;
    case OPTION_CHOICE:
        error = parse_choice(parser, option, text, &value.number);
        break;
    case OPTION_CHOICES:
        error = parse_choices(parser, option, text, &value.number);
        break;
    }
    if (error < 0)
        return error;
    parser->options->values[find_value(parser->verb, option)] = value;
    return 0;
}

/* ---- words ---- */

static int unknown_option(struct parser *parser, const char *shown, const char *name, size_t name_length)
{
    char word[64];
    int error = error_set(parser->reterr, -EINVAL, "unknown option '%s' for 'gctool %s'", shown, parser->verb->name);
    snprintf(word, sizeof word, "%.*s", (int)(name_length < sizeof word ? name_length : 0), name);
    struct suggest suggest = {.word = word};
    for (const struct option *const *option = parser->verb->options; *option; option++)
        suggest_consider(&suggest, (*option)->name);
    if (suggest.best)
        error_hint(parser->reterr, "did you mean '--%s'?", suggest.best);
    else
        error_hint(parser->reterr, "'gctool help %s' lists its options", parser->verb->name);
    return error;
}

/* The value that follows in the next word. */
static int take_next(struct parser *parser, const struct option *option)
{
    if (parser->at == parser->argc)
        return error_set(parser->reterr, -EINVAL, "option '--%s' needs a value: --%s %s", option->name, option->name,
                         option->value);
    return set_value(parser, option, parser->argv[parser->at++]);
}

static int parse_long(struct parser *parser, const char *word)
{
    const char *name = word + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    const struct option *option = find_long(parser->verb, name, length);
    if (!option)
        return unknown_option(parser, word, name, length);
    if (option->kind == OPTION_FLAG) {
        if (value)
            return error_set(parser->reterr, -EINVAL, "option '--%s' takes no value, got '%s'", option->name, value);
        return set_value(parser, option, NULL);
    }
    return value ? set_value(parser, option, value) : take_next(parser, option);
}

static int parse_letters(struct parser *parser, const char *word)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const struct option *option = find_letter(parser->verb, *letter);
        if (!option) {
            char shown[3] = {'-', *letter, '\0'};
            return unknown_option(parser, (unsigned char)*letter < 0x80 ? shown : word, "", 0);
        }
        if (option->kind != OPTION_FLAG)
            return letter[1] ? set_value(parser, option, letter + 1) : take_next(parser, option);
        int error = set_value(parser, option, NULL);
        if (error < 0)
            return error;
    }
    return 0;
}

static int check_operands(struct parser *parser)
{
    const struct verb *verb = parser->verb;
    int count = parser->options->operand_count;
    if (parser->options->values[HELP_VALUE].given)
        return 0;
    int error = 0;
    if (count < verb->operands_min)
        error = error_set(parser->reterr, -EINVAL, "'gctool %s' needs %s", verb->name, verb->operands);
    else if (verb->operands_max >= 0 && count > verb->operands_max)
        error = error_set(parser->reterr, -EINVAL, "'gctool %s' does not take '%s'", verb->name,
                          parser->options->operands[verb->operands_max]);
    if (error < 0)
        error_hint(parser->reterr, "usage: gctool %s [OPTIONS] %s", verb->name, verb->operands);
    return error;
}

int options_parse(const struct verb *verb, int argc, char **argv, struct options *ret_options, struct error *reterr)
{
    *ret_options = (struct options){.verb = verb, .operands = argv};
    struct parser parser = {.verb = verb, .argc = argc, .argv = argv, .options = ret_options, .reterr = reterr};
    /* Operands are gathered at the front of argv, which is never behind the word that is read. */
    bool more_options = true;
    while (parser.at < argc) {
        char *word = argv[parser.at++];
        if (more_options && word[0] == '-' && word[1] != '\0') {
            more_options = strcmp(word, "--") != 0;
            int error = !more_options ? 0 : word[1] == '-' ? parse_long(&parser, word) : parse_letters(&parser, word);
            if (error < 0)
                return error;
            continue;
        }
        argv[ret_options->operand_count++] = word;
        if (verb->operand_kind == OPERAND_PROGRAM)
            more_options = false;
    }
    argv[ret_options->operand_count] = NULL;
    return check_operands(&parser);
}

bool options_want_json(int argc, char *const *argv)
{
    for (int at = 0; at < argc && strcmp(argv[at], "--") != 0; at++)
        if (strcmp(argv[at], "--json") == 0 || strcmp(argv[at], "-j") == 0)
            return true;
    return false;
}

bool options_takes(const struct verb *verb, const struct option *option)
{
    return find_value(verb, option) >= 0;
}

static const struct option_value *value_of(const struct options *options, const struct option *option)
{
    int at = find_value(options->verb, option);
    assert(at >= 0 && "the verb does not list the option");
    return &options->values[at];
}

bool options_given(const struct options *options, const struct option *option)
{
    return value_of(options, option)->given;
}

const char *options_text(const struct options *options, const struct option *option)
{
    return value_of(options, option)->text;
}

uint64_t options_number(const struct options *options, const struct option *option, uint64_t otherwise)
{
    const struct option_value *value = value_of(options, option);
    return value->given ? value->number : otherwise;
}
