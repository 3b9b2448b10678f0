/* shell_word.h: a text as one word of a command that a person may paste into a shell. */
#ifndef GCTOOL_OUTPUT_SHELL_WORD_H
#define GCTOOL_OUTPUT_SHELL_WORD_H

#include <stdio.h>

/* Quoted unless it is plain; control characters as '?'. */
void shell_word_write(const char *word, FILE *out);

#endif
