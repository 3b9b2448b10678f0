#include "gctool/process/fields.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gctool/process/symbolizer.h"

enum {
    NESTING_MAX = 64, /* of members, and of namespaces: debug information may be damaged */
    DIMENSIONS_MAX = 8,
};

struct text {
    char *at;
    size_t bytes, length;
};

__attribute__((format(printf, 2, 3))) static void append(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(text->at + text->length, text->bytes - text->length, format, arguments);
    va_end(arguments);
    if (written > 0)
        text->length += (size_t)written < text->bytes - text->length ? (size_t)written : text->bytes - text->length - 1;
}

/* ---- types ---- */

static bool type_of(Dwarf_Die *die, Dwarf_Die *ret_type)
{
    Dwarf_Attribute attribute;
    Dwarf_Die type;
    return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), &type) != NULL &&
           dwarf_peel_type(&type, ret_type) == 0;
}

static uint64_t number_of(Dwarf_Die *die, unsigned name, uint64_t otherwise)
{
    Dwarf_Attribute attribute;
    Dwarf_Word number;
    return dwarf_formudata(dwarf_attr_integrate(die, name, &attribute), &number) == 0 ? number : otherwise;
}

/* 0: not known, as of a flexible array. */
static uint64_t size_of(Dwarf_Die *type)
{
    Dwarf_Word size;
    return dwarf_aggregate_size(type, &size) == 0 ? size : 0;
}

/* The member, or base class, that covers the offset, which becomes that in the member. */
static bool find_member(Dwarf_Die *aggregate, uint64_t *offset, Dwarf_Die *ret_member, Dwarf_Die *ret_type)
{
    Dwarf_Die child;
    for (int more = dwarf_child(aggregate, &child); more == 0; more = dwarf_siblingof(&child, &child)) {
        int tag = dwarf_tag(&child);
        if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || !type_of(&child, ret_type))
            continue;
        uint64_t begin = number_of(&child, DW_AT_data_member_location, 0), size = size_of(ret_type);
        bool is_flexible = size == 0 && dwarf_tag(ret_type) == DW_TAG_array_type;
        if (*offset < begin || (*offset - begin >= size && !is_flexible))
            continue;
        *offset -= begin;
        *ret_member = child;
        return true;
    }
    return false;
}

/* Appends the indices of the element that covers the offset, outermost dimension first. */
static bool find_element(Dwarf_Die *array, uint64_t *offset, struct text *text, Dwarf_Die *ret_element)
{
    uint64_t counts[DIMENSIONS_MAX];
    size_t dimensions = 0;
    Dwarf_Die child;
    for (int more = dwarf_child(array, &child); more == 0; more = dwarf_siblingof(&child, &child))
        if (dwarf_tag(&child) == DW_TAG_subrange_type && dimensions < DIMENSIONS_MAX)
            counts[dimensions++] = number_of(&child, DW_AT_count, number_of(&child, DW_AT_upper_bound, 0) + 1);
    uint64_t size = type_of(array, ret_element) ? size_of(ret_element) : 0;
    if (size == 0 || dimensions == 0)
        return false;
    uint64_t index = *offset / size;
    *offset %= size;
    for (size_t at = 0; at < dimensions; at++) {
        uint64_t below = 1;
        for (size_t inner = at + 1; inner < dimensions; inner++)
            below *= counts[inner] != 0 ? counts[inner] : 1;
        append(text, "[%" PRIu64 "]", index / below);
        index %= below;
    }
    return true;
}

/* Goes down to the scalar at the offset. */
static void name_inside(Dwarf_Die type, uint64_t offset, struct text *text)
{
    for (int depth = 0; depth < NESTING_MAX; depth++) {
        Dwarf_Die inner;
        int tag = dwarf_tag(&type);
        if (tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type) {
            Dwarf_Die member;
            if (!find_member(&type, &offset, &member, &inner))
                break;
            const char *name = dwarf_tag(&member) == DW_TAG_member ? dwarf_diename(&member) : NULL;
            if (name != NULL)
                append(text, "%s%s", text->length > 0 ? "." : "", name);
        } else if (tag != DW_TAG_array_type || !find_element(&type, &offset, text, &inner)) {
            break;
        }
        type = inner;
    }
    if (offset != 0)
        append(text, "+0x%" PRIx64, offset);
}

/* ---- looking for a definition ---- */

struct wanted {
    const char *name;
    bool is_variable;
    Dwarf_Addr address; /* of the variable, as in the file */
};

static bool is_type(Dwarf_Die *die, Dwarf_Die *ret_type)
{
    int tag = dwarf_tag(die);
    bool is_aggregate = tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
    *ret_type = *die;
    if (!is_aggregate && (tag != DW_TAG_typedef || dwarf_peel_type(die, ret_type) != 0))
        return false;
    return !dwarf_hasattr(ret_type, DW_AT_declaration) && size_of(ret_type) != 0;
}

