/* trace_writer.h: writes a .gctrace file (docs/formats/gctrace.md), block by block.
 *
 * Events come as the words of a ring, in the one order that the file shall have. They are packed into an open block of bounded size;
 * a full block is compressed and appended with one write. What has been appended is readable whatever happens next.
 *
 * Memory: a few blocks, whatever the length of the recording.
 *
 * Errors stick: after a write that failed (disk full) the file is cut back to its last whole block and everything later is dropped and
 * counted. The functions go on returning 0 for events, so that a drainer goes on draining; trace_writer_error() and
 * trace_writer_finish() say what happened. One thread at a time.
 */
#ifndef TRACER_FORMAT_TRACE_WRITER_H
#define TRACER_FORMAT_TRACE_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "tracer/format/rings.h"
#include "tracer/format/trace_file.h"

struct error;
struct trace_writer;

struct trace_writer_options {
    uint64_t start_wall_ns;         /* CLOCK_REALTIME at which TIME counts from */
    uint32_t pid;                   /* of the recorded program */
    const struct trace_note *notes; /* what else is known: borrowed during the call */
    size_t note_count;
};

/* What was written, and what could not be. */
struct trace_writer_totals {
    uint64_t events, births, blocks, contexts, symbols;
    uint64_t raw_bytes;      /* packed */
    uint64_t file_bytes;     /* and compressed */
    uint64_t dropped_events; /* after an error */
    uint64_t invalid_words;  /* not an event: a kind that has no meaning, or a count that leaves the words given */
};

/* Creates (or empties) the file of `path` and writes header and notes. 0, or negative with `reterr`. */
[[nodiscard]] int trace_writer_open(const char *path, const struct trace_writer_options *options,
                                    struct trace_writer **ret_writer, struct error *reterr);

/* The same into an open descriptor, which may be a pipe; takes it, also on failure. `name` is for messages. */
[[nodiscard]] int trace_writer_open_fd(int take_fd, const char *name, const struct trace_writer_options *options,
                                       struct trace_writer **ret_writer, struct error *reterr);

/* Appends `count` words of `ring`: whole events as in the ring. EVENT_TIME sets the time of what follows in this call and in
 * later calls for the same ring. */
void trace_writer_words(struct trace_writer *writer, uint32_t ring, const uint64_t *words, size_t count);

/* Appends the nodes first .. first + count - 1; in order of id, each once, before an event that names them. */
void trace_writer_contexts(struct trace_writer *writer, uint32_t first, const struct ring_context *nodes, size_t count);

/* Appends what is known of addresses; in any order, normally once at the end. */
void trace_writer_symbols(struct trace_writer *writer, const struct trace_symbol *symbols, size_t count);

/* Closes the open block, so that all of the above is in the file. */
void trace_writer_flush(struct trace_writer *writer);

/* 0, or the first error (negative) with `reterr`. */
[[nodiscard]] int trace_writer_error(const struct trace_writer *writer, struct error *reterr);

void trace_writer_totals(const struct trace_writer *writer, struct trace_writer_totals *ret_totals);

/* Flushes, writes the end block and closes the file. 0, or the first error with `reterr`. The writer is gone in either case. */
[[nodiscard]] int trace_writer_finish(struct trace_writer *take_writer, const struct trace_end *end,
                                      struct error *reterr);

/* Closes the file without an end block: the recording was broken off. NULL is nothing. */
void trace_writer_abandon(struct trace_writer *take_writer);

#endif
