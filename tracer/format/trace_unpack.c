/* trace_unpack.c: bytes of a block -> events. Every byte may be hostile.
 *
 * Reading behind the end is allowed for as long as one event without its payload is (TRACE_UNPACK_SLACK), and seen before the event is
 * given out: one comparison an event instead of one a byte.
 */
#include "tracer/format/trace_guess.h"
#include "tracer/format/trace_reader.h"
#include "tracer/format/varint.h"

void trace_unpacker_reset(struct trace_unpacker *unpacker, const uint8_t *bytes, size_t size)
{
    trace_guesses_reset(&unpacker->guesses);
    unpacker->next = bytes;
    unpacker->end = bytes + size;
}

/* Each unpack_ function returns the byte after what it read, or NULL. */
static const uint8_t *unpack_birth(struct trace_guesses *guesses, const uint8_t *from, uint8_t tag, uint64_t *ret_word)
{
    uint32_t code = tag >> 3 & 15, slot_code = tag & 7;
    uint32_t successor_at = trace_guess_successor_at(guesses);
    uint64_t context = guesses->successors[successor_at], delta;
    if (code == TRACE_CONTEXT_FULL) {
        from = varint_read(from, &delta);
        if (from == NULL)
            return NULL;
        context = zigzag_apply(delta, guesses->rings[guesses->ring].context);
        if (context >= TRACE_CONTEXT_MAX)
            return NULL;
        trace_guess_recent(guesses, (uint32_t)context, TRACE_GUESS_RECENT - 1);
    } else if (code != 0) {
        context = guesses->recent[code - 1];
        trace_guess_recent(guesses, (uint32_t)context, code - 1);
    }

    uint32_t span_at = trace_guess_span_at(guesses, (uint32_t)context);
    uint64_t span = guesses->spans[span_at];
    if (slot_code == TRACE_SLOT_FULL) {
        from = varint_read(from, &delta);
        if (from == NULL)
            return NULL;
        span = zigzag_apply(delta, guesses->span);
        if (span >= 1u << EVENT_SPAN_BITS)
            return NULL;
        guesses->span = span;
    }
    uint64_t slot = *trace_guess_slot(guesses, (uint32_t)span);
    if (slot_code < TRACE_SLOT_NEAR) {
        slot += slot_code;
    } else {
        from = varint_read(from, &delta);
        if (from == NULL)
            return NULL;
        slot = zigzag_apply(delta, slot);
    }
    if (slot >= 1u << EVENT_SLOT_BITS)
        return NULL;
    trace_guess_after_birth(guesses, successor_at, span_at, (uint32_t)span, (uint32_t)slot, (uint32_t)context);
    *ret_word = event_word_birth((uint32_t)span, (uint32_t)slot, (uint32_t)context);
    return from;
}

static const uint8_t *unpack_segment(struct trace_guesses *guesses, const uint8_t *from, uint8_t tag)
{
    uint64_t delta, ring = guesses->ring;
    from = varint_read(from, &delta);
    if (from != NULL && tag == TRACE_TAG_RING)
        from = varint_read(from, &ring);
    if (from == NULL || ring >= RINGS_COUNT_MAX)
        return NULL;
    guesses->time_ns = zigzag_apply(delta, guesses->time_ns);
    guesses->ring = (uint32_t)ring;
    return from;
}

static const uint8_t *unpack_plain_payload(struct trace_unpacker *unpacker, const uint8_t *from, uint64_t words)
{
    if (from > unpacker->end || words * 8 > (size_t)(unpacker->end - from))
        return NULL;
    memcpy(unpacker->payload, from, words * 8);
    return from + words * 8;
}

static const uint8_t *unpack_any(struct trace_unpacker *unpacker, const uint8_t *from, unsigned kind,
                                 struct trace_event *event)
{
    uint64_t argument, words;
    if (kind == 0 || kind == EVENT_TIME)
        return NULL;
    from = varint_read(from, &argument);
    if (from == NULL || argument >> (64 - EVENT_KIND_BITS) != 0)
        return NULL;
    from = varint_read(from, &words);
    if (from == NULL)
        return NULL;
    bool plain = words & 1;
    words >>= 1;
    if (words > TRACE_PAYLOAD_WORDS_MAX)
        return NULL;
    event->word = event_word((enum event_kind)kind, argument);
    event->payload_words = (uint32_t)words;
    int expected = trace_kind_words(kind);
    if (expected == EVENT_COUNTED ? words != event_word_words(event->word)
                                  : expected >= 0 && words != (uint64_t)expected)
        return NULL;
    if (plain)
        return unpack_plain_payload(unpacker, from, words);
    for (uint64_t i = 0; i < words; i++) {
        if (from >= unpacker->end)
            return NULL;
        from = varint_read(from, &unpacker->payload[i]);
        if (from == NULL)
            return NULL;
    }
    return from;
}

