/* inspect.h: what the runtime shows of itself to who writes it down: the heap dump and the crash reporter.
 *
 * The one header that they include beside observe.h. Everything is read-only, calls no malloc and takes no lock, and is meant for a moment in
 * which nothing else of the program runs: in a child made by _Fork() while the world stood, or after a fatal signal.
 */
#ifndef RUNTIME_OBSERVE_INSPECT_H
#define RUNTIME_OBSERVE_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inspect_type {
    uint32_t id;
    uint32_t flags; /* enum kind_shape */
    uint64_t size;
    const char *name;
};

struct inspect_span {
    uint64_t base, slot_bytes;
    uint32_t span, incarnation; /* as in observe.h */
    uint32_t slot_count, type;
    const uint64_t *live; /* one bit a slot: allocated, handed out, and not known to be dead; valid during the call */
};

/* A word that points to an object; `target` is the address of its slot. Or to the stack of another goroutine, which waits: then `target` is
 * what the word says. */
struct inspect_edge {
    const void *word;
    uintptr_t target;
    bool interior, conservative, weak;
};

/* A root word. kind and owner as in tracer/format/heap_file.h, enum heap_root. */
struct inspect_root {
    const void *word;
    uintptr_t target;
    uint64_t owner;
    uint8_t kind;
    bool interior;
};

struct inspect_goroutine {
    const void *record; /* for waits() */
    uint64_t id, creator;
    uint8_t status, wait_reason;
    uint64_t waiting_ns;
    uintptr_t function, stack_low, stack_high;
    uintptr_t frame, pc; /* where a walk by frame pointers begins; 0: it runs */
    const char *name, *site;
};

/* Flags of statuses: as tracer/format/heap_file.h, enum heap_status_flag. */
enum { INSPECT_STATUS_WAITING = 1, INSPECT_STATUS_ENDED = 2 };

struct inspect_name {
    uint8_t code;
    uint8_t flags; /* of a wait reason: 1, a goroutine that waits so may be leaked */
    const char *text;
};

struct inspector {
    /* Brings the heap's books up to date, so that what is told below is exact. In a child made for a dump alone: it changes the heap. */
    void (*settle)(void);
    void (*statuses)(void (*each)(const struct inspect_name *, void *), void *context);
    void (*wait_reasons)(void (*each)(const struct inspect_name *, void *), void *context);
    void (*types)(void (*each)(const struct inspect_type *, void *), void *context);
    void (*spans)(void (*each)(const struct inspect_span *, void *), void *context);
    /* The words of one live object that point to objects. */
    void (*edges)(const struct inspect_span *span, uint32_t slot, void (*each)(const struct inspect_edge *, void *),
                  void *context);
    void (*roots)(void (*each)(const struct inspect_root *, void *), void *context);
    void (*goroutines)(void (*each)(const struct inspect_goroutine *, void *), void *context);
    /* The addresses that a waiting goroutine waits for: several channels in a select, one mutex ... */
    void (*waits)(const void *record, void (*each)(uintptr_t object, void *), void *context);
    /* Memory that need not be searched for words: the runtime's own, whose words are nobody's pointers, and data of loaded objects, which
     * roots() tells. Ranges of whole words, in any order. */
    void (*searched_memory)(void (*each)(uintptr_t low, uintptr_t high, void *), void *context);
    /* What a word of the program points to: an object, to its begin, into it or just behind it, or a stack as above; false: neither. */
    bool (*resolve)(uintptr_t word, uintptr_t *ret_target, bool *ret_interior);
    uint64_t (*cycle)(void);
    /* Stops the world, calls _Fork(), lets it go on. Returns as _Fork() does, or -EBUSY when the run is over. On the thread of gcrt_run. */
    int (*fork)(uint64_t *ret_stop_ns);

    /* After a fatal signal. The goroutine of the calling thread; its pc is where the outermost frame returns to; false: it runs none. */
    bool (*current)(struct inspect_goroutine *ret_goroutine);
    /* What a word is to the heap: 'node 0x7f0000002040, slot 2 of span 1, allocated, marked'; false: no address of the heap. */
    bool (*describe)(uintptr_t word, char *ret_text, size_t bytes);
    /* Stops the others, for ever, as far as they come to stand within about `timeout_ns`. */
    void (*freeze)(int64_t timeout_ns);
};

extern const struct inspector gcrt_inspector;

#endif
