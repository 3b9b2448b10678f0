/* texts.h: strings kept once each, for as long as the owner lives: a trace names the same files and functions over and over. */
#ifndef GCTOOL_MODEL_TEXTS_H
#define GCTOOL_MODEL_TEXTS_H

#include "gctool/model/key_index.h"

struct texts {
    char **items;
    size_t count, capacity;
    struct key_index by_hash;
};

/* The kept copy of `text`, with control bytes replaced by '?': a file must not steer a terminal. NULL and "" give NULL.
 * 0 or -ENOMEM. */
[[nodiscard]] int texts_keep(struct texts *texts, const char *text, const char **ret_text);

void texts_free(struct texts *texts);

/* A hash of one more string, over several: start with 0. */
uint64_t text_hash(uint64_t hash, const char *text);

/* Replaces control bytes in place; bytes of UTF-8 stay. */
void text_make_printable(char *text);

#endif