static const uint8_t *unpack_span(struct trace_unpacker *unpacker, const uint8_t *from, enum event_kind kind,
                                  struct trace_event *event)
{
    uint64_t delta, incarnation, words = 0;
    from = varint_read(from, &delta);
    if (from != NULL)
        from = varint_read(from, &incarnation);
    if (from != NULL && kind == EVENT_DEATHS)
        from = varint_read(from, &words);
    if (from == NULL)
        return NULL;
    uint64_t span = zigzag_apply(delta, unpacker->guesses.span);
    if (span >= 1u << EVENT_SPAN_BITS || incarnation >= 1u << EVENT_INCARNATION_BITS || words > TRACE_PAYLOAD_WORDS_MAX)
        return NULL;
    unpacker->guesses.span = span;
    event->word = event_word_span(kind, (uint32_t)span, (uint32_t)incarnation, (uint32_t)words);
    event->payload_words = (uint32_t)words;
    return unpack_plain_payload(unpacker, from, words);
}

/* What of a wait is not as guessed. */
static const uint8_t *unpack_wait(const uint8_t *from, struct trace_guess_wait *wait)
{
    uint8_t missed = *from++;
    uint64_t delta, context;
    if (missed & TRACE_WAIT_REASON)
        wait->reason = *from++;
    if (missed & TRACE_WAIT_OBJECT) {
        from = varint_read(from, &delta);
        if (from == NULL)
            return NULL;
        wait->object = zigzag_apply(delta, wait->object);
    }
    if (missed & TRACE_WAIT_CONTEXT) {
        from = varint_read(from, &context);
        if (from == NULL || context > UINT32_MAX)
            return NULL;
        wait->context = (uint32_t)context;
    }
    return missed > 7 ? NULL : from;
}

static const uint8_t *unpack_goroutine(struct trace_unpacker *unpacker, const uint8_t *from, enum event_kind kind,
                                       struct trace_event *event)
{
    struct trace_guesses *guesses = &unpacker->guesses;
    uint64_t delta, *last = &guesses->rings[guesses->ring].goroutine;
    from = varint_read(from, &delta);
    if (from == NULL)
        return NULL;
    uint64_t goroutine = zigzag_apply(delta, *last);
    if (goroutine >> EVENT_GOROUTINE_BITS != 0)
        return NULL;
    *last = goroutine;
    event->payload_words = 0;
    if (kind != EVENT_GO_BLOCK) {
        event->word = event_word_pair(kind, goroutine, 0);
        return from;
    }
    struct trace_guess_wait *wait = trace_guess_wait(guesses, goroutine);
    from = unpack_wait(from, wait);
    event->word = event_word_pair(kind, goroutine, wait->reason);
    event->payload_words = 2;
    unpacker->payload[0] = wait->object;
    unpacker->payload[1] = wait->context;
    return from;
}

/* Everything but births and segments. */
static const uint8_t *unpack_other(struct trace_unpacker *unpacker, const uint8_t *from, uint8_t tag,
                                   struct trace_event *event)
{
    if (tag & TRACE_TAG_ANY)
        return unpack_any(unpacker, from, tag & 0x3f, event);
    switch (tag) {
    case EVENT_SPAN_RELEASE:
    case EVENT_DEATHS:
        return unpack_span(unpacker, from, (enum event_kind)tag, event);
    case EVENT_GO_RUN:
    case EVENT_GO_BLOCK:
    case EVENT_GO_WAKE:
    case EVENT_GO_YIELD:
    case EVENT_GO_END:
        return unpack_goroutine(unpacker, from, (enum event_kind)tag, event);
    default:
        return NULL;
    }
}

int trace_unpack_next(struct trace_unpacker *unpacker, struct trace_event *ret_event, const char **ret_reason)
{
    const uint8_t *from = unpacker->next;
    uint8_t tag = 0;
    while (from < unpacker->end) {
        tag = *from++;
        if (tag & TRACE_TAG_BIRTH) {
            from = unpack_birth(&unpacker->guesses, from, tag, &ret_event->word);
            ret_event->payload_words = 0;
        } else if (tag == EVENT_TIME || tag == TRACE_TAG_RING) {
            from = unpack_segment(&unpacker->guesses, from, tag);
            if (from == NULL)
                break;
            continue;
        } else {
            from = unpack_other(unpacker, from, tag, ret_event);
        }
        if (from == NULL || from > unpacker->end)
            break;
        unpacker->next = from;
        ret_event->time_ns = unpacker->guesses.time_ns;
        ret_event->worker = unpacker->guesses.ring;
        ret_event->payload = unpacker->payload;
        return 1;
    }
    unpacker->next = unpacker->end;
    if (from == unpacker->end)
        return 0;
    *ret_reason = tag & TRACE_TAG_BIRTH ? "a birth makes no sense" : "an event makes no sense";
    return -1;
}
