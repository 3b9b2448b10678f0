/* paragraph.h: text in lines of at most PARAGRAPH_COLUMNS. */
#ifndef GCTOOL_OUTPUT_PARAGRAPH_H
#define GCTOOL_OUTPUT_PARAGRAPH_H

#include <stdio.h>

enum { PARAGRAPH_COLUMNS = 80 };

/* Writes the words of `text` with `indent` blanks before each line but the first, whose first `column` columns are already written. A line
 * break in the text ends a line, two end a paragraph. Ends with a line break. */
void paragraph_write(const char *text, int indent, int column, FILE *out);

#endif
