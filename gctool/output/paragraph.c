/* See paragraph.h. */
#include "gctool/output/paragraph.h"

#include <string.h>

void paragraph_write(const char *text, int indent, int column, FILE *out)
{
    if (column < indent)
        fprintf(out, "%*s", indent - column, "");
    column = indent;
    while (*text) {
        int word = (int)strcspn(text, " \n");
        if (column > indent && column + 1 + word > PARAGRAPH_COLUMNS) {
            fprintf(out, "\n%*s", word > 0 ? indent : 0, "");
            column = indent;
        }
        column += fprintf(out, "%s%.*s", column > indent ? " " : "", word, text);
        text += word;
        while (*text == '\n') {
            text++;
            fprintf(out, "\n%*s", *text && *text != '\n' ? indent : 0, "");
            column = indent;
        }
        text += *text == ' ';
    }
    fputc('\n', out);
}
