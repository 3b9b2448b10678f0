/* sample_story.c: what the samples tell.
 *
 * The story: main (goroutine 1, worker 0) makes 10 nodes and a reader (goroutine 2, worker 1), which waits for a channel that nobody sends to;
 * a collection finds 6 nodes dead; the span of a second type comes and goes.
 */
#include "support/sample_trace.h"

#include <stdlib.h>
#include <string.h>

enum { NODE_SPAN = 7, BUFFER_SPAN = 8, NODES = 10 };

static const struct ring_context story_contexts[] = {
    {.pc = 0x401234, .parent = 0}, /* 1 main         */
    {.pc = 0x401580, .parent = 1}, /* 2   make_nodes */
    {.pc = 0x401660, .parent = 1}, /* 3   start_reader */
    {.pc = 0x401700, .parent = 0}, /* 4 reader       */
};
static const struct trace_frame main_frames[] = {{"main", "story.c", 40}};
static const struct trace_frame make_frames[] = {{"node_new", "node.h", 12}, {"make_nodes", "story.c", 21}};
static const struct trace_frame start_frames[] = {{"start_reader", "story.c", 30}};
static const struct trace_frame reader_frames[] = {{"reader", "story.c", 9}};
static const struct trace_symbol story_symbols[] = {
    {0x401234, main_frames, 1}, {0x401580, make_frames, 2}, {0x401660, start_frames, 1}, {0x401700, reader_frames, 1}};

static void tell_name(struct sample_writer *writer, enum event_name_table table, uint64_t code, const char *text)
{
    uint64_t payload[16] = {code};
    size_t words = 1 + sample_text(payload + 1, text);
    sample_event(writer, 0, event_word_counted(EVENT_NAME, table, (uint32_t)words), payload, words);
}

static void tell_type(struct sample_writer *writer, uint64_t type, uint64_t size, const char *text)
{
    uint64_t payload[16] = {size, 0};
    size_t words = 2 + sample_text(payload + 2, text);
    sample_event(writer, 0, event_word_counted(EVENT_TYPE, type, (uint32_t)words), payload, words);
}

static void tell_beginning(struct sample_writer *writer)
{
    tell_name(writer, EVENT_NAMES_WAIT_REASON, 1, "channel receive");
    tell_name(writer, EVENT_NAMES_PHASE, 0, "idle");
    tell_name(writer, EVENT_NAMES_PHASE, 1, "mark");
    tell_name(writer, EVENT_NAMES_STOP_REASON, 1, "mark");
    tell_name(writer, EVENT_NAMES_CYCLE_CAUSE, 1, "asked for");
    tell_name(writer, EVENT_NAMES_GOROUTINE, 2, "reader");
    uint64_t module[16] = {0x400000, 0x400000, 0x408000, 4 | 0x44332211ULL << 32, 0, 0};
    size_t words = 6 + sample_text(module + 6, "/usr/bin/sample");
    sample_event(writer, 0, event_word_counted(EVENT_MODULE, 0, (uint32_t)words), module, words);
    tell_type(writer, 1, 48, "struct node");
    tell_type(writer, 2, 4096, "byte");
}

static void tell_nodes(struct sample_writer *writer)
{
    uint64_t nodes[] = {0x7f0000010000, 1 | 170ULL << 32, 48}, buffers[] = {0x7f0000020000, 2 | 2ULL << 32, 4096};
    sample_time(writer, 0, 1000);
    sample_event(writer, 0, event_word_span(EVENT_SPAN_NEW, NODE_SPAN, 1, 3), nodes, 3);
    sample_event(writer, 0, event_word_span(EVENT_SPAN_NEW, BUFFER_SPAN, 65535, 3), buffers, 3);
    for (uint32_t slot = 0; slot < NODES; slot++)
        sample_event(writer, 0, event_word_birth(NODE_SPAN, slot, 2), NULL, 0);
    sample_event(writer, 0, event_word_birth(BUFFER_SPAN, 1, 1), NULL, 0);
}

