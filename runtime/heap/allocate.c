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

static void tell_birth(const void *object, const void *frame)
{
    uint64_t page = ((uintptr_t)object - heap_layout.base) >> SPAN_PAGE_SHIFT;
    uint32_t first = heap_layout.owner[page];
    uint32_t slot = span_slot(&heap_layout.spans[first], (uintptr_t)object - span_base(first));
    gcrt_observer->birth(worker_index(worker_current()), first, slot, frame);
}

static void *take_slot(uint32_t kind_id, size_t bytes)
{
    if (kinds[kind_id].slot_bytes == 0)
        return cache_take_large(kind_id, bytes);
    struct cache_cell *cell = &worker_cache(worker_current())->cells[kind_id];
    if (cell->next == cell->limit && !cache_refill(kind_id, &cell))
        return NULL;
    void *object = (void *)cell->next;
    cell->next += cell->slot_bytes;
    return object;
}

/* `frame` is that of the public call. NULL: no memory. */
static __attribute__((noinline)) void *allocate_slow(const struct gcrt_type *type, enum kind_shape shape, size_t bytes,
                                                     const void *frame)
{
    if (worker_current() == NULL)
        gcrt_panic("an object of type '%s' is allocated outside of goroutines", type->name);
    runtime_enter();
    uint32_t kind_id = kind_first(type, shape);
    if (kind_id == 0)
        kind_id = kind_register(type, shape);
    if (shape != KIND_SINGLE)
        kind_id += size_class_of(bytes);
    void *object = take_slot(kind_id, bytes);
    if (object != NULL && gcrt_observer != NULL)
        tell_birth(object, frame);
    runtime_leave();
    return object;
}

static GCRT_NORETURN void report_no_memory(const struct gcrt_type *type, size_t bytes)
{
    fatal_exit("out of memory: no room for %zu bytes of type '%s'; the heap has %zu MiB in spans of %zu MiB", bytes,
               type->name, (size_t)(heap_span_bytes() >> 20),
               (size_t)(heap_layout.page_limit >> (20 - SPAN_PAGE_SHIFT)));
}

/* The fast path, inlined into each public call. NULL: take the slow one. */
static inline __attribute__((always_inline)) void *allocate_fast(uint32_t kind_id)
{
    struct thread *thread = thread_current();
    if (__builtin_expect(gcrt_observer != NULL || thread == NULL || thread->worker == NULL, 0))
        return NULL;
    struct cache_cell *cell = &thread->worker->cache->cells[kind_id];
    uintptr_t object = cell->next;
    if (__builtin_expect(object == cell->limit, 0))
        return NULL;
    cell->next = object + cell->slot_bytes;
    if (__builtin_expect(runtime_stop_wanted(), 0))
        runtime_stop_point();
    return (void *)object;
}

static inline __attribute__((always_inline)) void *allocate(const struct gcrt_type *type, enum kind_shape shape,
                                                            size_t bytes, const void *frame)
{
    uint32_t first = kind_first(type, shape);
    uint32_t size_class = shape == KIND_SINGLE ? 0 : size_class_of(bytes);
    void *object = __builtin_expect(first != 0, 1) ? allocate_fast(first + size_class) : NULL;
    return __builtin_expect(object != NULL, 1) ? object : allocate_slow(type, shape, bytes, frame);
}

static inline __attribute__((always_inline)) void *insist(void *object, const struct gcrt_type *type, size_t bytes)
{
    if (__builtin_expect(object == NULL, 0))
        report_no_memory(type, bytes);
    return object;
}

/* Sizes that overflow are larger than any memory. */
static inline size_t bytes_of(size_t head_bytes, size_t element_bytes, size_t count)
{
    size_t bytes;
    return __builtin_mul_overflow(element_bytes, count, &bytes) || __builtin_add_overflow(bytes, head_bytes, &bytes)
               ? SIZE_MAX
               : bytes;
}

static inline __attribute__((always_inline)) void *allocate_checked(const struct gcrt_type *type, enum kind_shape shape,
                                                                    size_t bytes, const void *frame)
{
    return bytes <= (size_t)PTRDIFF_MAX ? allocate(type, shape, bytes, frame) : NULL;
}

GCRT_REGION_TEXT void *gcrt_new(const struct gcrt_type *type)
{
    return insist(allocate(type, KIND_SINGLE, type->size, FRAME), type, type->size);
}

GCRT_REGION_TEXT void *gcrt_try_new(const struct gcrt_type *type)
{
    return allocate(type, KIND_SINGLE, type->size, FRAME);
}

GCRT_REGION_TEXT void *gcrt_new_array(const struct gcrt_type *element, size_t count)
{
    size_t bytes = bytes_of(0, element->size, count);
    return insist(allocate_checked(element, KIND_ARRAY, bytes, FRAME), element, bytes);
}

GCRT_REGION_TEXT void *gcrt_try_new_array(const struct gcrt_type *element, size_t count)
{
    return allocate_checked(element, KIND_ARRAY, bytes_of(0, element->size, count), FRAME);
}

static inline size_t tail_bytes(const struct gcrt_type *type, size_t count)
{
    if (__builtin_expect(type->tail_element == NULL, 0))
        gcrt_panic("gcrt_new_tail: type '%s' has no tail", type->name);
    size_t bytes = bytes_of(type->tail_offset, type->tail_element->size, count);
    return bytes < type->size ? type->size : bytes;
}

GCRT_REGION_TEXT void *gcrt_new_tail(const struct gcrt_type *type, size_t tail_count)
{
    size_t bytes = tail_bytes(type, tail_count);
    return insist(allocate_checked(type, KIND_TAIL, bytes, FRAME), type, bytes);
}

GCRT_REGION_TEXT void *gcrt_try_new_tail(const struct gcrt_type *type, size_t tail_count)
{
    return allocate_checked(type, KIND_TAIL, tail_bytes(type, tail_count), FRAME);
}

GCRT_REGION_TEXT void *gcrt_new_bytes(size_t size)
{
    return insist(allocate_checked(&kind_bytes_type, KIND_ARRAY, size, FRAME), &kind_bytes_type, size);
}

GCRT_REGION_TEXT void *gcrt_try_new_bytes(size_t size)
{
    return allocate_checked(&kind_bytes_type, KIND_ARRAY, size, FRAME);
}

GCRT_REGION_TEXT void *gcrt_new_conservative(size_t size)
{
    return insist(allocate_checked(&kind_conservative_type, KIND_ARRAY, size, FRAME), &kind_conservative_type, size);
}
