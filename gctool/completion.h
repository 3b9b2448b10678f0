/* completion.h: shell scripts that complete gctool's command line, made from the tables of verbs and options. */
#ifndef GCTOOL_COMPLETION_H
#define GCTOOL_COMPLETION_H

#include <stdio.h>

void completion_write_bash(FILE *out);
void completion_write_zsh(FILE *out);

#endif
