/* sample_trace.h: traces made in memory, whole or hand-made byte by byte.
 *
 *     struct sample_writer writer = sample_open();           by the real writer:
 *     sample_event(&writer, 0, word, payload, words);          events ...
 *     struct sample_trace trace = sample_finish(&writer);      a whole file
 *
 *     sample_append_block(&trace, header, payload);          by hand: any header, with the checksum that fits
 *     sample_reseal(&trace);                                 after bytes were changed: checksums fit again
 *
 * What cannot be made aborts: a test that cannot be set up has failed.
 */
#ifndef TESTS_SUPPORT_SAMPLE_TRACE_H
#define TESTS_SUPPORT_SAMPLE_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "tracer/format/events.h"
#include "tracer/format/trace_writer.h"

struct sample_trace {
    uint8_t *bytes;
    size_t size;
};

/* What was written, plainly: for each event its ring, its time, how many payload words, its head word, its payload. */
struct sample_log {
    uint64_t *words;
    size_t count, capacity;
};

struct sample_writer {
    struct trace_writer *trace;
    int fd;
    uint64_t times_ns[RINGS_COUNT_MAX];
    struct sample_log *log; /* NULL: not wanted */
};

struct sample_writer sample_open(void);

/* One event of a ring: its head word and its payload. */
void sample_event(struct sample_writer *writer, uint32_t ring, uint64_t word, const uint64_t *payload, size_t words);
void sample_time(struct sample_writer *writer, uint32_t ring, uint64_t time_ns);

/* A text as payload words, from payload[0]; returns the words it takes. */
size_t sample_text(uint64_t *payload, const char *text);

struct sample_trace sample_finish(struct sample_writer *take_writer);
struct sample_trace sample_abandon(struct sample_writer *take_writer);

/* A small recording of every kind of event, with stacks, symbols and an orderly end. */
struct sample_trace sample_story(void);

/* The example of docs/formats/gctrace.md: a span, three births, two deaths, a wait, twice. */
struct sample_trace sample_tiny(void);

/* `events` events of every kind with any values, contexts and symbols of the same taste; the same for the same seed. `log`, if
 * not NULL, is appended to. */
struct sample_trace sample_noise(uint64_t seed, size_t events, struct sample_log *log);

/* A file header alone, of any version. */
struct sample_trace sample_header(uint16_t major, uint16_t minor);

/* Appends a block; number, sizes (plain when stored_bytes is 0) and checksum are made to fit. */
void sample_append_block(struct sample_trace *trace, struct trace_block_header header, const void *payload,
                         size_t size);

/* Where the nth block begins; the size of the file when it has no such block. Whole files only. */
size_t sample_block_at(const struct sample_trace *trace, size_t nth);

/* Computes anew the checksums of the file header and of all blocks that can be found, and lets blocks name this file. */
void sample_reseal(struct sample_trace *trace);

/* The same file with all payloads stored as they are, so that changed bytes reach those who read them. */
struct sample_trace sample_plain(const struct sample_trace *trace);

struct sample_trace sample_copy(const struct sample_trace *trace);
void sample_write_file(const struct sample_trace *trace, const char *path);
struct sample_trace sample_read_file(const char *path);
void sample_free(struct sample_trace *trace);

/* xorshift64* (Vigna 2016): the same numbers everywhere. `state` is not 0. */
uint64_t sample_random(uint64_t *state);

#endif
