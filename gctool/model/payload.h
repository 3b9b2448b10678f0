/* payload.h: numbers, texts and modules of a block's payload, whose bytes are not believed. Once `bad`, it stays so, and numbers are 0: one check at the end
 * of an entry is enough.
 */
#ifndef GCTOOL_MODEL_PAYLOAD_H
#define GCTOOL_MODEL_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gctool/model/snapshot.h"
#include "gctool/model/texts.h"

enum { PAYLOAD_TEXT_BYTES_MAX = 4096 };

struct payload {
    const uint8_t *at, *end;
    bool bad;
};

uint64_t payload_number(struct payload *payload);

/* The next `size` bytes; NULL: there are not so many. */
const uint8_t *payload_bytes(struct payload *payload, uint64_t size);

/* Kept in `texts`; NULL: empty. 0 or -ENOMEM. */
[[nodiscard]] int payload_text(struct payload *payload, struct texts *texts, const char **ret_text);

/* An entry of a MODULES block. 0 or -ENOMEM. */
[[nodiscard]] int payload_module(struct payload *payload, struct texts *texts, struct snapshot_module *ret_module);

#endif
