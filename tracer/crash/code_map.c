#include "tracer/crash/code_map.h"

#include <stddef.h>
#include <string.h>

#include "platform/text.h"
#include "tracer/inside/maps.h"

enum { RANGES_MAX = 512, NAME_BYTES = 64 };

struct range {
    uintptr_t low, high, file; /* file: where its first byte lies */
    char name[NAME_BYTES];     /* the last part of its path */
};

static struct range ranges[RANGES_MAX];
static size_t count;

static void add(const struct mapping *mapping, void *)
{
    const char *slash = strrchr(mapping->path, '/'), *name = slash != NULL ? slash + 1 : mapping->path;
    size_t length = strnlen(name, NAME_BYTES - 1);
    if (!mapping->is_executable || count == RANGES_MAX)
        return;
    struct range *range = &ranges[count++];
    *range = (struct range){.low = mapping->low, .high = mapping->high, .file = mapping->low - mapping->offset};
    memcpy(range->name, name, length);
}

void code_map_read(void)
{
    count = 0;
    maps_visit(add, NULL);
}

static const struct range *find(uintptr_t address)
{
    for (size_t i = 0; i < count; i++)
        if (address >= ranges[i].low && address < ranges[i].high)
            return &ranges[i];
    return NULL;
}

bool code_map_has(uintptr_t address)
{
    return find(address) != NULL;
}

void code_map_describe(uintptr_t address, struct text *text)
{
    const struct range *range = find(address);
    if (range != NULL && range->name[0] != '\0') {
        text_add(text, range->name);
        text_add(text, "+");
        text_add_hex(text, address - range->file);
    } else {
        text_add_hex(text, address);
    }
}

struct stack_search {
    uintptr_t address, low, high;
};

static void look(const struct mapping *mapping, void *context)
{
    struct stack_search *search = context;
    if (mapping->is_writable && search->address >= mapping->low && search->address < mapping->high) {
        search->low = mapping->low;
        search->high = mapping->high;
    }
}

bool code_map_stack_of(uintptr_t address, uintptr_t *ret_low, uintptr_t *ret_high)
{
    struct stack_search search = {.address = address};
    maps_visit(look, &search);
    *ret_low = search.low;
    *ret_high = search.high;
    return search.high != 0;
}
