/* feed.h: events for a model, one call each, as the recorder's words. Time goes on by the test's own clock. */
#ifndef TESTS_UNIT_MODEL_FEED_H
#define TESTS_UNIT_MODEL_FEED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "gctool/model/model.h"

struct feed {
    struct model *model;
    uint64_t now_ns;
    uint32_t worker;
};

static inline struct feed feed_open(void)
{
    struct feed feed = {.model = model_new(0, UINT64_MAX)};
    assert_non_null(feed.model);
    return feed;
}

static inline void feed_close(struct feed *feed)
{
    assert_true(model_check(feed->model));
    model_free(feed->model);
}

static inline void feed_words(struct feed *feed, uint64_t word, const uint64_t *payload, uint32_t payload_words)
{
    struct trace_event event = {.word = word,
                                .time_ns = feed->now_ns,
                                .worker = feed->worker,
                                .payload = payload,
                                .payload_words = payload_words};
    assert_int_equal(model_apply(feed->model, &event), 0);
}

static inline void feed_span(struct feed *feed, uint32_t span, uint32_t incarnation, uint32_t type, uint32_t slot_count,
                             uint64_t slot_bytes)
{
    uint64_t payload[] = {0x10000 + span * 8192ULL, type | (uint64_t)slot_count << 32, slot_bytes};
    feed_words(feed, event_word_span(EVENT_SPAN_NEW, span, incarnation, 3), payload, 3);
}

static inline void feed_release(struct feed *feed, uint32_t span, uint32_t incarnation)
{
    feed_words(feed, event_word_span(EVENT_SPAN_RELEASE, span, incarnation, 0), NULL, 0);
}

static inline void feed_birth(struct feed *feed, uint32_t span, uint32_t slot, uint32_t context)
{
    feed_words(feed, event_word_birth(span, slot, context), NULL, 0);
}

static inline void feed_deaths(struct feed *feed, uint32_t span, uint32_t incarnation, uint64_t bits)
{
    feed_words(feed, event_word_span(EVENT_DEATHS, span, incarnation, 1), &bits, 1);
}

static inline void feed_phase(struct feed *feed, uint64_t cycle, uint32_t phase)
{
    feed_words(feed, event_word_pair(EVENT_PHASE, cycle, phase), NULL, 0);
}

static inline void feed_go(struct feed *feed, enum event_kind kind, uint64_t goroutine)
{
    feed_words(feed, event_word_pair(kind, goroutine, 0), NULL, 0);
}

static inline void feed_create(struct feed *feed, uint64_t goroutine, uint64_t creator, uint32_t context,
                               uint64_t function)
{
    uint64_t payload[] = {creator, context, function};
    feed_words(feed, event_word_pair(EVENT_GO_CREATE, goroutine, 0), payload, 3);
}

static inline void feed_block(struct feed *feed, uint64_t goroutine, uint32_t reason, uint64_t object, uint32_t context)
{
    uint64_t payload[] = {object, context};
    feed_words(feed, event_word_pair(EVENT_GO_BLOCK, goroutine, reason), payload, 2);
}

static inline void feed_stop(struct feed *feed, enum event_kind kind, uint32_t reason)
{
    feed_words(feed, event_word_pair(kind, reason, 0), NULL, 0);
}

static inline void feed_type(struct feed *feed, uint64_t type, uint64_t size, const char *name)
{
    uint64_t payload[8] = {size, 0};
    memcpy(payload + 2, name, strnlen(name, sizeof(uint64_t) * 6));
    feed_words(feed, event_word_counted(EVENT_TYPE, type, 8), payload, 8);
}

static inline void feed_name(struct feed *feed, enum event_name_table table, uint64_t code, const char *name)
{
    uint64_t payload[7] = {code};
    memcpy(payload + 1, name, strnlen(name, sizeof(uint64_t) * 6));
    feed_words(feed, event_word_counted(EVENT_NAME, table, 7), payload, 7);
}

/* The site of (context, type), which must exist. */
static inline const struct site *feed_site(const struct feed *feed, uint32_t context, uint32_t type)
{
    uint32_t site = key_index_find(&feed->model->sites.index, context, type);
    assert_int_not_equal(site, KEY_INDEX_NONE);
    return &feed->model->sites.items[site];
}

#endif
