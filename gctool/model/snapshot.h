/* snapshot.h: a program at one instant: its heap as a graph, its roots, its goroutines. Live process, core and .gcheap file become this, and
 * every analysis works on this alone.
 *
 * Objects have dense numbers 0 .. object_count - 1 in order of address. What is known of all objects of a span stands with the span:
 *
 *     spans[]      | base, slot bytes, type, first object, objects |      in order of address, and so of first object
 *     slots[]      slot of each object in its span                        address = span base + slot * slot bytes
 *     births[]     context of its birth; 0 unknown
 *     birth_cycles[]
 *     edge_begin[] edges of object i are edges[edge_begin[i] .. edge_begin[i + 1])
 *
 * Invariants (snapshot_check): spans do not overlap and are sorted; slots of a span rise; targets, types and contexts exist; edge_begin rises.
 */
#ifndef GCTOOL_MODEL_SNAPSHOT_H
#define GCTOOL_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gctool/model/stacks.h"
#include "gctool/model/texts.h"
#include "tracer/format/heap_file.h"

struct error;

enum { SNAPSHOT_NONE = UINT32_MAX };

struct snapshot_type {
    const char *name; /* "" unknown */
    uint64_t size;    /* of one; 0 unknown */
    uint32_t flags;
};

struct snapshot_span {
    uint64_t base, slot_bytes;
    uint32_t slot_count, type; /* index into types */
    uint32_t first_object, object_count;
};

struct snapshot_edge {
    uint32_t target; /* object */
    uint32_t offset; /* of the word in the object, in words of 8 bytes */
    uint8_t kind;    /* enum heap_edge */
};

struct snapshot_root {
    uint64_t address; /* of the word */
    uint64_t owner;   /* id of a goroutine; else 0 */
    uint32_t target;  /* object */
    uint8_t kind;     /* enum heap_root */
    bool interior;
};

/* A word that points to the stack of a goroutine that waits; not one of its own. */
struct snapshot_stack_word {
    uint32_t object;    /* that holds it; SNAPSHOT_NONE: a root */
    uint32_t goroutine; /* index of the one whose stack it is */
    uint64_t owner;     /* of a root: as in snapshot_root */
    uint8_t kind;       /* enum heap_edge, or of a root enum heap_root */
};

enum { SNAPSHOT_BUILD_ID_BYTES = 64 };

/* A loaded object; its file is looked at for names of functions, globals and fields. */
struct snapshot_module {
    uint64_t bias, start, end; /* [start, end) are its mappings, at `bias` from the addresses in its file */
    uint8_t build_id[SNAPSHOT_BUILD_ID_BYTES];
    uint8_t build_id_bytes; /* 0: not known */
    const char *path;
};

struct snapshot_goroutine {
    uint64_t id, creator;
    uint64_t waiting_ns;
    uint64_t function;
    uint64_t stack_low, stack_high;
    const char *name, *site; /* NULL unknown */
    const char *status, *wait_reason;
    bool waiting; /* it runs only when somebody wakes it */
    bool ended;
    bool may_leak;                     /* its reason is one that can be a leak */
    uint32_t stack;                    /* a context, once snapshot_intern_stacks() has run; 0: none */
    uint32_t first_frame, frame_count; /* into frames: pcs, innermost first */
    uint32_t first_wait,
        wait_count; /* into waits: addresses of the objects waited for; none: a nil channel or an empty select */
};

struct snapshot {
    struct snapshot_type *types;
    size_t type_count, type_capacity;
    struct snapshot_span *spans;
    size_t span_count, span_capacity;

    uint32_t object_count;
    uint32_t *slots, *births, *birth_cycles;
    uint64_t *edge_begin; /* object_count + 1 */
    struct snapshot_edge *edges;
    size_t edge_count;

