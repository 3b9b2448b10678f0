/* How many events a second the model takes in: births in a live table of spans, and the deaths that the sweeps report.
 *
 * Usage: model_apply [ROUNDS]     prints million births and deaths a second; the median of ROUNDS (7)
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gctool/model/model.h"

enum { SPANS = 4096, SLOTS = 512, CONTEXTS = 3000, TYPES = 50, CYCLES = 8, ROUNDS_MAX = 99 };

struct feed {
    struct model *model;
    uint64_t now_ns, random, births, deaths;
};

static void apply(struct feed *feed, uint64_t word, const uint64_t *payload, uint32_t words)
{
    struct trace_event event = {.word = word, .time_ns = feed->now_ns, .payload = payload, .payload_words = words};
    if (model_apply(feed->model, &event) < 0)
        abort();
}

static void cut_spans(struct feed *feed)
{
    for (uint32_t span = 0; span < SPANS; span++) {
        uint64_t payload[] = {span * 8192ULL, (span % TYPES) | (uint64_t)SLOTS << 32, 16};
        apply(feed, event_word_span(EVENT_SPAN_NEW, span + 1, 1, 3), payload, 3);
    }
}

/* A span is filled from its begin to its end, as by an allocator; call sites come in runs, and each has one type. */
static void fill_free_slots(struct feed *feed, uint32_t span, const uint64_t *free_slots)
{
    uint32_t context = 1 + span % TYPES;
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        if ((free_slots[slot / 64] >> (slot % 64) & 1) == 0)
            continue;
        feed->random = feed->random * 6364136223846793005ULL + 1442695040888963407ULL;
        if (feed->random >> 62 == 0)
            context = 1 + span % TYPES + TYPES * ((uint32_t)(feed->random >> 33) % (CONTEXTS / TYPES));
        apply(feed, event_word_birth(span + 1, slot, context), NULL, 0);
        feed->births++;
    }
}

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Each cycle finds three of four dead. Returns million objects born and died a second. */
static double run(void)
{
    struct feed feed = {.model = model_new(0, UINT64_MAX), .random = 1};
    uint64_t dead[SLOTS / 64];
    double begin = now_seconds();
    cut_spans(&feed);
    for (uint64_t cycle = 0; cycle < CYCLES; cycle++) {
        for (uint32_t word = 0; word < SLOTS / 64; word++)
            dead[word] = cycle == 0 ? ~(uint64_t)0 : 0xefb7dd77e6f7bdeeULL >> (cycle % 3);
        for (uint32_t span = 0; span < SPANS; span++) {
            feed.now_ns += 1000;
            if (cycle != 0) {
                apply(&feed, event_word_span(EVENT_DEATHS, span + 1, 1, SLOTS / 64), dead, SLOTS / 64);
                for (uint32_t word = 0; word < SLOTS / 64; word++)
                    feed.deaths += (uint64_t)__builtin_popcountll(dead[word]);
            }
            fill_free_slots(&feed, span, dead);
        }
        apply(&feed, event_word_pair(EVENT_PHASE, cycle + 1, 1), NULL, 0);
    }
    double seconds = now_seconds() - begin;
    if (model_anomaly_count(feed.model) != 0 || feed.model->alive_objects != feed.births - feed.deaths ||
        feed.model->alive_objects != (uint64_t)SPANS * SLOTS || !model_check(feed.model))
        abort();
    model_free(feed.model);
    return (double)(feed.births + feed.deaths) / seconds * 1e-6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 7;
    double rates[ROUNDS_MAX];
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: model_apply [ROUNDS], 1 to %d\n", ROUNDS_MAX);
        return 3;
    }
    for (int round = 0; round < rounds; round++)
        rates[round] = run();
    qsort(rates, (size_t)rounds, sizeof *rates, compare);
    printf("%.1f million births and deaths a second, %d of them alive, %d contexts, %d types; slowest %.1f, fastest "
           "%.1f\n",
           rates[rounds / 2], SPANS * SLOTS, CONTEXTS, TYPES, rates[0], rates[rounds - 1]);
    return 0;
}
