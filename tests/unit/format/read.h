/* read.h: a sample read to its end, for the tests of the format. */
#ifndef TESTS_UNIT_FORMAT_READ_H
#define TESTS_UNIT_FORMAT_READ_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "support/sample_trace.h"
#include "tracer/format/trace_reader.h"

static inline struct trace_reader *read_open(const struct sample_trace *trace)
{
    struct trace_reader *reader;
    struct error error = {0};
    if (trace_reader_open_memory(trace->bytes, trace->size, &reader, &error) < 0)
        fail_msg("%s", error.message);
    return reader;
}

/* Reads all events; they must be those of the log, in its order, from its first on. `missing`: some of them may not be there. */
static inline size_t read_compare(struct trace_reader *reader, const struct sample_log *log, bool missing)
{
    struct trace_event event;
    size_t at = 0, events = 0;
    int code;
    while ((code = trace_reader_next(reader, &event, NULL)) > 0) {
        const uint64_t expected[] = {event.worker, event.time_ns, event.payload_words, event.word};
        for (;; at += 4 + log->words[at + 2]) {
            if (at >= log->count)
                fail_msg("event %zu was never written", events);
            if (memcmp(log->words + at, expected, sizeof expected) == 0 &&
                memcmp(log->words + at + 4, event.payload, event.payload_words * sizeof event.payload[0]) == 0)
                break;
            if (!missing)
                fail_msg("event %zu is not the one that was written", events);
        }
        at += 4 + log->words[at + 2];
        events++;
    }
    assert_int_equal(code, 0);
    if (!missing)
        assert_int_equal(at, log->count);
    return events;
}

/* Reads to the end and gives what the file lacks; the reader stays open. */
static inline const struct trace_completeness *read_all(struct trace_reader *reader)
{
    struct trace_event event;
    int code;
    while ((code = trace_reader_next(reader, &event, NULL)) > 0) {
    }
    assert_int_equal(code, 0);
    return trace_reader_completeness(reader);
}

/* The same of a file, as a copy. */
static inline struct trace_completeness read_completeness(const struct sample_trace *trace)
{
    struct trace_reader *reader = read_open(trace);
    struct trace_completeness completeness = *read_all(reader);
    trace_reader_close(reader);
    return completeness;
}

/* Invariant B1: every byte of the file is in the header, a whole block, a gap, or the rest. `kept` are the bytes of whole blocks. */
static inline void assert_all_bytes_told(const struct sample_trace *trace,
                                         const struct trace_completeness *completeness, uint64_t kept)
{
    assert_int_equal(completeness->file_bytes, trace->size);
    assert_int_equal(TRACE_FILE_HEADER_BYTES + kept + completeness->gap_bytes + completeness->unused_bytes +
                         completeness->trailing_bytes,
                     trace->size);
}

#endif
