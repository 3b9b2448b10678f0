/* remote.h: what the parts of remote/ share: a program's memory, how to read it, and the snapshot that is being made.
 *
 * Nothing that is read is believed: records are read with the size that the layout table tells, fields are looked up within it, lists end after
 * as many steps as there can be entries, counts are bounded by what the memory could hold.
 */
#ifndef GCTOOL_REMOTE_REMOTE_H
#define GCTOOL_REMOTE_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "gctool/model/snapshot.h"
#include "gctool/process/layout.h"
#include "gctool/process/memory.h"
#include "gctool/remote/heap_image.h"

enum { RECORD_BYTES_MAX = 1024, REMOTE_LIST_MAX = 1 << 24 };

/* Of a goroutine that waits: who has a pointer to it can wake it (runtime/inspect_stacks.h), so words that point there are told. */
struct waiting_stack {
    uint64_t low, high, goroutine; /* id */
};

struct remote {
    const struct memory *memory;
    struct layout layout;
    struct heap_image heap;
    struct waiting_stack *stacks; /* by address */
    size_t stack_count, stack_capacity;
    struct snapshot_builder *builder;
    struct snapshot *snapshot;
    uint64_t unread_objects, unread_roots, unread_goroutines; /* objects; pages; records */
    uint64_t guessed_types; /* whose words are all taken for pointers, for want of their description */
};

/* A struct of the program. */
struct record {
    uint64_t address;
    uint32_t size;
    uint8_t bytes[RECORD_BYTES_MAX];
};

/* False: it cannot be read, or is larger than any record that is known. */
[[nodiscard]] bool remote_record(const struct remote *remote, uint64_t address, enum layout_number size,
                                 struct record *ret_record);
uint64_t record_u64(const struct remote *remote, const struct record *record, enum layout_number offset);
uint32_t record_u32(const struct remote *remote, const struct record *record, enum layout_number offset);
uint8_t record_u8(const struct remote *remote, const struct record *record, enum layout_number offset);

/* A word of 8 or 4 bytes of memory; 0 when it cannot be read. */
uint64_t remote_u64(const struct remote *remote, uint64_t address);
uint32_t remote_u32(const struct remote *remote, uint64_t address);

/* The stack that an address lies on, or NULL. */
const struct waiting_stack *remote_stack_at(const struct remote *remote, uint64_t address);

/* What a pointer points to: an object, or the stack of one who waits. 0: neither. */
uint64_t remote_target(const struct remote *remote, uint64_t word);

/* Before the other parts. */
[[nodiscard]] int remote_stacks(struct remote *remote);

/* The parts. 0, -ENOMEM. What cannot be read is counted. */
[[nodiscard]] int remote_objects(struct remote *remote);
[[nodiscard]] int remote_roots(struct remote *remote);
[[nodiscard]] int remote_unscanned(struct remote *remote);
[[nodiscard]] int remote_goroutines(struct remote *remote);
[[nodiscard]] int remote_modules(struct remote *remote);

/* Words of [low, high) that point to objects, as roots. */
[[nodiscard]] int remote_root_words(struct remote *remote, uint64_t low, uint64_t high, enum heap_root kind,
                                    uint64_t owner);
/* Words that lie in no memory: registers. */
[[nodiscard]] int remote_root_registers(struct remote *remote, const struct user_regs_struct *registers,
                                        uint64_t owner);

#endif
