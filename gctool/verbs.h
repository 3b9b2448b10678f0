/* verbs.h: all verbs, in the order in which help lists them. */
#ifndef GCTOOL_VERBS_H
#define GCTOOL_VERBS_H

#include "gctool/verb.h"

/* Up to NULL. */
extern const struct verb *const verbs[];

/* The verb of this name, or NULL. */
const struct verb *verbs_find(const char *name);

#endif
