/* trace_reader.h: reads a .gctrace file (docs/formats/gctrace.md) from the first event to the last.
 *
 * Nothing in a file is trusted. Damage is not an error: the reader skips to the next whole block, goes on, and says afterwards what was
 * missing (trace_reader_completeness). Errors are: no such file, not a trace, a version of the future, a read that failed, no memory.
 *
 * Works on what cannot seek (pipes). Contexts are known before the first event that names them. Symbols stand at the end of a file, so
 * they are known only once trace_reader_next() has returned 0, and a truncated file has none.
 *
 * Memory: a few blocks; 16 bytes a context (at most 2^23 of them); the symbols (at most TRACE_SYMBOL_BYTES_MAX).
 */
#ifndef TRACER_FORMAT_TRACE_READER_H
#define TRACER_FORMAT_TRACE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer/format/events.h"
#include "tracer/format/rings.h"
#include "tracer/format/trace_file.h"

struct error;
struct trace_input;
struct trace_reader;

/* An event as its recorder wrote it: the accessors of events.h apply to `word`. EVENT_TIME itself is not given: it is in `time_ns`. */
struct trace_event {
    uint64_t word;
    uint64_t time_ns;        /* since the recording began: of the segment */
    uint32_t worker;         /* number of the ring, below RINGS_COUNT_MAX */
    uint32_t payload_words;  /* at most TRACE_PAYLOAD_WORDS_MAX; never fewer than events.h says for the kind */
    const uint64_t *payload; /* valid until the next call */
};

/* A part of the file that could not be read, or that a repair has left out. */
struct trace_gap {
    uint64_t offset;         /* in this file */
    uint64_t bytes;          /* of the file that were left out */
    uint64_t missing_blocks; /* by the blocks' numbers; 0: not known */
    uint64_t from_ns, to_ns; /* nothing is known of what happened in between */
    const char *reason;      /* why: a constant text, as 'checksum does not match' */
};
enum { TRACE_GAPS_NAMED_MAX = 64 };

struct trace_completeness {
    bool whole; /* all of the below says so: ended, no gap, nothing lost */
    struct trace_file_header header;

    bool has_end;         /* the writer finished the file; else it was killed, or the file was cut */
    struct trace_end end; /* how the recording ended, when has_end */

    bool truncated;            /* no end block: the file stops at truncated_offset, unused_bytes before its last byte */
    uint64_t truncated_offset; /* where the last whole block ends */
    uint64_t unused_bytes;     /* of a block that is not whole */

    bool header_damaged;     /* the file header's checksum does not match: start and pid may be wrong */
    uint64_t trailing_bytes; /* after the end block */

    uint64_t gap_count; /* the first TRACE_GAPS_NAMED_MAX are in `gaps` */
    uint64_t gap_bytes, missing_blocks;
    struct trace_gap gaps[TRACE_GAPS_NAMED_MAX];

    uint64_t lost_events; /* dropped while recording: events of kind LOST, and what the end block adds */

    uint64_t skipped_blocks; /* of kinds that a later minor version has: of no importance to this one */
    uint64_t file_bytes, blocks, events, contexts, symbols;
    uint64_t first_ns, last_ns;
};

/* `path` "-" is standard input. 0, or negative with `reterr`. */
[[nodiscard]] int trace_reader_open(const char *path, struct trace_reader **ret_reader, struct error *reterr);

/* The same from an open descriptor; takes it, also on failure. `name` is for messages. */
[[nodiscard]] int trace_reader_open_fd(int take_fd, const char *name, struct trace_reader **ret_reader,
                                       struct error *reterr);

/* The same from memory, borrowed while the reader lives. */
[[nodiscard]] int trace_reader_open_memory(const void *bytes, size_t size, struct trace_reader **ret_reader,
                                           struct error *reterr);

/* The same from an input (trace_input.h), which is taken, also on failure. */
[[nodiscard]] int trace_reader_open_input(struct trace_input *take_input, struct trace_reader **ret_reader,
                                          struct error *reterr);

/* 1 and the next event; 0 at the end; negative with `reterr`: the file could not be read on. */
[[nodiscard]] int trace_reader_next(struct trace_reader *reader, struct trace_event *ret_event, struct error *reterr);

const struct trace_file_header *trace_reader_header(const struct trace_reader *reader);

/* The text of the nth note of this name ("program", "argument" ...: docs/formats/gctrace.md), or NULL. Known after opening. */
const char *trace_reader_note(const struct trace_reader *reader, const char *name, size_t nth);

/* The stack node; false, and node 0, when the file does not have it (so far). A parent is always smaller than its child, so walking
 * up ends. */
bool trace_reader_context(const struct trace_reader *reader, uint32_t id, struct ring_context *ret_node);

/* One more than the greatest context known so far. */
uint32_t trace_reader_context_count(const struct trace_reader *reader);

/* The frames of a pc exactly as it stands in a context, innermost (inlined) first; count 0: not known. Valid until the reader is
 * closed, when asked after the last event. */
size_t trace_reader_symbol(struct trace_reader *reader, uint64_t pc, const struct trace_frame **ret_frames);

/* What is known so far; final once trace_reader_next() has returned 0 or an error. Valid while the reader is. */
const struct trace_completeness *trace_reader_completeness(struct trace_reader *reader);

/* NULL is nothing. */
void trace_reader_close(struct trace_reader *take_reader);
void trace_reader_closep(struct trace_reader **reader);

#endif
