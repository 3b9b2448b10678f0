/* names.h: what the recorded program calls things: its types, wait reasons, phases, stop reasons, causes, goroutines.
 *
 * A file explains itself: no table of the runtime is known here, only that a code has a name when the stream gave one. */
#ifndef GCTOOL_MODEL_NAMES_H
#define GCTOOL_MODEL_NAMES_H

#include "gctool/model/key_index.h"

#include <stddef.h>

struct type_info {
    uint64_t id, size_bytes, flags;
    char *name;
};

struct names {
    char **texts;
    size_t count, capacity;
    struct key_index by_code; /* (table, code) */

    struct type_info *types;
    size_t type_count, type_capacity;
    struct key_index by_type;
};

/* Sets a name; the last one given counts. `bytes` need not be printable: what is not becomes '?'. 0 or -ENOMEM. */
[[nodiscard]] int names_set(struct names *names, uint64_t table, uint64_t code, const char *bytes, size_t length);
[[nodiscard]] int names_set_type(struct names *names, uint64_t id, uint64_t size_bytes, uint64_t flags,
                                 const char *bytes, size_t length);

/* The name, or NULL. */
const char *names_find(const struct names *names, uint64_t table, uint64_t code);
const struct type_info *names_find_type(const struct names *names, uint64_t id);

void names_free(struct names *names);

#endif
