/* memory.h: allocating objects, and what keeps them.
 *
 * An object lives while a pointer to it or into it is found from the roots: .data and .bss of every loaded object, stacks and registers of
 * goroutines, the stack of gcrt_run's caller, arguments of goroutines and timers, gcrt_root_add(). NOT malloc memory, thread-locals and other
 * mappings. In roots and in conservative objects a pointer just behind the end keeps it, too. Objects never move. Memory is zero. Callers
 * are goroutines. Libraries may be loaded at any time, but not unloaded while goroutines run.
 *
 * Out of memory: a collection, then a report on stderr and exit status 2; the gcrt_try_ forms return NULL instead. So they do when
 * the size overflows.
 */
#ifndef GCRT_MEMORY_H
#define GCRT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include <gcrt/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

void *gcrt_new(const struct gcrt_type *type);
void *gcrt_new_array(const struct gcrt_type *element, size_t count);
void *gcrt_new_tail(const struct gcrt_type *type, size_t tail_count); /* a type of GCRT_TYPE_TAIL */
void *gcrt_new_bytes(size_t size);                                    /* never scanned; aligned to 16 */
void *gcrt_new_conservative(size_t size);                             /* every word may be a pointer */

void *gcrt_try_new(const struct gcrt_type *type);
void *gcrt_try_new_array(const struct gcrt_type *element, size_t count);
void *gcrt_try_new_tail(const struct gcrt_type *type, size_t tail_count);
void *gcrt_try_new_bytes(size_t size);

/* memmove of `count` objects described by `type`, with barriers. */
void gcrt_copy(void *destination, const void *source, const struct gcrt_type *type, size_t count);

/* [address, address + size) is scanned as if each aligned word in it might be a pointer, until it is removed. Adding an address again replaces
 * its size. No memory for the table: a report and exit status 2. Any thread, any time. */
void gcrt_root_add(void *address, size_t size);
void gcrt_root_remove(void *address);

/* malloc and free for memory that is a root. Zero. NULL: no memory. Any thread. */
void *gcrt_root_alloc(size_t size);
void gcrt_root_free(void *memory);

/* A full cycle: returns when everything unreachable at the call has been freed. */
void gcrt_collect(void);

struct gcrt_stats {
    uint64_t cycle_count;    /* collections done */
    uint64_t heap_bytes;     /* what survived the last one and was handed out since, in slots */
    uint64_t goal_bytes;     /* the next one begins here */
    uint64_t marked_objects; /* survivors of the last one */
    uint64_t marked_bytes;
    uint64_t span_bytes; /* address space that spans occupy now */
    uint64_t stop_count; /* stops of the world, and how long they took */
    uint64_t stop_total_ns;
    uint64_t stop_longest_ns;
    uint64_t stop_signal_count; /* threads that had to be stopped by a signal */
};
/* Any thread. The fields are each right, at slightly different instants. */
void gcrt_stats_read(struct gcrt_stats *ret_stats);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
