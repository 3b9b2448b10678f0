/* help.h: what the tables of verbs, options and topics say: as text for people, as JSON, and as the part of a man page that is not prose
 * (scdoc source, which cmake/man_pages.cmake puts into docs/man/NAME.scd in place of its @generated@ line). */
#ifndef GCTOOL_HELP_H
#define GCTOOL_HELP_H

#include <stdio.h>

struct output;
struct topic;
struct verb;

/* All verbs and topics, a line each. 0 or -ENOMEM, as below. */
[[nodiscard]] int help_tell_all(struct output *output);

/* Usage, description, options, exit status. */
[[nodiscard]] int help_tell_verb(const struct verb *verb, struct output *output);

[[nodiscard]] int help_tell_topic(const struct topic *topic, struct output *output);

/* NAME to EXIT STATUS of gctool-VERB(1); and of gctool(1): NAME, SYNOPSIS, VERBS, and a section for each topic. */
void help_write_man_verb(const struct verb *verb, FILE *out);
[[nodiscard]] int help_write_man_all(FILE *out);

#endif