static void tell_goroutines(struct sample_writer *writer)
{
    uint64_t creation[] = {1, 3, 0x401690}, wait[] = {0x7f0000030000, 4};
    sample_event(writer, 0, event_word_pair(EVENT_GO_CREATE, 2, 0), creation, 3);
    sample_time(writer, 1, 2000);
    sample_event(writer, 1, event_word_pair(EVENT_GO_RUN, 2, 0), NULL, 0);
    sample_event(writer, 1, event_word_pair(EVENT_GO_YIELD, 2, 0), NULL, 0);
    sample_event(writer, 1, event_word_pair(EVENT_GO_RUN, 2, 0), NULL, 0);
    sample_event(writer, 1, event_word_pair(EVENT_GO_BLOCK, 2, 1), wait, 2);
    sample_event(writer, 0, event_word_pair(EVENT_GO_WAKE, 2, 0), NULL, 0);
    sample_event(writer, 1, event_word_pair(EVENT_GO_RUN, 2, 0), NULL, 0);
    sample_event(writer, 1, event_word_pair(EVENT_GO_BLOCK, 2, 1), wait, 2);
}

static void tell_collection(struct sample_writer *writer)
{
    uint64_t cycle[] = {4, 192, 480, 4 << 20, 8192, 1}, dead = 0x3f;
    sample_time(writer, 0, 5000);
    sample_event(writer, 0, event_word_pair(EVENT_STOP_BEGIN, 1, 0), NULL, 0);
    sample_time(writer, 0, 5100);
    sample_event(writer, 0, event_word_pair(EVENT_STOP_DONE, 1, 0), NULL, 0);
    sample_event(writer, 0, event_word_pair(EVENT_PHASE, 1, 1), NULL, 0);
    sample_time(writer, 0, 6000);
    sample_event(writer, 0, event_word_pair(EVENT_STOP_END, 1, 0), NULL, 0);
    sample_event(writer, 0, event_word_pair(EVENT_CYCLE, 1, 0), cycle, 6);
    sample_event(writer, 0, event_word_span(EVENT_DEATHS, NODE_SPAN, 1, 1), &dead, 1);
    sample_event(writer, 0, event_word_span(EVENT_SPAN_RELEASE, BUFFER_SPAN, 65535, 0), NULL, 0);
    sample_event(writer, 0, event_word_pair(EVENT_PHASE, 1, 0), NULL, 0);
}

struct sample_trace sample_story(void)
{
    struct sample_writer writer = sample_open();
    trace_writer_contexts(writer.trace, 1, story_contexts, sizeof story_contexts / sizeof story_contexts[0]);
    tell_beginning(&writer);
    tell_nodes(&writer);
    tell_goroutines(&writer);
    tell_collection(&writer);
    uint64_t cost[] = {11, 220}, run_end[] = {1, 46};
    sample_time(&writer, 0, 7000);
    sample_event(&writer, 0, event_word(EVENT_COST, 0), cost, 2);
    sample_event(&writer, 0, event_word_pair(EVENT_GO_END, 1, 0), NULL, 0);
    sample_event(&writer, 0, event_word(EVENT_RUN_END, 0), run_end, 2);
    trace_writer_symbols(writer.trace, story_symbols, sizeof story_symbols / sizeof story_symbols[0]);
    return sample_finish(&writer);
}

struct sample_trace sample_tiny(void)
{
    struct sample_writer writer = sample_open();
    const uint64_t span[] = {0x7f0000010000, 1 | 170ULL << 32, 48}, wait[] = {0x7f0000030000, 1}, dead = 3;
    trace_writer_contexts(writer.trace, 1, story_contexts, 2);
    sample_time(&writer, 0, 1000);
    sample_event(&writer, 0, event_word_span(EVENT_SPAN_NEW, NODE_SPAN, 1, 0), span, 3);
    for (uint32_t slot = 0; slot < 3; slot++)
        sample_event(&writer, 0, event_word_birth(NODE_SPAN, slot, 2), NULL, 0);
    sample_time(&writer, 1, 1300);
    for (int i = 0; i < 2; i++)
        sample_event(&writer, 1, event_word_pair(EVENT_GO_BLOCK, 4, 1), wait, 2);
    sample_event(&writer, 0, event_word_span(EVENT_DEATHS, NODE_SPAN, 1, 1), &dead, 1);
    struct sample_trace compressed = sample_finish(&writer), plain = sample_plain(&compressed);
    sample_free(&compressed);
    return plain;
}

