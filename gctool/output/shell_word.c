/* See shell_word.h. */
#include "gctool/output/shell_word.h"

#include <string.h>

void shell_word_write(const char *word, FILE *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++) {
        if (*word == '\'')
            fputs("'\\''", out);
        else if ((unsigned char)*word >= 0x20 && *word != 0x7f)
            fputc(*word, out);
        else
            fputc('?', out);
    }
    fputc('\'', out);
}
