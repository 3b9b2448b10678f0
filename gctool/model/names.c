/* See names.h. */
#include "gctool/model/names.h"

#include "base/array.h"
#include "gctool/model/texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *copy_printable(const char *bytes, size_t length)
{
    char *text = strndup(bytes, length);
    if (text)
        text_make_printable(text);
    return text;
}

int names_set(struct names *names, uint64_t table, uint64_t code, const char *bytes, size_t length)
{
    char *text = copy_printable(bytes, length);
    if (!text)
        return -ENOMEM;
    uint32_t index = key_index_find(&names->by_code, table, code);
    if (index != KEY_INDEX_NONE) {
        free(names->texts[index]);
        names->texts[index] = text;
        return 0;
    }
    int error = array_reserve(&names->texts, &names->capacity, names->count + 1, sizeof *names->texts);
    if (error == 0)
        error = key_index_add(&names->by_code, table, code, (uint32_t)names->count);
    if (error < 0) {
        free(text);
        return error;
    }
    names->texts[names->count++] = text;
    return 0;
}

int names_set_type(struct names *names, uint64_t id, uint64_t size_bytes, uint64_t flags, const char *bytes,
                   size_t length)
{
    char *text = copy_printable(bytes, length);
    if (!text)
        return -ENOMEM;
    struct type_info type = {.id = id, .size_bytes = size_bytes, .flags = flags, .name = text};
    uint32_t index = key_index_find(&names->by_type, 0, id);
    if (index != KEY_INDEX_NONE) {
        free(names->types[index].name);
        names->types[index] = type;
        return 0;
    }
    int error = array_reserve(&names->types, &names->type_capacity, names->type_count + 1, sizeof *names->types);
    if (error == 0)
        error = key_index_add(&names->by_type, 0, id, (uint32_t)names->type_count);
    if (error < 0) {
        free(text);
        return error;
    }
    names->types[names->type_count++] = type;
    return 0;
}

const char *names_find(const struct names *names, uint64_t table, uint64_t code)
{
    uint32_t index = key_index_find(&names->by_code, table, code);
    return index == KEY_INDEX_NONE ? NULL : names->texts[index];
}

const struct type_info *names_find_type(const struct names *names, uint64_t id)
{
    uint32_t index = key_index_find(&names->by_type, 0, id);
    return index == KEY_INDEX_NONE ? NULL : &names->types[index];
}

void names_free(struct names *names)
{
    for (size_t at = 0; at < names->count; at++)
        free(names->texts[at]);
    for (size_t at = 0; at < names->type_count; at++)
        free(names->types[at].name);
    free(names->texts);
    free(names->types);
    key_index_free(&names->by_code);
    key_index_free(&names->by_type);
    *names = (struct names){0};
}
