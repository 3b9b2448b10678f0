/* fields.h: what lies at an offset of a type, or at an address of a program's data, in the words of the source.
 *
 *     struct node, 24       next                    server + 0x40         server.store.keys
 *     struct node, 40       inner.owner             table + 0x18          table[3]
 *     struct list, 72       items[3].text
 *
 * Names come from DWARF; of data from the symbol table where there is no DWARF: "table+0x18". Typedefs and qualifiers are seen through, members
 * without a name are left out of the path, members of base classes are members.
 */
#ifndef GCTOOL_PROCESS_FIELDS_H
#define GCTOOL_PROCESS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbolizer;

/* The member of `type` ("struct node", a typedef, "space::node") at the offset; beyond the type's size, of an array of it: "[2].next". False, and
 * nothing written: not known. Looks at all compilation units until one defines the type. */
[[nodiscard]] bool fields_name_member(const struct symbolizer *symbolizer, const char *type, uint64_t offset,
                                      char *ret_text, size_t text_bytes);

/* The variable, and member of it, at the address. False, and nothing written: not known. */
[[nodiscard]] bool fields_name_data(const struct symbolizer *symbolizer, uint64_t address, char *ret_text,
                                    size_t text_bytes);

#endif
