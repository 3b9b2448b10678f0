/* sample_heap.c: payloads as docs/formats/gcheap.md says, written without our writer. */
#include "support/sample_heap.h"

#include <stdlib.h>
#include <string.h>

#include "tracer/format/heap_file.h"
#include "tracer/format/varint.h"

struct payload {
    uint8_t bytes[TRACE_BLOCK_RAW_MAX];
    size_t size;
    uint32_t entries;
};

static void put(struct payload *payload, uint64_t value)
{
    payload->size = (size_t)(varint_write(payload->bytes + payload->size, value) - payload->bytes);
}

static void put_text(struct payload *payload, const char *text)
{
    put(payload, strlen(text));
    memcpy(payload->bytes + payload->size, text, strlen(text));
    payload->size += strlen(text);
}

static void put_signed(struct payload *payload, int64_t value)
{
    put(payload, zigzag_delta((uint64_t)value, 0));
}

static void take_block(struct sample_trace *heap, unsigned kind, struct payload *take_payload)
{
    struct trace_block_header header = {.kind = (uint8_t)kind, .count = take_payload->entries};
    sample_append_block(heap, header, take_payload->bytes, take_payload->size);
    *take_payload = (struct payload){0};
}

struct sample_trace sample_heap_header(uint16_t major, uint16_t minor)
{
    struct sample_trace heap = {.bytes = malloc(TRACE_FILE_HEADER_BYTES), .size = TRACE_FILE_HEADER_BYTES};
    struct trace_file_header header = {HEAP_FILE_MAGIC, major, minor, 4711, 1700000000123456789, 0};
    if (heap.bytes == NULL)
        abort();
    trace_file_header_write(&header, heap.bytes);
    return heap;
}

/* Blocks that come before the objects; the types are 1 "struct node" and 2 "struct gcrt_chan". */
static void append_tables(struct sample_trace *heap, struct payload *payload)
{
    static const struct {
        unsigned table, code, flags;
        const char *name;
    } names[] = {{HEAP_NAMES_STATUS, 2, 0, "running"},
                 {HEAP_NAMES_STATUS, 3, HEAP_STATUS_WAITING, "waiting"},
                 {HEAP_NAMES_WAIT_REASON, 5, 1, "channel receive"}};
    put_text(payload, "program");
    put_text(payload, "/usr/bin/sample");
    put_text(payload, "cycle");
    put_text(payload, "12");
    take_block(heap, TRACE_BLOCK_NOTES, payload);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        put(payload, names[i].table);
        put(payload, names[i].code);
        put(payload, names[i].flags);
        put_text(payload, names[i].name);
    }
    take_block(heap, HEAP_BLOCK_NAMES, payload);
    for (unsigned id = 1; id <= 2; id++) {
        put(payload, id);
        put(payload, id == 1 ? 32 : 96);
        put(payload, 0);
        put_text(payload, id == 1 ? "struct node" : "struct gcrt_chan");
    }
    take_block(heap, HEAP_BLOCK_TYPES, payload);
    put(payload, 0x400000);
    put(payload, 0x400000);
    put(payload, 0x500000);
    put(payload, 4);
    memcpy(payload->bytes + payload->size, "\1\2\3\4", 4);
    payload->size += 4;
    put_text(payload, "/usr/bin/sample");
    take_block(heap, HEAP_BLOCK_MODULES, payload);
    put(payload, 1); /* contexts 1 (parent 0) and 2 (parent 1) */
    put(payload, 1);
    put_signed(payload, 0x401000);
    put(payload, 1);
    put_signed(payload, 0x100);
    take_block(heap, TRACE_BLOCK_CONTEXTS, payload);
}

static void put_run(struct payload *payload, uint64_t base, uint64_t slot_bytes, uint64_t slots, uint64_t type)
{
    put(payload, base / HEAP_SPAN_GRAIN_BYTES);
    put(payload, slot_bytes);
    put(payload, slots);
    put(payload, type);
}

static void put_object(struct payload *payload, uint64_t slot_step, uint64_t birth, uint64_t cycle)
{
    put(payload, slot_step);
    put(payload, birth);
    put(payload, cycle);
}

static void put_edge(struct payload *payload, uint64_t word_step, enum heap_edge kind, int64_t target_distance)
{
    put(payload, word_step);
    put(payload, kind);
    put_signed(payload, target_distance / HEAP_GRAIN_BYTES);
}

static void put_goroutine(struct payload *payload, uint64_t id, unsigned status, uint64_t stack_low, uint64_t wait)
{
    put(payload, id);
    put(payload, id - 1);
    put(payload, status);
    put(payload, wait != 0 ? 5 : 0);
    put(payload, wait != 0 ? 1000000 * id : 0);
    put(payload, 0x401200);
    put(payload, stack_low);
    put(payload, 0x8000);
    put(payload, 2);
    put_signed(payload, 0x401210);
    put_signed(payload, -0x10);
    put(payload, wait != 0);
    if (wait != 0)
        put(payload, wait);
    put_text(payload, "consume");
    put_text(payload, "sample.c:12");
}

static void append_end(struct sample_trace *heap, struct payload *payload)
{
    struct trace_end end = {.ending = TRACE_ENDED};
    trace_end_write(&end, payload->bytes);
    payload->size = TRACE_END_BYTES;
    take_block(heap, TRACE_BLOCK_END, payload);
}

