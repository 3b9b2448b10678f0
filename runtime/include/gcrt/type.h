/* type.h: what the collector is told about the objects of a program.
 *
 * Objects have no headers: what an object is stands with the span that holds it. A description lists the words that hold pointers into the
 * heap; a word that is not listed is never followed, so what only it points to is freed. A listed word is NULL, a pointer to or into an
 * object, or a pointer to anything outside the heap; tagged words need a trace function.
 *
 *     struct node { struct node *next; struct item *items[4]; struct { void *owner; } inner; int64_t value; };
 *     GCRT_TYPE(node_type, struct node, next, items, inner.owner);
 *
 * At file scope; `static GCRT_TYPE(...)` makes the name local. C only: C++ programs use gcrt_type_register(). A description costs nothing
 * until the first object; from then on one partly filled span of at least 8 KiB for each worker that allocates it.
 */
#ifndef GCRT_TYPE_H
#define GCRT_TYPE_H

#include <stddef.h>
#include <stdint.h>

#include <gcrt/type_fields.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Calls visit(slot, context) for every word of `object` that holds a pointer now. Runs while the program stands: it may only read. */
typedef void gcrt_trace_function(void *object, void (*visit)(void *slot, void *context), void *context);

/* The insides are the runtime's; programs use the macros and functions below. */
struct gcrt_pointer_range {
    uint32_t offset; /* bytes, from the object's first */
    uint32_t words;
};
/* Dense ids of the allocator: of single objects; the first of arrays; the first of objects with a tail. 0: none yet. */
struct gcrt_type_state {
    uint32_t kinds[3];
};
struct gcrt_type {
    const char *name;
    size_t size;
    size_t alignment; /* a power of two, at most 4096 */
    const struct gcrt_pointer_range *ranges;
    size_t range_count;
    size_t tail_offset; /* of the flexible array member, when tail_element is not NULL */
    const struct gcrt_type *tail_element;
    gcrt_trace_function *trace; /* instead of ranges */
    struct gcrt_type_state *state;
};

/* GCRT_TYPE(name, struct, fields...): each field is a pointer, a GCRT_REF, or an array of either; 1 to 32 of them. */
#define GCRT_TYPE(type_name, c_type, ...) \
    GCRT_TYPE_DEFINE_(type_name, c_type, GCRT_TYPE_RANGES_(c_type, __VA_ARGS__), 0, (void *)0)

/* Objects without pointers. */
#define GCRT_TYPE_LEAF(type_name, c_type) GCRT_TYPE_DEFINE_(type_name, c_type, GCRT_TYPE_NO_RANGES_, 0, (void *)0)

/* GCRT_TYPE_TAIL(name, struct, items, fields...): `items` is a flexible array member of pointers; then the struct's other pointers, up to 7. */
#define GCRT_TYPE_TAIL(type_name, c_type, ...) GCRT_TYPE_TAIL_OF_(type_name, c_type, &gcrt_type_pointer, __VA_ARGS__)

/* GCRT_TYPE_TAIL_OF(name, struct, element, items, fields...): the same; the type of each item is described by `element`. */
#define GCRT_TYPE_TAIL_OF(type_name, c_type, element, ...) \
    GCRT_TYPE_TAIL_OF_(type_name, c_type, &(element), __VA_ARGS__)

/* For headers. */
#define GCRT_TYPE_DECLARE(type_name) extern const struct gcrt_type type_name

extern const struct gcrt_type gcrt_type_pointer; /* one pointer */
extern const struct gcrt_type gcrt_type_int64;   /* an int64_t */
extern const struct gcrt_type gcrt_type_unit;    /* nothing: channels of it carry events */

/* A description made at run time: pointers at `pointer_offsets`, each a multiple of 8, as is then `size`. Never freed; `name` is copied. NULL:
 * no memory, an alignment that is no power of two up to 4096, or an offset or size that cannot be. Any thread, any time. */
const struct gcrt_type *gcrt_type_register(const char *name, size_t size, size_t alignment,
                                           const size_t *pointer_offsets, size_t count);

/* The same, for tagged words and unions: `trace` finds the pointers. */
const struct gcrt_type *gcrt_type_register_traced(const char *name, size_t size, gcrt_trace_function *trace);

/* ---- how the macros are made ---- */
/* clang-format off */
#define GCRT_TYPE_DEFINE_(type_name, c_type, ranges, tail_offset, element) \
    const struct gcrt_type type_name = {#c_type, sizeof(c_type), GCRT_TYPE_ALIGNMENT_(c_type), ranges, tail_offset, element, (void *)0, \
                                        &(struct gcrt_type_state){{0, 0, 0}}}
/* More than a page cannot be kept: an array of size -1, an error. */
#define GCRT_TYPE_ALIGNMENT_(c_type) (_Alignof(c_type) * sizeof(char[_Alignof(c_type) <= 4096 ? 1 : -1]))
#define GCRT_TYPE_NO_RANGES_ (void *)0, 0
#define GCRT_TYPE_RANGES_(c_type, ...) \
    (const struct gcrt_pointer_range[]){GCRT_EACH(GCRT_TYPE_RANGE_, c_type, __VA_ARGS__)}, \
    sizeof((const struct gcrt_pointer_range[]){GCRT_EACH(GCRT_TYPE_RANGE_, c_type, __VA_ARGS__)}) / sizeof(struct gcrt_pointer_range)
/* Class 5 is a pointer or an array; a struct or union of one word is a GCRT_REF. Anything else: an array of size -1, an error. */
#define GCRT_TYPE_RANGE_(c_type, field) \
    {offsetof(c_type, field), \
     sizeof(((c_type *)0)->field) / sizeof(void *) * sizeof(char[GCRT_TYPE_IS_POINTER_(((c_type *)0)->field) ? 1 : -1])}
#define GCRT_TYPE_IS_POINTER_(field) \
    (sizeof(field) % sizeof(void *) == 0 && (__builtin_classify_type(field) == 5 || sizeof(field) == sizeof(void *)) \
     && __builtin_classify_type(field) >= 5 && __builtin_classify_type(field) != 8)
#define GCRT_TYPE_TAIL_OF_(type_name, c_type, element, ...) \
    GCRT_TYPE_TAIL_CHOOSE_(__VA_ARGS__, GCRT_TYPE_TAIL_HEAD_, GCRT_TYPE_TAIL_HEAD_, GCRT_TYPE_TAIL_HEAD_, GCRT_TYPE_TAIL_HEAD_, \
                           GCRT_TYPE_TAIL_HEAD_, GCRT_TYPE_TAIL_HEAD_, GCRT_TYPE_TAIL_HEAD_, GCRT_TYPE_TAIL_BARE_, ) \
    (type_name, c_type, element, __VA_ARGS__)
#define GCRT_TYPE_TAIL_CHOOSE_(_1, _2, _3, _4, _5, _6, _7, _8, name, ...) name
#define GCRT_TYPE_TAIL_BARE_(type_name, c_type, element, items) \
    GCRT_TYPE_DEFINE_(type_name, c_type, GCRT_TYPE_NO_RANGES_, offsetof(c_type, items), element)
#define GCRT_TYPE_TAIL_HEAD_(type_name, c_type, element, items, ...) \
    GCRT_TYPE_DEFINE_(type_name, c_type, GCRT_TYPE_RANGES_(c_type, __VA_ARGS__), offsetof(c_type, items), element)
/* clang-format on */

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
