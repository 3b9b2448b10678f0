/* bytes.h: a borrowed run of bytes, and the one type of heap object that holds such: text. Neither ends with NUL, and both may contain it. */
#ifndef KVSERVER_BYTES_H
#define KVSERVER_BYTES_H

#include <gcrt/gcrt.h>

#include <string.h>
#include <strings.h>

struct bytes {
    const char *at;
    size_t length;
};

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.length == b.length && memcmp(a.at, b.at, a.length) == 0;
}

/* Whether it spells the word, in any case. */
static inline bool bytes_spell(struct bytes bytes, const char *word)
{
    return strlen(word) == bytes.length && strncasecmp(bytes.at, word, bytes.length) == 0;
}

/* Immutable once stored. */
struct text {
    size_t length;
    char bytes[];
};
struct text *text_new(struct bytes bytes);

/* Of tails that hold no pointers. */
GCRT_TYPE_DECLARE(char_type);

#endif
