#include "heap/kind.h"

#include "heap/heap.h"
#include "heap/size_class.h"
#include "heap/span.h"
#include "observe/observe.h"
#include "platform/log.h"
#include "platform/pages.h"
#include "platform/text.h"
#include "sched/worker.h"

/* A span has at least so many slots, and leaves at most an eighth unused. */
enum { SLOTS_MIN = 4, WASTE_SHIFT = 3 };

struct kind *kinds;
_Atomic uint32_t kind_next_id = 1; /* written under heap_lock */
static uint32_t type_id_count;     /* under heap_lock */

uint32_t kind_count(void)
{
    return atomic_load_explicit(&kind_next_id, memory_order_acquire); /* pairs with register_locked() */
}

void kinds_start(void)
{
    kinds = pages_map(KIND_COUNT_MAX * sizeof(struct kind));
    if (kinds == NULL)
        fatal_exit("out of memory: no address space for the table of types");
}

static enum kind_trace trace_of(const struct gcrt_type *type, enum kind_shape shape)
{
    if (type == &kind_conservative_type)
        return KIND_TRACE_WORDS;
    if (type->trace != NULL)
        return KIND_TRACE_FUNCTION;
    bool has_tail = shape == KIND_TAIL && (type->tail_element->range_count != 0 || type->tail_element->trace != NULL);
    return type->range_count != 0 || has_tail ? KIND_TRACE_RANGES : KIND_TRACE_NOTHING;
}

static size_t round_up(size_t bytes, size_t alignment)
{
    return (bytes + alignment - 1) & ~(alignment - 1);
}

static void lay_out(struct kind *kind, size_t bytes)
{
    size_t alignment = kind->type->alignment < SIZE_CLASS_GRAIN ? SIZE_CLASS_GRAIN : kind->type->alignment;
    size_t slot_bytes = round_up(bytes == 0 ? 1 : bytes, alignment);
    if (slot_bytes > SIZE_CLASS_BYTES_MAX)
        return; /* large */
    uint32_t pages = 1;
    for (;; pages++) {
        size_t span_bytes = (size_t)pages << SPAN_PAGE_SHIFT;
        if (span_bytes / slot_bytes >= SLOTS_MIN && span_bytes % slot_bytes <= span_bytes >> WASTE_SHIFT)
            break;
    }
    kind->slot_bytes = slot_bytes;
    kind->page_count = pages;
    kind->slot_count = (uint32_t)(((size_t)pages << SPAN_PAGE_SHIFT) / slot_bytes);
}

void kind_name(const struct kind *kind, struct text *ret_name)
{
    bool is_array = kind->shape == KIND_ARRAY && kind->type != &kind_bytes_type &&
                    kind->type != &kind_conservative_type;
    text_add(ret_name, kind->type->name);
    text_add(ret_name, is_array ? "[]" : NULL);
    text_add_end(ret_name);
}

static void announce(const struct kind *kind)
{
    struct text name = {0};
    kind_name(kind, &name);
    gcrt_observer->type(worker_index(worker_current()), kind->type_id, kind->type->size, kind->shape, name.bytes);
}

static uint32_t register_locked(const struct gcrt_type *type, enum kind_shape shape)
{
    uint32_t first = kind_first(type, shape);
    if (first != 0)
        return first;
    uint32_t kinds_made = shape == KIND_SINGLE ? 1 : SIZE_CLASS_COUNT + 1;
    first = atomic_load_explicit(&kind_next_id, memory_order_relaxed); /* relaxed: we hold the lock */
    if (first + kinds_made > KIND_COUNT_MAX)
        fatal_exit("too many types: '%s' is beyond the %d that the heap can tell apart", type->name, KIND_COUNT_MAX);
    uint32_t type_id = ++type_id_count;
    for (uint32_t i = 0; i < kinds_made; i++) {
        struct kind *kind = &kinds[first + i];
        *kind = (struct kind){
            .type = type, .type_id = type_id, .shape = (uint8_t)shape, .trace = (uint8_t)trace_of(type, shape)};
        if (shape == KIND_SINGLE)
            lay_out(kind, type->size);
        else if (i < SIZE_CLASS_COUNT)
            lay_out(kind, size_class_bytes(i));
    }
    if (gcrt_observer != NULL)
        announce(&kinds[first]);
    atomic_store_explicit(&kind_next_id, first + kinds_made, memory_order_release);
    __atomic_store_n(&type->state->kinds[shape], first, __ATOMIC_RELEASE); /* pairs with kind_first() */
    return first;
}

uint32_t kind_register(const struct gcrt_type *type, enum kind_shape shape)
{
    lock_take(&heap_lock);
    uint32_t first = register_locked(type, shape);
    lock_release(&heap_lock);
    return first;
}
