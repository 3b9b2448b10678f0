/* layout_table.h: where the runtime keeps what a reader of a core, or of another process, must find: one constant table in every program.
 *
 * The note of runtime/note.S leads to it, so stripped programs have it as well. Its words are addresses (as relocated in the process) and
 * numbers: sizes, offsets in structs and values of enumerations, filled in by the compiler (debug_layout.c). The reader takes the names from here and
 * the values from the process; it includes nothing else of the runtime.
 *
 *     struct gcrt_debug_layout:  magic | version | bytes | globals[] | numbers[] | names[]
 *
 * A change of either list is a new version.
 */
#ifndef RUNTIME_LAYOUT_TABLE_H
#define RUNTIME_LAYOUT_TABLE_H

#include <stdint.h>

#define LAYOUT_MAGIC "gcrt layout"

enum { LAYOUT_VERSION = 1, LAYOUT_NOTE_TYPE = 2, LAYOUT_NAME_BYTES = 24 };

/*  X(name, variable): its address */
#define GCRT_LAYOUT_GLOBALS(X)                   \
    X(HEAP, heap_layout)                         \
    X(HEAP_LOCK, heap_lock)                      \
    X(SWEEPING, sweep_in_work)                   \
    X(KINDS, kinds)                              \
    X(KIND_NEXT_ID, kind_next_id)                \
    X(TYPE_BYTES, kind_bytes_type)               \
    X(TYPE_CONSERVATIVE, kind_conservative_type) \
    X(GOROUTINES, goroutine_newest)              \
    X(THREADS, thread_newest)                    \
    X(STOP_WORD, stop_word)                      \
    X(WORKERS, workers)                          \
    X(WORKER_COUNT, workers_made)                \
    X(ROOTS, root_table)                         \
    X(LOT, lot_buckets)                          \
    X(LOADED, loaded_objects)                    \
    X(CALLER_STACK, scheduler_caller)            \
    X(CYCLE, collector_cycles_done)              \
    X(MAPPINGS, page_mappings)

