/* suggest.h: the word that was probably meant. Only ever shown, never acted upon. */
#ifndef GCTOOL_SUGGEST_H
#define GCTOOL_SUGGEST_H

struct suggest {
    const char *word; /* what was written */
    const char *best; /* the nearest candidate so far that is near enough, or NULL */
    unsigned distance;
};

/* Compares one more candidate. Near enough: it begins with the word, or is at most a third of its letters away, where a letter more,
 * less, other, or two exchanged count one (optimal string alignment distance, Damerau 1964). */
void suggest_consider(struct suggest *suggest, const char *candidate);

#endif