/*  root (data) -> node 0 -> node 1 -> node 2       nodes of 32 bytes at 0x700000, slots 0, 1 and 5; the block ends within node 2
 *                             \ weak -> chan 0     channels of 96 bytes at 0x800000, slots 0 and 2
 *  stack of 3, which waits for it -> chan 1        goroutine 2 runs; unscanned word -> node 1, interior
 *  node 2 -> stack of 3
 */
struct sample_trace sample_heap_story(void)
{
    static struct payload payload;
    struct sample_trace heap = sample_heap_header(HEAP_VERSION_MAJOR, HEAP_VERSION_MINOR);
    append_tables(&heap, &payload);
    put_run(&payload, 0x700000, 32, 128, 1);
    put_object(&payload, 1, 2, 11); /* node 0 */
    put_edge(&payload, 1, HEAP_EDGE_PRECISE, 32);
    put(&payload, 0);
    put_object(&payload, 1, 2, 12); /* node 1 */
    put_edge(&payload, 1, HEAP_EDGE_INTERIOR, 128);
    put_edge(&payload, 2, HEAP_EDGE_WEAK, 0x100000 - 32);
    put(&payload, 0);
    put_object(&payload, 4, 0, 0); /* node 2 */
    put_edge(&payload, 1, HEAP_EDGE_CONSERVATIVE, -160);
    put(&payload, 0);
    put(&payload, 0);
    take_block(&heap, HEAP_BLOCK_OBJECTS, &payload);
    put_run(&payload, 0x700000, 32, 128, 1);
    put_object(&payload, 6, 0, 0); /* node 2 again */
    put_edge(&payload, 4, HEAP_EDGE_PRECISE, 0x900000 + 0x4000 - 0x700000 - 160);
    put(&payload, 0);
    put(&payload, 0);
    put_run(&payload, 0x800000, 96, 42, 2);
    put_object(&payload, 1, 1, 3); /* chan 0 */
    put(&payload, 0);
    put_object(&payload, 2, 1, 4); /* chan 1 */
    put(&payload, 0);
    put(&payload, 0);
    take_block(&heap, HEAP_BLOCK_OBJECTS, &payload);
    const struct {
        uint64_t kind, owner, interior;
        int64_t word_step, target_step;
    } roots[] = {{HEAP_ROOT_DATA, 0, 0, 0x4f0000, 0x700000},
                 {HEAP_ROOT_STACK, 3, 0, 0x907000 - 0x4f0000, 0x100000 + 192},
                 {HEAP_ROOT_UNSCANNED, 0, 1, -0x400000, 32 - 0x100000 - 192}};
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        put(&payload, roots[i].kind);
        put(&payload, roots[i].owner);
        put_signed(&payload, roots[i].word_step);
        put(&payload, roots[i].interior);
        put_signed(&payload, roots[i].target_step / HEAP_GRAIN_BYTES);
    }
    take_block(&heap, HEAP_BLOCK_ROOTS, &payload);
    put_goroutine(&payload, 2, 2, 0x910000, 0);
    put_goroutine(&payload, 3, 3, 0x900000, 0x800000 + 192);
    take_block(&heap, HEAP_BLOCK_GOROUTINES, &payload);
    append_end(&heap, &payload);
    return heap;
}

enum { NOISE_SLOTS = 64, NOISE_SLOT_BYTES = 64, NOISE_BASE = 0x1000000 };

static void put_noise_object(struct payload *payload, uint64_t *state, size_t object, size_t objects)
{
    put_object(payload, 1, sample_random(state) % 3, sample_random(state) % 100);
    for (uint64_t edges = sample_random(state) % 4; edges > 0; edges--) {
        int64_t target = (int64_t)(sample_random(state) % objects);
        put_edge(payload, 1 + sample_random(state) % 2, (enum heap_edge)(sample_random(state) % HEAP_EDGE_COUNT),
                 (target - (int64_t)object) * NOISE_SLOT_BYTES);
    }
    put(payload, 0);
}

struct sample_trace sample_heap_noise(uint64_t seed, size_t objects)
{
    static struct payload payload;
    uint64_t state = seed * 2 + 1;
    struct sample_trace heap = sample_heap_header(HEAP_VERSION_MAJOR, HEAP_VERSION_MINOR);
    append_tables(&heap, &payload);
    for (size_t object = 0; object < objects; object++) {
        if (object % NOISE_SLOTS == 0)
            put_run(&payload, NOISE_BASE + object * NOISE_SLOT_BYTES, NOISE_SLOT_BYTES, NOISE_SLOTS, 1);
        put_noise_object(&payload, &state, object, objects);
        if (object % NOISE_SLOTS == NOISE_SLOTS - 1 || object + 1 == objects) {
            put(&payload, 0);
            take_block(&heap, HEAP_BLOCK_OBJECTS, &payload);
        }
    }
    for (uint64_t id = 1; id <= 8; id++)
        put_goroutine(&payload, id, 2 + id % 2, 0x900000 + id * 0x10000,
                      id % 2 != 0 ? NOISE_BASE + sample_random(&state) % objects * NOISE_SLOT_BYTES : 0);
    take_block(&heap, HEAP_BLOCK_GOROUTINES, &payload);
    append_end(&heap, &payload);
    return heap;
}
