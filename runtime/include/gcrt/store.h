/* store.h: writing and reading pointers that the collector follows.
 *
 * gcrt_store() is the one way to write a pointer into the heap, into a global, or into another goroutine's stack, initialising stores
 * included. Only the writer's own frame is written plainly. While the collector marks, a store also tells it the old and the new value.
 */
#ifndef GCRT_STORE_H
#define GCRT_STORE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* gcrt_store(slot, value): *slot = value; type-checked; one undivided write, and a barrier for the compiler. Pairs with gcrt_load(). */
#define gcrt_store(slot, value) gcrt_store_word_((slot), GCRT_SAME_POINTER_(slot, value))

/* A relaxed read, for slots that other goroutines write. */
#define gcrt_load(slot) __atomic_load_n((slot), __ATOMIC_RELAXED)

/* Atomic, sequentially consistent. gcrt_exchange() returns the old value; gcrt_compare_exchange() whether it exchanged, and else leaves what it found in
 * *expected. */
#define gcrt_exchange(slot, value) ((__typeof__(*(slot)))gcrt_exchange_word_((slot), GCRT_SAME_POINTER_(slot, value)))
#define gcrt_compare_exchange(slot, expected, value) \
    gcrt_compare_exchange_word_((slot), (1 ? (expected) : (slot)), GCRT_SAME_POINTER_(slot, value))

/* struct node { GCRT_REF(struct node) next; }: a plain assignment to the field does not compile; gcrt_get() and gcrt_set() read and write it. */
#define GCRT_REF(type)  \
    struct {            \
        type *gcrt_ref; \
    }
#define gcrt_get(ref)        gcrt_load(&(ref)->gcrt_ref)
#define gcrt_set(ref, value) gcrt_store(&(ref)->gcrt_ref, (value))

/* Keeps the object to this point, whatever the optimiser does. */
#define gcrt_keep_alive(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

/* ---- how they are made ---- */

/* `value`, if a pointer of the slot's type could be compared with it: a wrong type is a warning, an integer an error. */
#define GCRT_SAME_POINTER_(slot, value) (1 ? (value) : *(slot))

void *gcrt_exchange_word_(void *slot, const volatile void *value);
bool gcrt_compare_exchange_word_(void *slot, void *expected, const volatile void *value);

/* The store block. This is ABI: the handler of the stop signal knows it by its bytes, and sets a thread that it finds between the test and the
 * store back to the test, so that the flag of each store that is done was seen since the last stop. Nothing in the block changes an operand.
 *
 *        80 ..        cmpb  $0, (flag)             1:
 *        0f 85 rel32  jne   2f                         also the bytes: pinned to six
 *        48 89 ..     movq  value, (slot)
 *                                                  3:
 *     elsewhere in the section:                    2:  step over the red zone, push value and slot,
 *                                                      gcrt_barrier_slow() tells the collector and stores, keeping all registers but flags
 *
 * The flag's address comes out of the global offset table, for an executable could otherwise get a flag of its own by a copy relocation; the
 * asm is not volatile, so that it leaves loops. */
static inline __attribute__((always_inline)) void gcrt_store_word_(void *slot, const volatile void *value)
{
    const char *flag;
    __asm__("movq gcrt_barrier_flag@GOTPCREL(%%rip), %0" : "=r"(flag));
    __asm__ volatile("cmpb $0, (%0)\n\t"
                     ".byte 0x0f, 0x85\n\t"
                     ".long 2f - . - 4\n\t"
                     "movq %2, (%1)\n"
                     "3:\n\t"
                     ".subsection 1\n"
                     "2:\tleaq -128(%%rsp), %%rsp\n\t"
                     "pushq %2\n\t"
                     "pushq %1\n\t"
                     "call *gcrt_barrier_slow@GOTPCREL(%%rip)\n\t"
                     "leaq 144(%%rsp), %%rsp\n\t"
                     "jmp 3b\n\t"
                     ".previous"
                     :
                     : "r"(flag), "r"(slot), "r"(value)
                     : "memory", "cc");
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