    struct snapshot_module *modules;
    size_t module_count, module_capacity;
    struct snapshot_root *roots;
    size_t root_count, root_capacity;
    struct snapshot_goroutine *goroutines; /* by id */
    size_t goroutine_count, goroutine_capacity;
    uint32_t *stack_order; /* indices of goroutines by address of their stacks, which do not overlap */
    struct snapshot_stack_word *stack_words; /* those of objects, by object; then those of roots, by owner */
    size_t stack_word_count, stack_word_capacity;
    uint64_t *frames;
    size_t frame_count, frame_capacity;
    uint64_t *waits;
    size_t wait_count, wait_capacity;

    struct stacks stacks; /* contexts of births, modules, names of addresses */
    struct texts texts;

    const char *program; /* path; NULL unknown */
    uint64_t pid, wall_ns, cycle;
    uint64_t dangling_edges; /* words that pointed to no object, left out: the file is damaged, or the heap */
    bool complete;           /* everything the source had is here */
};

/* ---- making one: spans in any order, each with its objects in order of slot; then roots, goroutines; then snapshot_finish() ---- */

struct snapshot_builder;

/* NULL: no memory. */
struct snapshot_builder *snapshot_builder_new(void);

/* What is being made, for its tables of types, stacks, texts, and its facts. */
struct snapshot *snapshot_builder_snapshot(struct snapshot_builder *builder);

/* Each: 0, -ENOMEM, or -EINVAL for what cannot be (then nothing is added). Targets are addresses of slots, or on
 * stacks; they are resolved at the end. */
[[nodiscard]] int snapshot_add_span(struct snapshot_builder *builder, uint64_t base, uint64_t slot_bytes,
                                    uint32_t slot_count, uint32_t type);
[[nodiscard]] int snapshot_add_object(struct snapshot_builder *builder, uint32_t slot, uint32_t birth,
                                      uint32_t birth_cycle);
[[nodiscard]] int snapshot_add_edge(struct snapshot_builder *builder, uint64_t offset_words, uint64_t target_address,
                                    enum heap_edge kind);
[[nodiscard]] int snapshot_add_type(struct snapshot *snapshot,
                                    const struct snapshot_type *type); /* 0 or -ENOMEM; type 0 is what is unknown */
[[nodiscard]] int snapshot_add_module(struct snapshot *snapshot,
                                      const struct snapshot_module *module); /* 0 or -ENOMEM */
[[nodiscard]] int snapshot_add_root(struct snapshot_builder *builder, const struct snapshot_root *root,
                                    uint64_t target_address);
[[nodiscard]] int snapshot_add_goroutine(struct snapshot_builder *builder, const struct snapshot_goroutine *goroutine,
                                         const uint64_t *frames, size_t frame_count, const uint64_t *waits,
                                         size_t wait_count);

/* Gives up; NULL is nothing. */
void snapshot_builder_free(struct snapshot_builder *take_builder);

/* Sorts, numbers and resolves. The builder is gone in either case. 0 or -ENOMEM. */
[[nodiscard]] int snapshot_finish(struct snapshot_builder *take_builder, struct snapshot **ret_snapshot);

/* Gives each goroutine its `stack`. 0 or -ENOMEM. */
[[nodiscard]] int snapshot_intern_stacks(struct snapshot *snapshot);

/* ---- asking ---- */

uint64_t snapshot_address(const struct snapshot *snapshot, uint32_t object);
const struct snapshot_span *snapshot_span_of(const struct snapshot *snapshot, uint32_t object);
uint64_t snapshot_bytes(const struct snapshot *snapshot, uint32_t object); /* of its slot */

/* The object whose slot holds the address, or SNAPSHOT_NONE. */
uint32_t snapshot_find(const struct snapshot *snapshot, uint64_t address);

/* The index of the goroutine on whose stack the address lies, or SNAPSHOT_NONE. */
uint32_t snapshot_find_stack(const struct snapshot *snapshot, uint64_t address);

const struct snapshot_goroutine *snapshot_find_goroutine(const struct snapshot *snapshot, uint64_t id);

bool snapshot_check(const struct snapshot *snapshot);

void snapshot_free(struct snapshot *take_snapshot);

#endif
