/* stacks.h: from a context number to the call stack it stands for, in the words of the source.
 *
 *     context 9 = { pc 0x4711, parent 5 } -> context 5 = { pc 0x4200, parent 1 } -> ... -> parent 0: the outermost frame
 *     pc 0x4711 = { parse_item  json.c:42  inlined } , { parse_list  json.c:80 }        innermost first
 *
 * The place of a context is its innermost frame that is not the runtime's own: who asked, in one line; where there is none, what was asked:
 * the innermost public function. Two contexts with the same place are one line of a ranking.
 *
 * Trust: contexts and frames may come from a damaged file: a walk follows parents only downwards in number (a parent is interned before its
 * child), so it ends.
 */
#ifndef GCTOOL_MODEL_STACKS_H
#define GCTOOL_MODEL_STACKS_H

#include "gctool/model/key_index.h"
#include "gctool/model/texts.h"

#include <stdbool.h>

struct stack_frame {
    const char *function; /* NULL unknown */
    const char *file;     /* NULL unknown */
    const char *module;   /* path of the loaded object, NULL unknown */
    uint64_t pc;          /* as recorded: a return address, or where a function starts */
    uint64_t module_pc;   /* in the module's file */
    uint32_t line;        /* 0 unknown */
    bool inlined;         /* into the frame that follows it */
};

struct stack_context {
    uint64_t pc;
    uint32_t parent;
    uint32_t place; /* plus one; 0 not asked yet */
};

/* A loaded object of the recorded program. */
struct stack_module {
    uint64_t bias, start, end; /* addresses [start, end) are its code and data, at `bias` from those in its file */
    const char *path;
};

struct stack_frames {
    struct stack_frame *items;
    size_t count;
};

struct stacks {
    struct stack_context *contexts;
    size_t context_count, context_capacity;

    struct stack_frames *frame_sets;
    size_t frame_set_count, frame_set_capacity;
    struct key_index by_pc;

    struct stack_module *modules;
    size_t module_count, module_capacity;

    struct texts texts; /* of all frames and modules */

    const char *runtime_source;  /* begins with the folder of the runtime's source; NULL: not known */
    size_t runtime_source_bytes; /* of that folder */

    struct stack_frame *places; /* places[0] is 'unknown' */
    size_t place_count, place_capacity;
    struct key_index by_place; /* (hash of function, file; line) */
};

enum {
    STACK_PLACE_UNKNOWN = 0,
    STACK_CONTEXTS_MAX = 1 << 23,
    STACK_DEPTH_MAX = 1024,
};

/* Defines a context. -EINVAL: number or parent out of range. */
[[nodiscard]] int stacks_add_context(struct stacks *stacks, uint32_t context, uint32_t parent, uint64_t pc);

/* Names the object that lies at [start, end). */
[[nodiscard]] int stacks_add_module(struct stacks *stacks, uint64_t bias, uint64_t start, uint64_t end,
                                    const char *path);

/* Gives the frames of a pc, innermost first; their strings are copied, their modules found. The first that is given stays. */
[[nodiscard]] int stacks_add_frames(struct stacks *stacks, uint64_t pc, const struct stack_frame *frames, size_t count);

/* Calls each() from the innermost frame outwards, inlined ones included, until it returns false. A pc without symbols is one frame
 * without names; the mark of a stack cut short has pc 0. */
void stacks_visit(const struct stacks *stacks, uint32_t context,
                  bool (*each)(const struct stack_frame *frame, void *argument), void *argument);

/* The frames of one pc; `*ret_count` 0 when there are none. */
const struct stack_frame *stacks_frames_of(const struct stacks *stacks, uint64_t pc, size_t *ret_count);

/* The place of a context: an index into places, STACK_PLACE_UNKNOWN when nothing is known. Out of memory: unknown too. */
uint32_t stacks_place(struct stacks *stacks, uint32_t context);

/* The frame that a place is; good until the next place is found. */
const struct stack_frame *stacks_place_frame(const struct stacks *stacks, uint32_t place);

/* Whether the frame is the runtime's own: in libgcrt; or, in a static program, one of its public functions or from a file beside that of
 * goroutine_main(), which is at the end of every goroutine's stack. */
bool stack_frame_is_runtime(const struct stacks *stacks, const struct stack_frame *frame);

/* Writes 'function file:line', or what of it is known, or the address. Always terminated. */
void stack_frame_describe(const struct stack_frame *frame, char *ret_text, size_t text_bytes);

/* The last part of a path. */
const char *path_last_part(const char *path);

void stacks_free(struct stacks *stacks);

#endif