/*  F(NAME, struct, field): its offset    S(NAME, type): its size    V(NAME, value) */
#define GCRT_LAYOUT_NUMBERS(F, S, V)                              \
    F(HEAP_BASE, struct heap_layout, base)                        \
    F(HEAP_PAGE_TOP, struct heap_layout, page_top)                \
    F(HEAP_OWNER, struct heap_layout, owner)                      \
    F(HEAP_SPANS, struct heap_layout, spans)                      \
    F(HEAP_MARKS, struct heap_layout, marks)                      \
    F(HEAP_ALLOCATED, struct heap_layout, allocated)              \
    V(PAGE_SHIFT, SPAN_PAGE_SHIFT)                                \
    V(SLOTS_PER_PAGE, SPAN_SLOTS_PER_PAGE_MAX)                    \
    S(SPAN, struct span)                                          \
    F(SPAN_SLOT_BYTES, struct span, slot_bytes)                   \
    F(SPAN_PAGE_COUNT, struct span, page_count)                   \
    F(SPAN_SLOT_COUNT, struct span, slot_count)                   \
    F(SPAN_KIND, struct span, kind)                               \
    F(SPAN_NEXT, struct span, next)                               \
    F(SPAN_STATE, struct span, state)                             \
    V(SPAN_IN_USE, SPAN_USED)                                     \
    S(KIND, struct kind)                                          \
    F(KIND_TYPE, struct kind, type)                               \
    F(KIND_TYPE_ID, struct kind, type_id)                         \
    F(KIND_SHAPE, struct kind, shape)                             \
    F(KIND_TRACE, struct kind, trace)                             \
    F(KIND_UNSWEPT, struct kind, unswept)                         \
    V(SHAPE_ARRAY, KIND_ARRAY)                                    \
    V(SHAPE_TAIL, KIND_TAIL)                                      \
    V(TRACE_NOTHING, KIND_TRACE_NOTHING)                          \
    V(TRACE_RANGES, KIND_TRACE_RANGES)                            \
    F(TYPE_NAME, struct gcrt_type, name)                          \
    F(TYPE_SIZE, struct gcrt_type, size)                          \
    F(TYPE_RANGES, struct gcrt_type, ranges)                      \
    F(TYPE_RANGE_COUNT, struct gcrt_type, range_count)            \
    F(TYPE_TAIL_OFFSET, struct gcrt_type, tail_offset)            \
    F(TYPE_TAIL_ELEMENT, struct gcrt_type, tail_element)          \
    F(TYPE_TRACE, struct gcrt_type, trace)                        \
    S(TYPE, struct gcrt_type)                                     \
    S(RANGE, struct gcrt_pointer_range)                           \
    F(RANGE_OFFSET, struct gcrt_pointer_range, offset)            \
    F(RANGE_WORDS, struct gcrt_pointer_range, words)              \
    S(WORKER, struct worker)                                      \
    F(WORKER_CACHE, struct worker, cache)                         \
    F(WORKER_TIMERS, struct worker, timers.entries)               \
    F(WORKER_TIMER_COUNT, struct worker, timers.count)            \
    F(TIMER_ARG, struct timer, arg)                               \
    F(CACHE_CELLS, struct heap_cache, cells)                      \
    S(CELL, struct cache_cell)                                    \
    F(CELL_NEXT, struct cache_cell, next)                         \
    F(CELL_LIMIT, struct cache_cell, limit)                       \
    F(CELL_SPAN, struct cache_cell, span)                         \
    S(GOROUTINE, struct goroutine)                                \
    F(GOROUTINE_STACK_POINTER, struct goroutine, stack_pointer)   \
    F(GOROUTINE_ID, struct goroutine, id)                         \
    F(GOROUTINE_STATUS, struct goroutine, status)                 \
    F(GOROUTINE_WAIT_REASON, struct goroutine, wait_reason)       \
    F(GOROUTINE_WAIT_OBJECT, struct goroutine, wait_object)       \
    F(GOROUTINE_WAIT_SINCE, struct goroutine, wait_since_ns)      \
    F(GOROUTINE_NEXT, struct goroutine, all_next)                 \
    F(GOROUTINE_STACK_LOW, struct goroutine, stack_low)           \
    F(GOROUTINE_STACK_HIGH, struct goroutine, stack_high)         \
    F(GOROUTINE_CREATOR, struct goroutine, creator)               \
    F(GOROUTINE_NAME, struct goroutine, name)                     \
    F(GOROUTINE_SITE, struct goroutine, site)                     \
    F(GOROUTINE_FUNCTION, struct goroutine, function)             \
    F(GOROUTINE_ARG, struct goroutine, arg)                       \
    F(GOROUTINE_SELECTION, struct goroutine, selection)           \
    F(GOROUTINE_BLOCKING, struct goroutine, blocking_registers)   \
    V(BLOCKING_COUNT, BLOCKING_REGISTERS)                         \
    V(BLOCKING_FRAME, BLOCKING_RBP)                               \
    V(BLOCKING_CALLER, BLOCKING_PC)                               \
    V(STATUS_RUNNING, GOROUTINE_RUNNING)                          \
    V(STATUS_SYSCALL, GOROUTINE_SYSCALL)                          \
    V(REASON_SELECT, WAIT_SELECT)                                 \
    V(CONTEXT_FRAME, CONTEXT_RBP_OFFSET)                          \
    V(CONTEXT_PC, CONTEXT_RIP_OFFSET)                             \
    F(SELECTION_ENTRIES, struct selection, entries)               \
    F(SELECTION_COUNT, struct selection, count)                   \
    S(ENTRY, struct select_entry)                                 \
    F(ENTRY_CHANNEL, struct select_entry, chan)                   \
    S(THREAD, struct thread)                                      \
    F(THREAD_DEPTH, struct thread, depth)                         \
    F(THREAD_TID, struct thread, tid)                             \
    F(THREAD_CURRENT, struct thread, current)                     \
    F(THREAD_STACK_LOW, struct thread, stack_low)                 \
    F(THREAD_STACK_HIGH, struct thread, stack_high)               \
    F(THREAD_FRAMES_HIGH, struct thread, frames_high)             \
    F(THREAD_SIGNAL_CONTEXT, struct thread, signal_context)       \
    F(THREAD_SIGNAL_STACK_LOW, struct thread, signal_stack_low)   \
    F(THREAD_SIGNAL_STACK_HIGH, struct thread, signal_stack_high) \
    F(THREAD_NEXT, struct thread, all_next)                       \
    F(ROOTS_ITEMS, struct root_table, roots)                      \
    F(ROOTS_CAPACITY, struct root_table, capacity)                \
    S(ROOT, struct root)                                          \
    F(ROOT_ADDRESS, struct root, address)                         \
    F(ROOT_SIZE, struct root, size)                               \
    S(LOT, lot_buckets)                                           \
    F(LOADED_SEGMENTS, struct loaded_objects, table.segments)     \
    F(LOADED_COUNT, struct loaded_objects, table.count)           \
    S(SEGMENT, struct loaded_segment)                             \
    F(SEGMENT_LOW, struct loaded_segment, low)                    \
    F(SEGMENT_HIGH, struct loaded_segment, high)                  \
    F(CALLER_LOW, struct caller_stack, low)                       \
    F(CALLER_HIGH, struct caller_stack, high)                     \
    F(MAPPINGS_ITEMS, struct page_mappings, items)                \
    F(MAPPINGS_COUNT, struct page_mappings, count)                \
    F(MAPPINGS_CAPACITY, struct page_mappings, capacity)          \
    S(MAPPING, struct page_mapping)                               \
    F(MAPPING_LOW, struct page_mapping, low)                      \
    F(MAPPING_HIGH, struct page_mapping, high)

enum layout_global {
#define X(name, variable) LAYOUT_AT_##name,
    GCRT_LAYOUT_GLOBALS(X)
#undef X
        LAYOUT_GLOBAL_COUNT
};

enum layout_number {
#define F(name, type, field) LAYOUT_##name,
#define S(name, type)        LAYOUT_##name##_BYTES,
#define V(name, value)       LAYOUT_##name,
    GCRT_LAYOUT_NUMBERS(F, S, V)
#undef F
#undef S
#undef V
        LAYOUT_NUMBER_COUNT
};

enum { LAYOUT_STATUS_COUNT = 6, LAYOUT_REASON_COUNT_MAX = 32 };

enum layout_name_flag {
    LAYOUT_WAITING = 1,  /* of a status: it runs only when somebody wakes it */
    LAYOUT_ENDED = 2,    /* of a status */
    LAYOUT_MAY_LEAK = 1, /* of a wait reason: a goroutine that waits so may be leaked */
};

/* The text itself, not its address: it is there in a core without the program's file. "": no such code. */
struct layout_name {
    uint8_t flags;
    char text[LAYOUT_NAME_BYTES - 1];
};

struct gcrt_debug_layout {
    char magic[12];
    uint32_t version;
    uint64_t bytes; /* of all this */
    const volatile void *globals[LAYOUT_GLOBAL_COUNT];
    uint32_t numbers[LAYOUT_NUMBER_COUNT];
    struct layout_name statuses[LAYOUT_STATUS_COUNT], reasons[LAYOUT_REASON_COUNT_MAX];
};

#endif
