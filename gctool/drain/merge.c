/* See merge.h. */
#include "gctool/drain/merge.h"

#include <stdbool.h>

#include "tracer/format/events.h"

/* The next segment of a ring, without its TIME word. */
struct segment {
    uint32_t ring;
    uint64_t ticks, begin, end;
};

static const uint8_t payload_words[1 << EVENT_KIND_BITS] = {
#define X(name, code, words, text) [code] = words,
    GCTRACE_EVENTS(X)
#undef X
};

/* What the drainer itself wants to know; anything else only passes through. */
static const uint64_t NOTED = 1ULL << EVENT_MODULE | 1ULL << EVENT_GO_CREATE | 1ULL << EVENT_LOST | 1ULL << EVENT_COST |
                              1ULL << EVENT_RUN_END;

static const uint64_t *word_at(const struct merge *merge, uint32_t ring, uint64_t at)
{
    return &merge->rings[ring].words[at & merge->mask];
}

static uint64_t event_words(uint64_t word)
{
    uint64_t words = payload_words[event_word_kind(word)];
    return 1 + (words == EVENT_COUNTED ? event_word_words(word) : words);
}

/* Where the segment ends: at the next TIME, or with what is published. */
static uint64_t find_end(const struct merge *merge, uint32_t ring, uint64_t at, const struct merge_sink *sink,
                         void *argument)
{
    uint64_t published = merge->rings[ring].published;
    while (at < published) {
        const uint64_t *event = word_at(merge, ring, at);
        enum event_kind kind = event_word_kind(*event);
        if (kind == EVENT_TIME)
            return at;
        uint64_t words = event_words(*event);
        if (words > published - at)
            return published;
        if (NOTED >> kind & 1)
            sink->note(argument, event);
        at += words;
    }
    return at;
}

/* false: the ring has nothing before the cut. */
static bool next_segment(const struct merge *merge, uint32_t ring, uint64_t least_ticks, uint64_t cut_ticks,
                         const struct merge_sink *sink, void *argument, struct segment *ret_segment)
{
    const struct merge_ring *from = &merge->rings[ring];
    if (from->taken == from->published)
        return false;
    uint64_t word = *word_at(merge, ring, from->taken);
    bool is_opened = event_word_kind(word) == EVENT_TIME;
    uint64_t ticks = is_opened ? event_word_argument(word) : least_ticks;
    if (ticks >= cut_ticks)
        return false;
    ret_segment->ring = ring;
    ret_segment->ticks = ticks > least_ticks ? ticks : least_ticks;
    ret_segment->begin = from->taken + is_opened;
    ret_segment->end = find_end(merge, ring, ret_segment->begin, sink, argument);
    return true;
}

static size_t find_earliest(const struct segment *segments, size_t count)
{
    size_t earliest = 0;
    for (size_t i = 1; i < count; i++)
        if (segments[i].ticks < segments[earliest].ticks)
            earliest = i;
    return earliest;
}

void merge_pass(struct merge *merge, uint64_t cut_ticks, const struct merge_sink *sink, void *argument)
{
    struct segment segments[RINGS_COUNT_MAX]; /* the next of each ring that has one */
    size_t count = 0;
    for (uint32_t ring = 0; ring < merge->ring_count; ring++)
        count += next_segment(merge, ring, merge->floor_ticks, cut_ticks, sink, argument, &segments[count]);
    while (count > 0) {
        size_t at = find_earliest(segments, count);
        struct segment segment = segments[at];
        sink->segment(argument, segment.ring, segment.ticks, word_at(merge, segment.ring, segment.begin),
                      segment.end - segment.begin, segment.end);
        merge->rings[segment.ring].taken = segment.end;
        if (!next_segment(merge, segment.ring, segment.ticks, cut_ticks, sink, argument, &segments[at]))
            segments[at] = segments[--count];
    }
    merge->floor_ticks = cut_ticks;
}
