/* See suggest.h. */
#include "gctool/suggest.h"

#include <stdbool.h>
#include <string.h>

enum { WORD_MAX = 32 }; /* longer words are not compared */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a_length; i++) {
        for (size_t j = 0; j <= b_length; j++) {
            if (i == 0 || j == 0) {
                rows[i][j] = (unsigned)(i + j);
                continue;
            }
            bool same = a[i - 1] == b[j - 1];
            rows[i][j] = least(rows[i - 1][j - 1] + !same, 1 + least(rows[i - 1][j], rows[i][j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    }
    return rows[a_length][b_length];
}

void suggest_consider(struct suggest *suggest, const char *candidate)
{
    size_t word_length = strlen(suggest->word), candidate_length = strlen(candidate);
    if (word_length < 2 || word_length > WORD_MAX || candidate_length > WORD_MAX)
        return;
    unsigned far = strncmp(suggest->word, candidate, word_length) == 0
                       ? 1
                       : distance(suggest->word, word_length, candidate, candidate_length);
    if (far <= (word_length + 1) / 3 && (!suggest->best || far < suggest->distance)) {
        suggest->best = candidate;
        suggest->distance = far;
    }
}
