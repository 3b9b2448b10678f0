/* trace_pack.c: words of a ring -> bytes of a block. */
#include "tracer/format/trace_guess.h"
#include "tracer/format/varint.h"

void trace_guesses_reset(struct trace_guesses *guesses)
{
    memset(guesses, 0, sizeof *guesses);
}

uint8_t *trace_pack_segment(struct trace_guesses *guesses, uint8_t *to, uint32_t ring, uint64_t time_ns)
{
    *to++ = ring == guesses->ring ? EVENT_TIME : TRACE_TAG_RING;
    to = varint_write(to, zigzag_delta(time_ns, guesses->time_ns));
    if (ring != guesses->ring)
        to = varint_write(to, ring);
    guesses->time_ns = time_ns;
    guesses->ring = ring;
    return to;
}

/* The code of a context in a birth's tag; keeps the list of recent ones. */
static unsigned context_code(struct trace_guesses *guesses, uint32_t context, uint32_t successor_at)
{
    if (guesses->successors[successor_at] == context)
        return 0;
    for (uint32_t i = 0; i < TRACE_GUESS_RECENT; i++) {
        if (guesses->recent[i] == context) {
            trace_guess_recent(guesses, context, i);
            return i + 1;
        }
    }
    trace_guess_recent(guesses, context, TRACE_GUESS_RECENT - 1);
    return TRACE_CONTEXT_FULL;
}

uint8_t *trace_pack_birth(struct trace_guesses *guesses, uint8_t *to, uint64_t word)
{
    uint32_t span = event_word_span_id(word), slot = event_word_slot(word), context = event_word_context(word);
    uint32_t successor_at = trace_guess_successor_at(guesses), span_at = trace_guess_span_at(guesses, context);

    uint8_t *tag = to++;
    unsigned code = context_code(guesses, context, successor_at);
    if (code == TRACE_CONTEXT_FULL)
        to = varint_write(to, zigzag_delta(context, guesses->rings[guesses->ring].context));
    uint32_t next = *trace_guess_slot(guesses, span);
    unsigned slot_code;
    if (guesses->spans[span_at] != span) {
        slot_code = TRACE_SLOT_FULL;
        to = varint_write(to, zigzag_delta(span, guesses->span));
        to = varint_write(to, zigzag_delta(slot, next));
        guesses->span = span;
    } else if (slot - next < TRACE_SLOT_NEAR) {
        slot_code = slot - next;
    } else {
        slot_code = TRACE_SLOT_FAR;
        to = varint_write(to, zigzag_delta(slot, next));
    }
    *tag = (uint8_t)(TRACE_TAG_BIRTH | code << 3 | slot_code);
    trace_guess_after_birth(guesses, successor_at, span_at, span, slot, context);
    return to;
}

static uint8_t *pack_any(uint8_t *to, uint64_t word, const uint64_t *payload, uint32_t words)
{
    enum event_kind kind = event_word_kind(word);
    bool plain = trace_kind_words(kind) == EVENT_COUNTED; /* texts and bitmaps: zstd sees bytes, not shifted bits */
    *to++ = (uint8_t)(TRACE_TAG_ANY | kind);
    to = varint_write(to, event_word_argument(word));
    to = varint_write(to, (uint64_t)words << 1 | plain);
    if (plain) {
        memcpy(to, payload, words * sizeof payload[0]);
        return to + words * sizeof payload[0];
    }
    for (uint32_t i = 0; i < words; i++)
        to = varint_write(to, payload[i]);
    return to;
}

static uint8_t *pack_span(struct trace_guesses *guesses, uint8_t *to, uint64_t word, const uint64_t *payload,
                          uint32_t words)
{
    enum event_kind kind = event_word_kind(word);
    uint32_t span = event_word_span_id(word);
    *to++ = (uint8_t)kind;
    to = varint_write(to, zigzag_delta(span, guesses->span));
    to = varint_write(to, event_word_incarnation(word));
    guesses->span = span;
    if (kind == EVENT_DEATHS) {
        to = varint_write(to, words);
        memcpy(to, payload, words * sizeof payload[0]);
        to += words * sizeof payload[0];
    }
    return to;
}

static uint8_t *pack_goroutine(struct trace_guesses *guesses, uint8_t *to, uint64_t word, const uint64_t *payload)
{
    enum event_kind kind = event_word_kind(word);
    uint64_t goroutine = event_word_number(word), *last = &guesses->rings[guesses->ring].goroutine;
    *to++ = (uint8_t)kind;
    to = varint_write(to, zigzag_delta(goroutine, *last));
    *last = goroutine;
    if (kind != EVENT_GO_BLOCK)
        return to;

    struct trace_guess_wait *guess = trace_guess_wait(guesses, goroutine);
    struct trace_guess_wait wait = {payload[0], (uint32_t)payload[1], (uint8_t)event_word_small(word)};
    uint8_t missed = (uint8_t)((wait.reason != guess->reason ? TRACE_WAIT_REASON : 0) |
                               (wait.object != guess->object ? TRACE_WAIT_OBJECT : 0) |
                               (wait.context != guess->context ? TRACE_WAIT_CONTEXT : 0));
    *to++ = missed;
    if (missed & TRACE_WAIT_REASON)
        *to++ = wait.reason;
    if (missed & TRACE_WAIT_OBJECT)
        to = varint_write(to, zigzag_delta(wait.object, guess->object));
    if (missed & TRACE_WAIT_CONTEXT)
        to = varint_write(to, wait.context);
    *guess = wait;
    return to;
}

uint8_t *trace_pack_event(struct trace_guesses *guesses, uint8_t *to, uint64_t word, const uint64_t *payload,
                          uint32_t words)
{
    /* A form of its own is used when it gives back the very same word: a bit that has no meaning today is not lost. */
    enum event_kind kind = event_word_kind(word);
    switch (kind) {
    case EVENT_BIRTH:
        return trace_pack_birth(guesses, to, word);
    case EVENT_SPAN_RELEASE:
    case EVENT_DEATHS:
        if (word == event_word_span(kind, event_word_span_id(word), event_word_incarnation(word), words))
            return pack_span(guesses, to, word, payload, words);
        break;
    case EVENT_GO_RUN:
    case EVENT_GO_WAKE:
    case EVENT_GO_YIELD:
    case EVENT_GO_END:
        if (word == event_word_pair(kind, event_word_number(word), 0))
            return pack_goroutine(guesses, to, word, payload);
        break;
    case EVENT_GO_BLOCK:
        if (word == event_word_pair(kind, event_word_number(word), event_word_small(word)) && payload[1] <= UINT32_MAX)
            return pack_goroutine(guesses, to, word, payload);
        break;
    default:
        break;
    }
    return pack_any(to, word, payload, words);
}
