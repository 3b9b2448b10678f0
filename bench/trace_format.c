/* What the trace format costs: bytes on disk for an allocation and for a death, events decoded a second, and with the model's live table.
 *
 * Usage: trace_format              workloads made here: trees, requests, and contexts without any order, the worst case
 *        trace_format FILE...      recordings
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/model/load.h"
#include "tracer/format/trace_writer.h"

enum {
    SPANS = 20000,
    SLOTS = 170,
    SLOT_WORDS = 3,
    TYPES = 40,
    WORKERS = 2,
    BIRTHS = 4000000,
    SWEEP_BIRTHS = 500000,
    TREE_DEPTH = 16
};

struct bench_span {
    uint64_t used[SLOT_WORDS];
    uint32_t next, type;
};

/* A heap of spans as libgcrt's: a worker fills the free slots of its span of a type, then takes the next span that has some. */
struct bench_heap {
    struct trace_writer *writer; /* NULL: nothing is written of deaths */
    bool writes_deaths;
    struct bench_span spans[SPANS];
    uint32_t current[WORKERS][TYPES], free_from[TYPES], span_count;
    uint64_t deaths, random, time_ns;
};

static uint64_t random_next(struct bench_heap *heap)
{
    heap->random ^= heap->random >> 12;
    heap->random ^= heap->random << 25;
    heap->random ^= heap->random >> 27;
    return heap->random * 0x2545f4914f6cdd1d;
}

static void put(struct bench_heap *heap, uint32_t worker, uint64_t word, const uint64_t *payload, size_t words)
{
    uint64_t event[8] = {word};
    for (size_t at = 0; at < words; at++)
        event[at + 1] = payload[at];
    trace_writer_words(heap->writer, worker, event, words + 1);
}

static void put_time(struct bench_heap *heap, uint32_t worker)
{
    heap->time_ns += 200 + random_next(heap) % 1000;
    put(heap, worker, event_word(EVENT_TIME, heap->time_ns), NULL, 0);
}

static uint32_t span_take(struct bench_heap *heap, uint32_t worker, uint32_t type)
{
    for (uint32_t at = heap->free_from[type]; at < heap->span_count; at++) {
        struct bench_span *span = &heap->spans[at];
        if (span->type == type && span->next == 0) {
            heap->free_from[type] = at + 1;
            return heap->current[worker][type] = at;
        }
    }
    if (heap->span_count == SPANS) {
        fputs("trace_format: out of spans\n", stderr);
        exit(1);
    }
    heap->free_from[type] = heap->span_count + 1;
    uint32_t at = heap->span_count++;
    heap->spans[at] = (struct bench_span){.type = type};
    const uint64_t payload[] = {0x7f0000000000 + at * 8192ULL, type | (uint64_t)SLOTS << 32, 48};
    put(heap, worker, event_word_span(EVENT_SPAN_NEW, at, 1, 0), payload, 3);
    return heap->current[worker][type] = at;
}

static bool span_next_slot(struct bench_span *span, uint32_t *ret_slot)
{
    while (span->next < SLOTS && span->used[span->next / 64] >> span->next % 64 & 1)
        span->next++;
    *ret_slot = span->next;
    return span->next < SLOTS;
}

static void birth(struct bench_heap *heap, uint32_t worker, uint32_t context)
{
    uint32_t type = context % TYPES, at = heap->current[worker][type], slot;
    if (at == UINT32_MAX)
        at = span_take(heap, worker, type);
    while (!span_next_slot(&heap->spans[at], &slot)) {
        put_time(heap, worker);
        at = span_take(heap, worker, type);
    }
    heap->spans[at].used[slot / 64] |= 1ULL << slot % 64;
    heap->spans[at].next++;
    put(heap, worker, event_word_birth(at, slot, context), NULL, 0);
}

/* Nine of ten die; spans can be filled again. */
static void sweep(struct bench_heap *heap)
{
    put_time(heap, 0);
    for (uint32_t at = 0; at < heap->span_count; at++) {
        struct bench_span *span = &heap->spans[at];
        uint64_t dead[SLOT_WORDS], any = 0;
        for (int word = 0; word < SLOT_WORDS; word++) {
            uint64_t survivors = random_next(heap) & random_next(heap) & random_next(heap);
            dead[word] = span->used[word] & ~survivors;
            span->used[word] &= survivors;
            heap->deaths += (uint64_t)__builtin_popcountll(dead[word]);
            any |= dead[word];
        }
        if (any != 0 && heap->writes_deaths)
            put(heap, 0, event_word_span(EVENT_DEATHS, at, 1, SLOT_WORDS), dead, SLOT_WORDS);
        span->next = 0;
    }
    memset(heap->free_from, 0, sizeof heap->free_from);
    memset(heap->current, 0xff, sizeof heap->current);
}

static void count_birth(struct bench_heap *heap, uint64_t *births, uint32_t worker, uint32_t context)
{
    birth(heap, worker, context);
    if (++*births % SWEEP_BIRTHS == 0)
        sweep(heap);
}

/* Binary trees by recursion, of any depth up to 16: each node has a call stack of its own. Stacks are numbered when first seen: the
 * first tree is of the greatest depth. `stacks` are those below one, its own included. */
static void tree(struct bench_heap *heap, uint64_t *births, uint32_t depth, uint32_t context, uint32_t stacks)
{
    count_birth(heap, births, 0, context);
    if (depth == 0)
        return;
    tree(heap, births, depth - 1, context + 1, stacks / 2);
    tree(heap, births, depth - 1, context + 1 + stacks / 2, stacks / 2);
}

