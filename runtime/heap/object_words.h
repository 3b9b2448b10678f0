/* object_words.h: the words of an object that may point to others, as its kind says.
 *
 * Always inlined, so that the marker, for which this is the inner loop, pays for no call.
 */
#ifndef RUNTIME_HEAP_OBJECT_WORDS_H
#define RUNTIME_HEAP_OBJECT_WORDS_H

#include <stdint.h>

#include "heap/kind.h"

/* Calls `pointer` for every declared pointer that is not NULL, `words` for a range in which every word may be one. */
struct object_words {
    void (*pointer)(void *slot, void *context);
    void (*words)(uintptr_t low, uintptr_t high, void *context);
};

static inline __attribute__((always_inline)) void object_words_of_type(const struct gcrt_type *type, uintptr_t object,
                                                                       const struct object_words visit, void *context)
{
    if (type->trace != NULL) {
        type->trace((void *)object, visit.pointer, context);
        return;
    }
    for (size_t i = 0; i < type->range_count; i++) {
        uintptr_t *words = (uintptr_t *)(object + type->ranges[i].offset);
        for (uint32_t word = 0; word < type->ranges[i].words; word++)
            if (words[word] != 0)
                visit.pointer(&words[word], context);
    }
}

static inline __attribute__((always_inline)) void object_words_of_array(const struct gcrt_type *element, uintptr_t low,
                                                                        uintptr_t high, const struct object_words visit,
                                                                        void *context)
{
    if (element->size == 0 || (element->range_count == 0 && element->trace == NULL))
        return;
    for (; low + element->size <= high; low += element->size)
        object_words_of_type(element, low, visit, context);
}

/* The slot at `object` holds an object of the kind, of `bytes`. */
static inline __attribute__((always_inline)) void object_words_visit(const struct kind *kind, uintptr_t object,
                                                                     uint64_t bytes, const struct object_words visit,
                                                                     void *context)
{
    if (kind->trace == KIND_TRACE_NOTHING)
        return;
    if (kind->trace == KIND_TRACE_WORDS) {
        visit.words(object, object + bytes, context);
        return;
    }
    if (kind->shape == KIND_ARRAY) {
        object_words_of_array(kind->type, object, object + bytes, visit, context);
        return;
    }
    object_words_of_type(kind->type, object, visit, context);
    if (kind->shape == KIND_TAIL)
        object_words_of_array(kind->type->tail_element, object + kind->type->tail_offset, object + bytes, visit,
                              context);
}

#endif
