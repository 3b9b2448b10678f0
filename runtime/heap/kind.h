/* kind.h: what a span holds: objects of one type in one shape and one size of slot. Kinds have dense ids, from 1, and are never freed.
 *
 * A type gets its kinds with its first object: one for single objects; for arrays, and for tails, one for each size class and one for large ones,
 * in a row, so that an array's kind is its type's first one plus the size class.
 */
#ifndef RUNTIME_HEAP_KIND_H
#define RUNTIME_HEAP_KIND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gcrt/type.h>

/* Index into gcrt_type_state.kinds. */
enum kind_shape {
    KIND_SINGLE, /* one object of the type */
    KIND_ARRAY, /* objects of the type, one after the other, as many as fit in the slot; those that were not asked for are zero */
    KIND_TAIL, /* one object, then tail elements likewise */
};

/* How a slot is traced; decided once. */
enum kind_trace {
    KIND_TRACE_NOTHING,
    KIND_TRACE_RANGES,
    KIND_TRACE_FUNCTION,
    KIND_TRACE_WORDS, /* every word may be a pointer */
};

enum { KIND_COUNT_MAX = 1 << 17 };

struct kind {
    const struct gcrt_type *type;
    uint64_t slot_bytes; /* 0: large, each span has its own */
    uint32_t page_count; /* of a span; 0: large */
    uint32_t slot_count;
    uint32_t type_id; /* for observers: of (type, shape) */
    uint8_t shape, trace;
    _Atomic uint32_t unswept; /* list of spans to be swept; changed under heap_lock, or while the world stands */
    uint32_t partial;         /* list of swept spans with free slots that no cache holds; under heap_lock */
};

extern struct kind *kinds;            /* indexed by id; reserved address space */
uint32_t kind_count(void);            /* ids below are in use */
extern _Atomic uint32_t kind_next_id; /* the same, for the layout table */

/* The built-in ones of gcrt_new_bytes and gcrt_new_conservative: arrays of them. */
extern const struct gcrt_type kind_bytes_type, kind_conservative_type;

/* 0 as long as the type has none in this shape. Acquire: pairs with kind_register()'s release, so the kind is complete. */
static inline uint32_t kind_first(const struct gcrt_type *type, enum kind_shape shape)
{
    return __atomic_load_n(&type->state->kinds[shape], __ATOMIC_ACQUIRE);
}

/* The same, made if need be. More kinds than there can be: reports and exits. Caller: inside the runtime, on a worker. */
uint32_t kind_register(const struct gcrt_type *type, enum kind_shape shape);

/* "node", "node[]" for arrays; NUL-terminated. */
struct text;
void kind_name(const struct kind *kind, struct text *ret_name);

void kinds_start(void);

#endif