static void make_trees(struct bench_heap *heap)
{
    for (uint64_t births = 0; births < BIRTHS;)
        tree(heap, &births, births == 0 ? TREE_DEPTH : 4 + random_next(heap) % (TREE_DEPTH - 4), 1,
             (2 << TREE_DEPTH) - 1);
}

/* A server: on each of two workers goroutines run, allocate what one of 30 requests does, in its order, and wait. */
static void make_requests(struct bench_heap *heap)
{
    for (uint64_t births = 0; births < BIRTHS;) {
        uint32_t worker = random_next(heap) % WORKERS, request = random_next(heap) % 30 * 16 + 1;
        uint64_t goroutine = 10 + random_next(heap) % 50;
        put_time(heap, worker);
        put(heap, worker, event_word_pair(EVENT_GO_RUN, goroutine, 0), NULL, 0);
        uint32_t count = 4 + random_next(heap) % 3 * 4;
        for (uint32_t i = 0; i < count; i++)
            count_birth(heap, &births, worker, request + i);
        const uint64_t wait[] = {0x7f1200000000 + goroutine * 512, 600};
        put(heap, worker, event_word_pair(EVENT_GO_BLOCK, goroutine, 3), wait, 2);
    }
}

static void make_disorder(struct bench_heap *heap)
{
    for (uint64_t births = 0; births < BIRTHS;)
        count_birth(heap, &births, random_next(heap) % WORKERS, 1 + random_next(heap) % 5000);
}

/* Of this process on a CPU: others may run. */
static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "trace_format: %s\n", what);
        exit(1);
    }
}

/* Reads the file `rounds` times and prints the best. */
static void print_reading(const char *name, const void *bytes, size_t size)
{
    double decode_ns = 1e18, model_ns = 1e18;
    uint64_t events = 0;
    for (int round = 0; round < 5; round++) {
        struct trace_reader *reader;
        struct trace_event event;
        require(trace_reader_open_memory(bytes, size, &reader, NULL) == 0, "cannot open");
        double start = now_ns();
        while (trace_reader_next(reader, &event, NULL) > 0) {
        }
        double took = now_ns() - start;
        decode_ns = took < decode_ns ? took : decode_ns;
        events = trace_reader_completeness(reader)->events;
        trace_reader_close(reader);

        struct model *model;
        require(trace_reader_open_memory(bytes, size, &reader, NULL) == 0, "cannot open");
        start = now_ns();
        require(model_load(reader, 0, UINT64_MAX, NULL, &model, NULL) == 0, "cannot load");
        took = now_ns() - start;
        model_ns = took < model_ns ? took : model_ns;
        model_free(model);
        trace_reader_close(reader);
    }
    printf("%-9s %6.2f bytes an event, decoded %6.1f M events/s, with the live table %5.1f M/s\n", name,
           (double)size / (double)events, (double)events / decode_ns * 1e3, (double)events / model_ns * 1e3);
}

/* The size of what the workload writes; the file is mapped at ret_bytes. */
static size_t write_workload(void (*make)(struct bench_heap *), bool writes_deaths, void **ret_bytes,
                             uint64_t *ret_deaths, double *ret_ns)
{
    struct bench_heap *heap = calloc(1, sizeof *heap);
    int fd = memfd_create("trace", MFD_CLOEXEC);
    require(heap != NULL && fd >= 0, "out of memory");
    heap->random = 88172645463325252;
    heap->writes_deaths = writes_deaths;
    memset(heap->current, 0xff, sizeof heap->current);
    struct trace_writer_options options = {.pid = 1};
    require(trace_writer_open_fd(dup(fd), "trace", &options, &heap->writer, NULL) == 0, "cannot write");
    double start = now_ns();
    make(heap);
    require(trace_writer_finish(heap->writer, &(struct trace_end){.ending = TRACE_ENDED}, NULL) == 0, "cannot write");
    *ret_ns = now_ns() - start;
    size_t size = (size_t)lseek(fd, 0, SEEK_END);
    *ret_bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    require(*ret_bytes != MAP_FAILED, "cannot map");
    close(fd);
    *ret_deaths = heap->deaths;
    free(heap);
    return size;
}

static void print_workload(const char *name, void (*make)(struct bench_heap *))
{
    void *bytes, *births_alone;
    uint64_t deaths;
    double ns, births_ns;
    size_t births_size = write_workload(make, false, &births_alone, &deaths, &births_ns);
    size_t size = write_workload(make, true, &bytes, &deaths, &ns);
    printf(
        "%-9s %6.2f bytes an allocation (all but deaths), %5.3f a death, made and written at %5.1f M allocations/s\n",
        name, (double)births_size / BIRTHS, (double)(size - births_size) / (double)deaths, BIRTHS / births_ns * 1e3);
    print_reading(name, bytes, size);
    munmap(bytes, size);
    munmap(births_alone, births_size);
}

static void print_file(const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    require(file != NULL && fstat(fileno(file), &status) == 0, path);
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fileno(file), 0);
    require(bytes != MAP_FAILED, path);
    fclose(file);
    print_reading(path, bytes, (size_t)status.st_size);
    munmap(bytes, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
    for (int at = 1; at < argc; at++)
        print_file(argv[at]);
    if (argc > 1)
        return 0;
    print_workload("trees", make_trees);
    print_workload("requests", make_requests);
    print_workload("disorder", make_disorder);
    return 0;
}
