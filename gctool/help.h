/* help.h: what the tables say, as text for people. */
#ifndef GCTOOL_HELP_H
#define GCTOOL_HELP_H

#include <stdio.h>

struct verb;

/* All verbs, a line each, and where to read on. */
void help_write_verbs(FILE *out);

/* One verb: usage, description, options, exit status. */
void help_write_verb(const struct verb *verb, FILE *out);

#endif
