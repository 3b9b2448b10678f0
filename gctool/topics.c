/* See topics.h. */
#include "gctool/topics.h"

#include <stddef.h>
#include <string.h>

#include "base/rows.h"
#include "runtime/environment_table.h"

struct entry {
    const char *name, *text;
};

static void put(struct rows *rows, const struct entry *entries, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        rows_put_text(rows, entries[at].name);
        rows_put_text(rows, entries[at].text);
    }
}

static void put_exit_codes(struct rows *rows)
{
    static const struct entry entries[] = {
        {"0", "done; a check found nothing"},
        {"1", "a check found something: 'verify' a damaged file, 'doctor' something missing, 'leaks' a leak"},
        {"2", "gctool failed, or could not check: no such file, no permission, a full disk"},
        {"3", "the command line is wrong"},
        {"125",
         "of 'trace': gctool failed, the program does not use libgcrt, or what was recorded is not all in the file"},
        {"126", "of 'trace': the program cannot be executed, or a library of it is not found"},
        {"127", "of 'trace': there is no such program"},
        {"128+N", "of 'trace': the program was ended by signal N"},
    };
    put(rows, entries, sizeof entries / sizeof *entries);
}

static void put_environment(struct rows *rows)
{
    static const struct entry entries[] = {
        {"GCTOOL_PAGER", "the program through which long text is shown on a terminal; empty or 'cat': none"},
        {"PAGER", "the same, where GCTOOL_PAGER is not set; where neither is, 'less -FRX'"},
        {"NO_COLOR", "not empty: no colour, unless --color=always"},
        {"CLICOLOR_FORCE", "not empty and not 0: colour, also where the output is not a terminal"},
#define X(NAME, field, kind, text) {"GCRT_" #NAME, text},
        GCRT_VARIABLES(X)
#undef X
    };
    put(rows, entries, sizeof entries / sizeof *entries);
}

static void put_formats(struct rows *rows)
{
    static const struct entry entries[] = {
        {".gctrace", "what 'gctool trace' writes and 'report', 'leaks', 'view' and 'verify' read: formats/gctrace.md"},
        {".gcheap", "what 'gctool dump' writes and 'heap', 'leaks', 'goroutines', 'view' and 'verify' read: "
                    "formats/gcheap.md"},
        {".gccrash", "what 'gctool crash' reads: formats/gccrash.md"},
        {"gctool.VERB.v1", "the JSON document that a verb writes with --json: formats/VERB.schema.json"},
        {"gctool.error.v1", "the JSON document where the verb failed: formats/error.schema.json"},
    };
    put(rows, entries, sizeof entries / sizeof *entries);
}

const struct topic topics[] = {
    {"exit-codes", "what the exit status tells",
     "One meaning for all verbs. 'trace' passes on the status of the program that it ran, and has own codes where it "
     "could "
     "not run it.",
     put_exit_codes},
    {"environment", "variables that gctool and the programs it records read",
     "The GCRT_ variables are read by every program that is linked with libgcrt, when it starts. One that is not "
     "known, or "
     "has no such value, ends the program with an error that names it.",
     put_environment},
    {"formats", "files and JSON documents",
     "Every file says what it is and of which version; a reader takes every version up to its own. A JSON document "
     "names "
     "its schema in the member 'schema'; units stand in the keys. Members are only ever added to a schema; a removal "
     "makes a new version. share/doc/gctool/formats of an installation describes them.",
     put_formats},
    {NULL, NULL, NULL, NULL},
};

const struct topic *topics_find(const char *name)
{
    for (const struct topic *topic = topics; topic->name; topic++)
        if (strcmp(topic->name, name) == 0)
            return topic;
    return NULL;
}

void topic_rows(const struct topic *topic, struct rows *ret_rows)
{
    rows_start(ret_rows, topic->name, topic->summary);
    rows_add_column(ret_rows, "name", "name", UNIT_TEXT);
    rows_add_column(ret_rows, "text", "meaning", UNIT_TEXT);
    topic->put_entries(ret_rows);
}
