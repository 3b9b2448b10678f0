/* trace_packing.h: events as few bytes, by guessing.
 *
 * Packer and unpacker keep the same guesses and update them with every event, so that an event costs what the guess missed. The guesses
 * are forgotten where a block begins: each block unpacks alone. The first byte of an event is its tag:
 *
 *      7  6      3  2    0
 *    +---+--------+-------+    BIRTH
 *    | 1 |context | slot  |    context 0: the guessed successor of the ring's last two; 1 to 14: the nth of the recent; 15: zigzag to the last follows
 *    +---+--------+-------+    slot 0 to 5: guessed span, its next slot + n; 6: guessed span, zigzag varint to its next slot follows;
 *      7   6   5         0                7: zigzag varint of the span to the last so written, then as 6
 *    +---+---+------------+
 *    | 0 | 0 |   code     |    a form of its own: TIME, SPAN_RELEASE, DEATHS, GO_*; code 2 is TIME with a change of ring
 *    +---+---+------------+
 *    | 0 | 1 |   kind     |    any event: varint argument, varint words << 1 | plain, payload as varints or (plain) as 8 bytes a word
 *    +---+---+------------+
 *
 * Why these guesses: docs/design/trace-format.md. To the byte: docs/formats/gctrace.md.
 */
#ifndef TRACER_FORMAT_TRACE_PACKING_H
#define TRACER_FORMAT_TRACE_PACKING_H

#include <stddef.h>
#include <stdint.h>

#include "tracer/format/rings.h"
#include "tracer/format/trace_file.h"

enum {
    TRACE_GUESS_RECENT = 14,
    TRACE_GUESS_TABLE_BITS = 12,
    TRACE_GUESS_TABLE = 1 << TRACE_GUESS_TABLE_BITS,
    TRACE_GUESS_WAITS = 1024,
    TRACE_SLOT_NEAR = 6,
};

struct trace_guess_wait {
    uint64_t object;
    uint32_t context;
    uint8_t reason;
};

/* All zero where a block begins. */
struct trace_guesses {
    uint64_t time_ns;
    uint64_t span; /* the last written in full */
    uint32_t ring;
    uint32_t recent[TRACE_GUESS_RECENT]; /* contexts that the successor table missed, latest first */
    struct {
        uint32_t context, context_before; /* of its last two births */
        uint64_t goroutine;               /* that its last GO_* event named */
    } rings[RINGS_COUNT_MAX];
    uint32_t successors[TRACE_GUESS_TABLE];           /* by ring and last two contexts: the context that came next */
    uint32_t spans[TRACE_GUESS_TABLE];                /* by ring and context: the span of its last birth */
    uint16_t slots[TRACE_GUESS_TABLE];                /* by span: one past the slot of its last birth */
    struct trace_guess_wait waits[TRACE_GUESS_WAITS]; /* by goroutine: its last */
};

void trace_guesses_reset(struct trace_guesses *guesses);

/* Each writes at most 32 bytes, and ten more for a payload word, and returns the end. */
uint8_t *trace_pack_segment(struct trace_guesses *guesses, uint8_t *to, uint32_t ring, uint64_t time_ns);
uint8_t *trace_pack_birth(struct trace_guesses *guesses, uint8_t *to, uint64_t word);
uint8_t *trace_pack_event(struct trace_guesses *guesses, uint8_t *to, uint64_t word, const uint64_t *payload,
                          uint32_t words);

enum {
    TRACE_UNPACK_SLACK = 64, /* readable bytes behind the packed ones */
};

struct trace_unpacker {
    const uint8_t *next, *end; /* TRACE_UNPACK_SLACK bytes behind `end` can be read */
    struct trace_guesses guesses;
    uint64_t payload[TRACE_PAYLOAD_WORDS_MAX];
};

struct trace_event;

void trace_unpacker_reset(struct trace_unpacker *unpacker, const uint8_t *bytes, size_t size);

/* 1 and an event; 0 at the end; -1 and in `ret_reason` (a constant text) what makes no sense, after which the rest cannot be read. */
int trace_unpack_next(struct trace_unpacker *unpacker, struct trace_event *ret_event, const char **ret_reason);

#endif
