/* heap_file.h: what a .gcheap file holds: a program at one instant. docs/formats/gcheap.md is the specification.
 *
 * The frame is that of a trace (trace_file.h): the same block headers, checksums, notes, contexts, symbols, gaps and end, so that one reader finds
 * the whole blocks of either, and one repair serves both. The file header has its own magic. Blocks of its own, in this order:
 *
 *     NOTES  NAMES  TYPES  MODULES  CONTEXTS  OBJECTS...  ROOTS...  GOROUTINES...  SYMBOLS  END
 *
 * This header is shared by the writer inside the dumped program (tracer/dump, C library only) and by the reader, so it holds constants alone.
 * Numbers in payloads are varints (varint.h), s: zigzag; texts are varint length and bytes.
 *
 *  NAMES       entry: table, code, flags, text
 *  TYPES       entry: id, size, flags, text name
 *  MODULES     entry: bias, start, end, build id length and bytes, text path
 *  OBJECTS     run:    base address of the span / 4096, slot bytes, slot count, type, then objects until 0
 *              object: slot + 1 (the first of a run), or slot - slot of the object before;
 *                      context of its birth, cycle of its birth (0: not known), then edges until 0
 *              edge:   offset of the word / 8 + 1 (the first of an object), or offset / 8 - that of the edge before;
 *                      kind (enum heap_edge), s (address of the target's slot - address of the object's slot) / 16
 *              A run whose span and first slot are those of the last object goes on with the edges of that.
 *  ROOTS       entry: kind (enum heap_root), owner, s address of the word - that of the entry before, interior (0 or 1),
 *                     s (address of the target's slot - that of the entry before) / 16
 *  GOROUTINES  entry: id, creator, status code, wait reason code, ns it has been waiting, address of its function,
 *                     stack low, stack high - low, frame count, for each s pc - pc of the frame before,
 *                     wait count, for each the address waited for, text name, text site
 *
 * 'Before' is within the same block; before the first stands 0. Frames are return addresses, innermost first.
 */
#ifndef TRACER_FORMAT_HEAP_FILE_H
#define TRACER_FORMAT_HEAP_FILE_H

#define HEAP_FILE_MAGIC "\x89GCHEAP\n"
enum {
    HEAP_VERSION_MAJOR = 1,
    HEAP_VERSION_MINOR = 0,
    HEAP_GRAIN_BYTES = 16,        /* slots begin at multiples of it */
    HEAP_SPAN_GRAIN_BYTES = 4096, /* and spans at multiples of this */
    HEAP_FRAMES_MAX = 128,        /* of a goroutine */
    HEAP_WAITS_MAX = 1024,        /* likewise */
};

/* Kinds of blocks, beside those of trace_file.h. */
enum heap_block_kind {
    HEAP_BLOCK_NAMES = 16,
    HEAP_BLOCK_TYPES = 17,
    HEAP_BLOCK_MODULES = 18,
    HEAP_BLOCK_OBJECTS = 19,
    HEAP_BLOCK_ROOTS = 20,
    HEAP_BLOCK_GOROUTINES = 21,
};

enum heap_name_table {
    HEAP_NAMES_STATUS = 1,      /* of goroutines; flags: enum heap_status_flag */
    HEAP_NAMES_WAIT_REASON = 2, /* flags: 1 when a goroutine that waits so may be leaked */
};

enum heap_status_flag {
    HEAP_STATUS_WAITING = 1, /* it runs only when somebody wakes it */
    HEAP_STATUS_ENDED = 2,
};

/* How a word of an object points to another. */
enum heap_edge {
    HEAP_EDGE_PRECISE,      /* a declared pointer, to the begin of an object */
    HEAP_EDGE_INTERIOR,     /* a declared pointer into an object */
    HEAP_EDGE_CONSERVATIVE, /* a word that may be a pointer */
    HEAP_EDGE_WEAK,         /* does not keep its target */
    HEAP_EDGE_COUNT,
};

/* Where a root word lies. */
enum heap_root {
    HEAP_ROOT_DATA,      /* .data and .bss of a loaded object: MODULES tell which */
    HEAP_ROOT_ADDED,     /* gcrt_root_add() */
    HEAP_ROOT_STACK,     /* owner: id of the goroutine */
    HEAP_ROOT_REGISTER,  /* saved registers of a goroutine; owner: its id */
    HEAP_ROOT_RECORD,    /* argument and hand-over words of a goroutine; owner: its id */
    HEAP_ROOT_THREAD,    /* the stack of who called gcrt_run */
    HEAP_ROOT_TIMER,     /* an armed timer's argument */
    HEAP_ROOT_UNSCANNED, /* writable memory that the collector does not look at: no root, evidence alone */
    HEAP_ROOT_COUNT,
};

#endif