/* The address that an operation of a location says: in place (GCC), or by its number in a table of addresses (Clang). */
static bool operation_address(const Dwarf_Attribute *location, const Dwarf_Op *operation, Dwarf_Addr *ret_address)
{
    Dwarf_Attribute in_table;
    Dwarf_Attribute of = *location;
    if (operation->atom == DW_OP_addr) {
        *ret_address = operation->number;
        return true;
    }
    return operation->atom == DW_OP_addrx && dwarf_getlocation_attr(&of, operation, &in_table) == 0 &&
           dwarf_formaddr(&in_table, ret_address) == 0;
}

static bool is_variable_at(Dwarf_Die *die, Dwarf_Addr address, Dwarf_Die *ret_type)
{
    Dwarf_Attribute attribute;
    Dwarf_Op *operations;
    size_t count;
    Dwarf_Addr its_address;
    return dwarf_tag(die) == DW_TAG_variable &&
           dwarf_getlocation(dwarf_attr(die, DW_AT_location, &attribute), &operations, &count) == 0 && count == 1 &&
           operation_address(&attribute, &operations[0], &its_address) && its_address == address &&
           type_of(die, ret_type);
}

static bool find_below(Dwarf_Die *parent, const struct wanted *wanted, int depth, Dwarf_Die *ret_type)
{
    Dwarf_Die child;
    for (int more = dwarf_child(parent, &child); more == 0; more = dwarf_siblingof(&child, &child)) {
        if (dwarf_tag(&child) == DW_TAG_namespace) {
            if (depth < NESTING_MAX && find_below(&child, wanted, depth + 1, ret_type))
                return true;
            continue;
        }
        Dwarf_Attribute attribute;
        const char *name = dwarf_formstring(dwarf_attr_integrate(&child, DW_AT_name, &attribute));
        if (name != NULL && strcmp(name, wanted->name) == 0 &&
            (wanted->is_variable ? is_variable_at(&child, wanted->address, ret_type) : is_type(&child, ret_type)))
            return true;
    }
    return false;
}

static bool find_in_module(Dwfl_Module *module, struct wanted wanted, Dwarf_Die *ret_type)
{
    Dwarf_Addr bias, address = wanted.address;
    for (Dwarf_Die *unit = NULL; (unit = dwfl_module_nextcu(module, unit, &bias)) != NULL;) {
        wanted.address = address - bias;
        if (find_below(unit, &wanted, 0, ret_type))
            return true;
    }
    return false;
}

/* "struct space::node" is called "node" where it is defined. */
static const char *bare_name(const char *type)
{
    static const char *const words[] = {"struct ", "class ", "union "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(type, words[i], strlen(words[i])) == 0)
            type += strlen(words[i]);
    for (const char *colons; (colons = strstr(type, "::")) != NULL;)
        type = colons + 2;
    return type;
}

/* Whether the last member has no size of its own, so that what lies beyond the type is still in it. */
static bool has_flexible_array(Dwarf_Die *type)
{
    uint64_t offset = UINT64_MAX;
    Dwarf_Die member, inner;
    return find_member(type, &offset, &member, &inner);
}

bool fields_name_member(const struct symbolizer *symbolizer, const char *type, uint64_t offset, char *ret_text,
                        size_t text_bytes)
{
    const struct wanted wanted = {.name = bare_name(type)};
    Dwarf_Die found;
    bool known = false;
    for (size_t nth = 0; nth < symbolizer_module_count(symbolizer) && !known; nth++) {
        Dwfl_Module *module = symbolizer_module(symbolizer, nth);
        known = module != NULL && find_in_module(module, wanted, &found);
    }
    if (!known)
        return false;
    struct text text = {ret_text, text_bytes, 0};
    ret_text[0] = '\0';
    uint64_t size = size_of(&found);
    if (offset >= size && !has_flexible_array(&found)) {
        append(&text, "[%" PRIu64 "]", offset / size);
        offset %= size;
    }
    name_inside(found, offset, &text);
    return true;
}

bool fields_name_data(const struct symbolizer *symbolizer, uint64_t address, char *ret_text, size_t text_bytes)
{
    Dwfl_Module *module = symbolizer_module_of(symbolizer, address);
    GElf_Off offset;
    GElf_Sym symbol;
    const char *name = module != NULL ? dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL, NULL)
                                      : NULL;
    if (name == NULL)
        return false;
    struct text text = {ret_text, text_bytes, 0};
    append(&text, "%s", name);
    const struct wanted wanted = {.name = name, .is_variable = true, .address = address - offset};
    Dwarf_Die type;
    if (find_in_module(module, wanted, &type))
        name_inside(type, offset, &text);
    else if (offset != 0)
        append(&text, "+0x%" PRIx64, (uint64_t)offset);
    return true;
}