/* Mostly small numbers, sometimes any, so that guesses hit, miss nearly and miss. */
static uint64_t any_number(uint64_t *random, unsigned bits)
{
    uint64_t value = sample_random(random), taste = sample_random(random) % 8;
    unsigned width = taste < 5 ? 3 : taste < 7 ? 10 : bits;
    width = width < bits ? width : bits;
    return width == 64 ? value : value & ((1ULL << width) - 1);
}

static void make_event(struct sample_writer *writer, uint32_t ring, uint64_t *random)
{
    static const uint8_t payload_words[64] = {
#define X(name, code, words, text) [code] = (words),
        GCTRACE_EVENTS(X)
#undef X
    };
    uint64_t payload[128];
    enum event_kind kind = (enum event_kind)(1 + sample_random(random) % (EVENT_KIND_END - 1));
    uint64_t word = event_word(kind, any_number(random, 64 - EVENT_KIND_BITS));
    uint32_t words = payload_words[kind];
    if (kind == EVENT_BIRTH || sample_random(random) % 4 != 0) {
        word = event_word_birth((uint32_t)any_number(random, EVENT_SPAN_BITS),
                                (uint32_t)any_number(random, EVENT_SLOT_BITS),
                                (uint32_t)any_number(random, EVENT_CONTEXT_BITS));
        words = 0;
    } else if (words == EVENT_COUNTED) {
        words = (uint32_t)any_number(random, 7);
        word = event_word_span(kind, (uint32_t)any_number(random, EVENT_SPAN_BITS), (uint32_t)any_number(random, 16),
                               words) |
               (any_number(random, 3) == 7 ? 5ULL << 61 : 0);
    }
    for (uint32_t i = 0; i < words; i++)
        payload[i] = any_number(random, 64);
    sample_event(writer, ring, word, payload, words);
}

static void make_contexts(struct sample_writer *writer, uint64_t *random, uint32_t *next)
{
    struct ring_context nodes[8];
    uint32_t first = *next + (any_number(random, 2) == 3 ? 5000 : 0);
    for (uint32_t i = 0; i < 8; i++)
        nodes[i] = (struct ring_context){
            .pc = any_number(random, 64),
            .parent = any_number(random, 1) ? 0 : (uint32_t)(sample_random(random) % (first + i))};
    trace_writer_contexts(writer->trace, first, nodes, 8);
    *next = first + 8;
}

struct sample_trace sample_noise(uint64_t seed, size_t events, struct sample_log *log)
{
    struct sample_writer writer = sample_open();
    writer.log = log;
    uint64_t random = seed * 2 + 1, time_ns[RINGS_COUNT_MAX] = {0};
    uint32_t next_context = 1;
    for (size_t i = 0; i < events; i++) {
        uint32_t ring = (uint32_t)any_number(&random, 8);
        if (any_number(&random, 5) == 0)
            sample_time(&writer, ring, time_ns[ring] += any_number(&random, 40));
        if (any_number(&random, 10) == 1000)
            make_contexts(&writer, &random, &next_context);
        if (any_number(&random, 12) == 4000)
            trace_writer_flush(writer.trace);
        make_event(&writer, ring, &random);
    }
    make_contexts(&writer, &random, &next_context);
    for (uint64_t i = 0; i < 50; i++) {
        char function[64], file[64];
        memset(function, 'a' + (int)(i % 26), sizeof function);
        memset(file, 'A' + (int)(i % 26), sizeof file);
        function[any_number(&random, 6)] = file[any_number(&random, 6)] = '\0';
        function[63] = file[63] = '\0';
        const struct trace_frame frames[] = {{function, file, (uint32_t)any_number(&random, 32)}, {"main", "", 0}};
        const struct trace_symbol symbol = {i << 40 | any_number(&random, 40), frames, 1 + i % 2};
        trace_writer_symbols(writer.trace, &symbol, 1);
    }
    return sample_finish(&writer);
}
