/* The allocating calls of <gcrt/memory.h>.
 *
 * The fast path is a bump in the worker's cell of the kind. It lies in gcrt_text, so no stop finds it half done, and polls at its end. With an
 * observer every allocation takes the slow path, which tells of the birth.
 */
#include <gcrt/memory.h>
#include <gcrt/run.h>

#include "heap/cache.h"
#include "heap/heap.h"
#include "heap/kind.h"
#include "heap/size_class.h"
#include "heap/span.h"
#include "observe/observe.h"
#include "platform/log.h"
#include "sched/runtime_call.h"
#include "sched/worker.h"

#define FRAME __builtin_frame_address(0)

/* Where an object came to be; object NULL: no memory. */
struct place {
    void *object;
    uint32_t span, slot;
};

static struct place take_large(uint32_t kind_id, size_t bytes)
{
    void *object = cache_take_large(kind_id, bytes);
    return (struct place){object, (uint32_t)(((uintptr_t)object - heap_layout.base) >> SPAN_PAGE_SHIFT), 0};
}

static struct place take_slot(uint32_t kind_id, size_t bytes)
{
    struct cache_cell *cell = &worker_cache(worker_current())->cells[kind_id];
    if (cell->next == cell->limit) {
        if (kinds[kind_id].slot_bytes == 0)
            return take_large(kind_id, bytes);
        if (!cache_refill(kind_id, &cell))
            return (struct place){0};
    }
    struct place place = {(void *)cell->next, cell->span, cell->next_slot};
    cell->next += cell->slot_bytes;
    cell->next_slot++;
    return place;
}

static GCRT_NORETURN __attribute__((noinline)) void report_no_memory(const struct gcrt_type *type, size_t bytes)
{
    if (bytes > (size_t)PTRDIFF_MAX)
        fatal_exit("out of memory: objects of type '%s' that exceed any address space", type->name);
    runtime_enter(); /* for the lock in heap_span_bytes() */
    fatal_exit("out of memory: no room for %zu bytes of type '%s'; the heap has %zu MiB in spans of %zu MiB", bytes,
               type->name, (size_t)(heap_span_bytes() >> 20),
               (size_t)(heap_layout.page_limit >> (20 - SPAN_PAGE_SHIFT)));
}

enum failure { FAILURE_IS_NULL, FAILURE_ENDS_PROCESS };

/* `frame` is that of the public call. Called as the last thing there, so that the fast path saves no registers. */
static __attribute__((noinline)) void *allocate_slow(const struct gcrt_type *type, enum kind_shape shape, size_t bytes,
                                                     enum failure failure, const void *frame)
{
    struct place place = {0};
    if (worker_current() == NULL)
        gcrt_panic("an object of type '%s' is allocated outside of goroutines", type->name);
    if (bytes <= (size_t)PTRDIFF_MAX) {
        runtime_enter();
        uint32_t kind_id = kind_first(type, shape);
        if (kind_id == 0)
            kind_id = kind_register(type, shape);
        if (shape != KIND_SINGLE)
            kind_id += size_class_of(bytes);
        place = take_slot(kind_id, bytes);
        if (place.object != NULL && gcrt_observer != NULL)
            gcrt_observer->birth(worker_index(worker_current()), place.span, place.slot, frame);
        runtime_leave();
    }
    if (place.object == NULL && failure == FAILURE_ENDS_PROCESS)
        report_no_memory(type, bytes);
    return place.object;
}

static __attribute__((noinline)) void *stop_holding(void *object)
{
    runtime_stop_point();
    return object;
}

/* The fast path, inlined into each public call. */
static inline __attribute__((always_inline)) void *allocate(const struct gcrt_type *type, enum kind_shape shape,
                                                            size_t bytes, enum failure failure, const void *frame)
{
    uint32_t first = kind_first(type, shape);
    const struct worker *worker = worker_current();
    if (__builtin_expect(first == 0 || worker == NULL || gcrt_observer != NULL, 0))
        return allocate_slow(type, shape, bytes, failure, frame);
    uint32_t size_class = shape == KIND_SINGLE ? 0 : size_class_of(bytes);
    struct cache_cell *cell = &worker_cache(worker)->cells[first + size_class];
    uintptr_t object = cell->next;
    if (__builtin_expect(object == cell->limit, 0))
        return allocate_slow(type, shape, bytes, failure, frame);
    cell->next = object + cell->slot_bytes;
    if (__builtin_expect(runtime_stop_wanted(), 0))
        return stop_holding((void *)object);
    return (void *)object;
}

/* Sizes that overflow are larger than any memory. */
static inline size_t bytes_of(size_t head_bytes, size_t element_bytes, size_t count)
{
    size_t bytes;
    return __builtin_mul_overflow(element_bytes, count, &bytes) || __builtin_add_overflow(bytes, head_bytes, &bytes)
               ? SIZE_MAX
               : bytes;
}

static inline size_t tail_bytes(const struct gcrt_type *type, size_t count)
{
    if (__builtin_expect(type->tail_element == NULL, 0))
        gcrt_panic("gcrt_new_tail: type '%s' has no tail", type->name);
    size_t bytes = bytes_of(type->tail_offset, type->tail_element->size, count);
    return bytes < type->size ? type->size : bytes;
}

/* ---- the public calls; FRAME is their own ---- */

GCRT_REGION_TEXT void *gcrt_new(const struct gcrt_type *type)
{
    return allocate(type, KIND_SINGLE, type->size, FAILURE_ENDS_PROCESS, FRAME);
}

GCRT_REGION_TEXT void *gcrt_try_new(const struct gcrt_type *type)
{
    return allocate(type, KIND_SINGLE, type->size, FAILURE_IS_NULL, FRAME);
}

GCRT_REGION_TEXT void *gcrt_new_array(const struct gcrt_type *element, size_t count)
{
    return allocate(element, KIND_ARRAY, bytes_of(0, element->size, count), FAILURE_ENDS_PROCESS, FRAME);
}

GCRT_REGION_TEXT void *gcrt_try_new_array(const struct gcrt_type *element, size_t count)
{
    return allocate(element, KIND_ARRAY, bytes_of(0, element->size, count), FAILURE_IS_NULL, FRAME);
}

GCRT_REGION_TEXT void *gcrt_new_tail(const struct gcrt_type *type, size_t tail_count)
{
    return allocate(type, KIND_TAIL, tail_bytes(type, tail_count), FAILURE_ENDS_PROCESS, FRAME);
}

GCRT_REGION_TEXT void *gcrt_try_new_tail(const struct gcrt_type *type, size_t tail_count)
{
    return allocate(type, KIND_TAIL, tail_bytes(type, tail_count), FAILURE_IS_NULL, FRAME);
}

GCRT_REGION_TEXT void *gcrt_new_bytes(size_t size)
{
    return allocate(&kind_bytes_type, KIND_ARRAY, size, FAILURE_ENDS_PROCESS, FRAME);
}

GCRT_REGION_TEXT void *gcrt_try_new_bytes(size_t size)
{
    return allocate(&kind_bytes_type, KIND_ARRAY, size, FAILURE_IS_NULL, FRAME);
}

GCRT_REGION_TEXT void *gcrt_new_conservative(size_t size)
{
    return allocate(&kind_conservative_type, KIND_ARRAY, size, FAILURE_ENDS_PROCESS, FRAME);
}
