/* gctool help: what the tables say about verbs and topics. */
#include <errno.h>
#include <stddef.h>

#include "base/error.h"
#include "gctool/help.h"
#include "gctool/output/output.h"
#include "gctool/suggest.h"
#include "gctool/topics.h"
#include "gctool/verbs.h"

static const struct option option_man = {
    .name = "man", .kind = OPTION_FLAG, .text = "write what the man page takes from the tables, as source for scdoc"};

static int unknown_word(const char *word, struct error *reterr)
{
    struct suggest suggest = {.word = word};
    for (const struct verb *const *verb = verbs; *verb; verb++)
        suggest_consider(&suggest, (*verb)->name);
    for (const struct topic *topic = topics; topic->name; topic++)
        suggest_consider(&suggest, topic->name);
    error_set(reterr, -EINVAL, "no help for '%s': neither a verb nor a topic", word);
    if (suggest.best)
        error_hint(reterr, "did you mean 'gctool help %s'?", suggest.best);
    else
        error_hint(reterr, "'gctool help' lists both");
    return STATUS_USAGE;
}

static int write_man(const struct verb *verb, FILE *out)
{
    if (!verb)
        return help_write_man_all(out);
    help_write_man_verb(verb, out);
    return 0;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    const char *word = options->operands[0];
    const struct verb *verb = word ? verbs_find(word) : NULL;
    const struct topic *topic = word ? topics_find(word) : NULL;
    if (word && !verb && !topic)
        return unknown_word(word, reterr);
    int error;
    if (options_given(options, &option_man))
        error = write_man(verb, output->file);
    else if (verb)
        error = help_tell_verb(verb, output);
    else
        error = topic ? help_tell_topic(topic, output) : help_tell_all(output);
    if (error < 0)
        error_set(reterr, error, "out of memory while writing help");
    return error;
}

static int put_words(const char **words, int words_max)
{
    int count = 0;
    for (const struct verb *const *verb = verbs; *verb && count < words_max; verb++)
        words[count++] = (*verb)->name;
    for (const struct topic *topic = topics; topic->name && count < words_max; topic++)
        words[count++] = topic->name;
    return count;
}

static const struct option *const options[] = {&option_json, &option_man, NULL};

static const struct verb_status statuses[] = {
    {"0", "the text is printed"},
    {"2", "it could not be written"},
    {"3", "there is no such verb or topic, or the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_help = {
    .name = "help",
    .summary = "what gctool can do, and how it is told",
    .operands = "[VERB|TOPIC]",
    .operands_max = 1,
    .operand_kind = OPERAND_WORD,
    .put_operand_words = put_words,
    .options = options,
    .description = "Lists the verbs and topics, or tells all of one of them. Topics are exit codes, environment "
                   "variables and file formats.",
    .statuses = statuses,
    .paged = true,
    .run = run,
};
