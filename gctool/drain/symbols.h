/* symbols.h: what the addresses of a recording mean, collected while it runs and written when it is over. */
#ifndef GCTOOL_DRAIN_SYMBOLS_H
#define GCTOOL_DRAIN_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "tracer/format/rings.h"

struct symbols;
struct trace_writer;

/* NULL: out of memory. */
struct symbols *symbols_new(void);

/* Takes a MODULE event: its head word and payload. A module that cannot be read leaves its addresses unknown. */
void symbols_add_module(struct symbols *symbols, const uint64_t *event);

/* Takes the address at which a goroutine's function begins. */
void symbols_add_function(struct symbols *symbols, uint64_t address);

/* Writes what is known of every address in the nodes 1 .. count - 1 and of every function. 0 or -ENOMEM, then some is missing. */
[[nodiscard]] int symbols_write(struct symbols *symbols, const struct ring_context *nodes, size_t count,
                                struct trace_writer *writer);

/* NULL is nothing. */
void symbols_free(struct symbols *take_symbols);

#endif
