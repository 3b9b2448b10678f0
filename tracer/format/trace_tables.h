/* trace_tables.h: the payloads that are not events: notes, contexts and symbols, to and from bytes.
 *
 * Each block of them reads alone. A table being read takes what it believes and refuses the rest with a reason.
 */
#ifndef TRACER_FORMAT_TRACE_TABLES_H
#define TRACER_FORMAT_TRACE_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer/format/rings.h"
#include "tracer/format/trace_file.h"

/* A payload being written: entries are appended while they fit into TRACE_BLOCK_RAW_MAX. An empty one has room for any entry. */
struct trace_payload {
    uint8_t *bytes; /* TRACE_BLOCK_RAW_MAX of them */
    size_t size;
    uint32_t count; /* entries */
};

/*  note: varint bytes, name, varint bytes, text.                   false: the payload is full, nothing was appended. */
[[nodiscard]] bool trace_note_append(struct trace_payload *payload, const struct trace_note *note);

/*  contexts: varint first id, then for each node varint id - parent, zigzag varint pc - pc of the node before. */
[[nodiscard]] bool trace_context_append(struct trace_payload *payload, uint32_t id, const struct ring_context *node,
                                        uint64_t *last_pc);

/*  symbols: strings and symbols in any mixture, each a tag byte and
 *      1  varint bytes, text                                       the next string of this block, from 0
 *      2  zigzag varint pc - pc of the symbol before, varint frames, for each: varint function, varint file, varint line
 */
struct trace_symbol_packer;
struct trace_symbol_packer *trace_symbol_packer_new(void);
void trace_symbol_packer_reset(struct trace_symbol_packer *packer);
[[nodiscard]] bool trace_symbol_append(struct trace_symbol_packer *packer, struct trace_payload *payload,
                                       const struct trace_symbol *symbol);
void trace_symbol_packer_free(struct trace_symbol_packer *packer);

/* Context nodes by id, in pages: what a lost block would have held is just not there. */
enum { TRACE_CONTEXT_PAGE = 4096 };
struct trace_contexts {
    struct ring_context *pages[TRACE_CONTEXT_MAX / TRACE_CONTEXT_PAGE];
    uint32_t end; /* one more than the greatest id */
    uint64_t count;
};
struct trace_notes {
    struct trace_note *items; /* both texts in one allocation, `name` first */
    size_t count, capacity;
    size_t bytes;
};
struct trace_symbols {
    struct trace_symbol *items;
    size_t count, capacity;
    bool sorted;
    char **texts; /* of each block its strings; frames point into them */
    struct trace_frame **frames;
    size_t block_count, block_capacity;
    uint64_t bytes;
};

/* Each takes the payload of a block. 0; -ENOMEM; -EBADMSG and a reason, having taken what stands before the fault. */
[[nodiscard]] int trace_notes_read(struct trace_notes *notes, const uint8_t *bytes, size_t size,
                                   const char **ret_reason);
[[nodiscard]] int trace_contexts_read(struct trace_contexts *contexts, const uint8_t *bytes, size_t size,
                                      const char **ret_reason);
[[nodiscard]] int trace_symbols_read(struct trace_symbols *symbols, const uint8_t *bytes, size_t size,
                                     const char **ret_reason);

bool trace_contexts_find(const struct trace_contexts *contexts, uint32_t id, struct ring_context *ret_node);
size_t trace_symbols_find(struct trace_symbols *symbols, uint64_t pc, const struct trace_frame **ret_frames);

void trace_notes_free(struct trace_notes *notes);
void trace_contexts_free(struct trace_contexts *contexts);
void trace_symbols_free(struct trace_symbols *symbols);

#endif
