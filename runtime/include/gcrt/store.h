/* store.h: writing and reading pointers that the collector follows.
 *
 * gcrt_store() is the one way to write a pointer into the heap, into a global, or into another goroutine's stack, initialising stores
 * included. Only the writer's own frame is written plainly. The collector of this version stands the program still while it marks, so a
 * store needs no more than to be one undivided write; programs that keep to these calls go on to work when it marks beside them.
 */
#ifndef GCRT_STORE_H
#define GCRT_STORE_H

/* gcrt_store(slot, value): *slot = value; type-checked. Pairs with gcrt_load(): relaxed. */
#define gcrt_store(slot, value) \
    __atomic_store_n((slot), (__typeof__(*(slot)))GCRT_SAME_POINTER_(slot, value), __ATOMIC_RELAXED)

/* A relaxed read, for slots that other goroutines write. */
#define gcrt_load(slot) __atomic_load_n((slot), __ATOMIC_RELAXED)

/* Atomic, sequentially consistent. gcrt_exchange() returns the old value; gcrt_compare_exchange() whether it exchanged, and else leaves what it found in
 * *expected. */
#define gcrt_exchange(slot, value) \
    __extension__({ __atomic_exchange_n((slot), GCRT_SAME_POINTER_(slot, value), __ATOMIC_SEQ_CST); })
#define gcrt_compare_exchange(slot, expected, value)                                                          \
    __extension__({                                                                                           \
        __atomic_compare_exchange_n((slot), (expected), GCRT_SAME_POINTER_(slot, value), 0, __ATOMIC_SEQ_CST, \
                                    __ATOMIC_SEQ_CST);                                                        \
    })

/* struct node { GCRT_REF(struct node) next; }: a plain assignment to the field does not compile; gcrt_get() and gcrt_set() read and write it. */
#define GCRT_REF(type)  \
    struct {            \
        type *gcrt_ref; \
    }
#define gcrt_get(ref)        gcrt_load(&(ref)->gcrt_ref)
#define gcrt_set(ref, value) gcrt_store(&(ref)->gcrt_ref, (value))

/* Keeps the object to this point, whatever the optimiser does. */
#define gcrt_keep_alive(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

/* `value`, if a pointer of the slot's type could be compared with it: a wrong type is a warning, an integer an error. */
#define GCRT_SAME_POINTER_(slot, value) (1 ? (value) : *(slot))

#endif
