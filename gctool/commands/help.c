/* gctool help: what the tables say about verbs and topics. */
#include <errno.h>

#include "base/error.h"
#include "gctool/help.h"
#include "gctool/output/output.h"
#include "gctool/suggest.h"
#include "gctool/verbs.h"

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    const char *word = options->operands[0];
    if (!word) {
        help_write_verbs(output->file);
        return STATUS_FINE;
    }
    const struct verb *verb = verbs_find(word);
    if (verb) {
        help_write_verb(verb, output->file);
        return STATUS_FINE;
    }
    struct suggest suggest = {.word = word};
    for (const struct verb *const *candidate = verbs; *candidate; candidate++)
        suggest_consider(&suggest, (*candidate)->name);
    error_set(reterr, -EINVAL, "no help for '%s': neither a verb nor a topic", word);
    if (suggest.best)
        error_hint(reterr, "did you mean '%s'?", suggest.best);
    else
        error_hint(reterr, "'gctool help' lists both");
    return STATUS_USAGE;
}

static const struct option *const options[] = {NULL};

static const struct verb_status statuses[] = {
    {"0", "the text is printed"},
    {"3", "there is no such verb or topic"},
    {NULL, NULL},
};

const struct verb verb_help = {
    .name = "help",
    .summary = "what gctool can do, and how it is told",
    .operands = "[VERB]",
    .operands_max = 1,
    .options = options,
    .description = "Lists the verbs, or tells all of one of them.",
    .statuses = statuses,
    .paged = true,
    .run = run,
};
