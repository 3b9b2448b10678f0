/* recording.h: the recorder of a child process against memory that the test made and reads, as gctool would. After <cmocka.h>. */
#ifndef TESTS_UNIT_RECORD_RECORDING_H
#define TESTS_UNIT_RECORD_RECORDING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "observe/observe.h"
#include "support/child.h"
#include "tracer/format/events.h"
#include "tracer/format/rings.h"
#include "tracer/record/recorder.h"

enum { RECORDING_RINGS = 2, RECORDING_CONTEXTS = 64, RECORDING_WORDS_MAX = 4096 };

struct recording {
    int fd;
    struct rings_header *header;
    struct ring_control *controls;
    struct ring_context *contexts;
    uint64_t *words;
};

/* One for a process: the child inherits it. */
static struct recording recording;

static inline void recording_make(uint64_t ring_words)
{
    struct rings_header header = {
        .magic = RINGS_MAGIC,
        .version = RINGS_VERSION,
        .ring_count = RECORDING_RINGS,
        .ring_words = ring_words,
        .context_capacity = RECORDING_CONTEXTS,
        .control_offset = 4096,
        .contexts_offset = 8192,
        .words_offset = 8192 + RECORDING_CONTEXTS * sizeof(struct ring_context),
        .start_ns = rings_clock_read(RINGS_CLOCK_NS),
        .start_ticks = rings_clock_read(RINGS_CLOCK_TSC),
        .clock = RINGS_CLOCK_TSC,
    };
    header.total_bytes = header.words_offset + RECORDING_RINGS * ring_words * sizeof(uint64_t);
    atomic_store(&header.context_count, 1);
    recording.fd = memfd_create("recording", 0);
    assert_int_equal(ftruncate(recording.fd, (off_t)header.total_bytes), 0);
    char *memory = mmap(NULL, header.total_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, recording.fd, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    memcpy(memory, &header, sizeof header);
    recording.header = (struct rings_header *)memory;
    recording.controls = (struct ring_control *)(memory + header.control_offset);
    recording.contexts = (struct ring_context *)(memory + header.contexts_offset);
    recording.words = (uint64_t *)(memory + header.words_offset);
}

static inline void recording_free(void)
{
    munmap(recording.header, recording.header->total_bytes);
    close(recording.fd);
}

/* In the child: opens the recorder. */
static inline const struct observer *recording_open(void)
{
    char argument[16], error[300];
    snprintf(argument, sizeof argument, "%d", recording.fd);
    recorder.clock = 0; /* names the recorder, so that its object is linked in */
    CHECK(observe_start(argument, error, sizeof error) == 0);
    CHECK(gcrt_observer != NULL);
    return gcrt_observer;
}

/* Runs body() in a child; it must end with 0. */
static inline void recording_child(int (*body)(void *))
{
    static struct child child;
    child_run(&child, NULL, body, NULL);
    if (child.status != 0)
        fail_msg("exit status %d, signal %d:\n%s", child.status, child.signal, child.text);
}

/* The published words of a ring without its TIMEs, whose argument nobody can foretell; returns how many there are. Each TIME has to be
 * at least as late as the one before. */
static inline size_t recording_events(unsigned ring, uint64_t out[RECORDING_WORDS_MAX])
{
    uint64_t head = atomic_load(&recording.controls[ring].head), tail = atomic_load(&recording.controls[ring].tail);
    uint64_t last_ticks = 0;
    size_t count = 0, payload = 0;
    for (uint64_t at = tail; at < head; at++) {
        uint64_t word =
            recording.words[ring * recording.header->ring_words + (at & (recording.header->ring_words - 1))];
        if (payload > 0) {
            payload--;
        } else if (event_word_kind(word) == EVENT_TIME) {
            assert_true(event_word_argument(word) >= last_ticks);
            last_ticks = event_word_argument(word);
            continue;
        } else {
            static const uint8_t words[64] = {
#define X(name, code, words, text) [code] = words,
                GCTRACE_EVENTS(X)
#undef X
            };
            payload = words[event_word_kind(word)];
            payload = payload == EVENT_COUNTED ? event_word_words(word) : payload;
        }
        assert_true(count < RECORDING_WORDS_MAX);
        out[count++] = word;
    }
    return count;
}

#endif
