/* verb.h: one thing that gctool does, as data: what it is called, what it takes, what it tells by its exit status, and how to run it.
 * A verb is a file in commands/ and a line in verbs.c. */
#ifndef GCTOOL_VERB_H
#define GCTOOL_VERB_H

#include "gctool/options.h"

struct error;
struct output;

/* What every verb means by its exit status. 'trace' passes on the status of the program instead. */
enum status {
    STATUS_FINE,
    STATUS_FOUND,  /* the check found something */
    STATUS_FAILED, /* gctool could not do it */
    STATUS_USAGE,  /* the command line is wrong */
};

/* What completion offers for an operand. */
enum operand_kind {
    OPERAND_NONE,
    OPERAND_FILE,
    OPERAND_PROGRAM, /* and what follows belongs to the program: options end at it */
    OPERAND_WORD,    /* one of put_operand_words() */
};

struct verb_status {
    const char *status; /* "0", "125" ... */
    const char *text;
};

struct verb {
    const char *name;
    const char *summary;            /* one line, for the list of verbs: "run a program and record it" */
    const char *operands;           /* for the synopsis: "PROGRAM [ARGUMENT...]" */
    int operands_min, operands_max; /* -1: any number */
    enum operand_kind operand_kind;
    int (*put_operand_words)(const char **words, int words_max); /* returns how many; only for OPERAND_WORD */
    const struct option *const *options;                         /* up to NULL; --help is not in it */
    const char *description;                                     /* paragraphs, for help */
    const struct verb_status *statuses;                          /* up to {NULL} */
    bool paged; /* what it prints is long: through a pager on a terminal */

    /* Returns the exit status; negative: gctool failed, STATUS_FAILED. Where `reterr` is set it is printed, also with a status that is not
     * negative (STATUS_USAGE; 125 of 'trace'). Data goes to `output`, all else to stderr. */
    int (*run)(const struct options *options, struct output *output, struct error *reterr);
};

#endif
