/* See texts.h. */
#include "gctool/model/texts.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void text_make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

/* FNV-1a, with a mark after each string so that "ab", "c" differs from "a", "bc". */
uint64_t text_hash(uint64_t hash, const char *text)
{
    hash ^= 0xcbf29ce484222325ULL;
    for (; text && *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3ULL;
    return (hash ^ 0xff) * 0x100000001b3ULL;
}

static int add(struct texts *texts, char *text, uint64_t hash, uint64_t probe)
{
    int error = array_reserve(&texts->items, &texts->capacity, texts->count + 1, sizeof *texts->items);
    if (error == 0)
        error = key_index_add(&texts->by_hash, hash, probe, (uint32_t)texts->count);
    if (error == 0)
        texts->items[texts->count++] = text;
    return error;
}

int texts_keep(struct texts *texts, const char *text, const char **ret_text)
{
    *ret_text = NULL;
    if (!text || !*text)
        return 0;
    char *copy = strdup(text);
    if (!copy)
        return -ENOMEM;
    text_make_printable(copy);
    uint64_t hash = text_hash(0, copy);
    uint64_t probe = 0;
    uint32_t at;
    /* Strings whose hashes are equal take the probes 0, 1, 2 ... */
    while ((at = key_index_find(&texts->by_hash, hash, probe)) != KEY_INDEX_NONE && strcmp(texts->items[at], copy) != 0)
        probe++;
    if (at != KEY_INDEX_NONE) {
        free(copy);
        *ret_text = texts->items[at];
        return 0;
    }
    int error = add(texts, copy, hash, probe);
    if (error < 0) {
        free(copy);
        return error;
    }
    *ret_text = copy;
    return 0;
}

void texts_free(struct texts *texts)
{
    for (size_t at = 0; at < texts->count; at++)
        free(texts->items[at]);
    free(texts->items);
    key_index_free(&texts->by_hash);
    *texts = (struct texts){0};
}
