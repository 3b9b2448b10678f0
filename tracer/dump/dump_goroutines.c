#include "tracer/dump/dump_goroutines.h"

#include <stddef.h>
#include <stdint.h>

#include "observe/inspect.h"
#include "tracer/format/heap_file.h"
#include "tracer/inside/block_output.h"

enum {
    NUMBER = BLOCK_NUMBER_BYTES_MAX,
    ENTRY_BYTES_MAX = (10 + HEAP_FRAMES_MAX + HEAP_WAITS_MAX) * NUMBER + 2 * (NUMBER + BLOCK_TEXT_BYTES_MAX),
};

struct addresses {
    size_t count;
    uint64_t items[HEAP_WAITS_MAX];
};

/* Frame records: the caller's frame pointer, then the return address. Nothing outside of the stack is read. */
static __attribute__((no_sanitize("address"))) void walk(const struct inspect_goroutine *goroutine,
                                                         struct addresses *frames)
{
    if (goroutine->pc == 0)
        return;
    frames->items[frames->count++] = goroutine->pc;
    uintptr_t frame = goroutine->frame;
    while (frames->count < HEAP_FRAMES_MAX && frame >= goroutine->stack_low && frame % sizeof(uintptr_t) == 0 &&
           frame + 2 * sizeof(uintptr_t) <= goroutine->stack_high) {
        const uintptr_t *record = (const uintptr_t *)frame;
        if (record[1] == 0)
            return;
        frames->items[frames->count++] = record[1];
        if (record[0] <= frame)
            return;
        frame = record[0];
    }
}

static void add_wait(uintptr_t object, void *context)
{
    struct addresses *waits = context;
    if (waits->count < HEAP_WAITS_MAX)
        waits->items[waits->count++] = object;
}

static void write_goroutine(const struct inspect_goroutine *goroutine, void *)
{
    static struct addresses frames, waits; /* too large for a stack whose size is not ours */
    frames.count = waits.count = 0;
    walk(goroutine, &frames);
    gcrt_inspector.waits(goroutine->record, add_wait, &waits);

    block_output_entry(HEAP_BLOCK_GOROUTINES, ENTRY_BYTES_MAX);
    block_output_number(goroutine->id);
    block_output_number(goroutine->creator);
    block_output_number(goroutine->status);
    block_output_number(goroutine->wait_reason);
    block_output_number(goroutine->waiting_ns);
    block_output_number(goroutine->function);
    block_output_number(goroutine->stack_low);
    block_output_number(goroutine->stack_high - goroutine->stack_low);
    block_output_number(frames.count);
    uint64_t last = 0;
    for (size_t i = 0; i < frames.count; i++) {
        block_output_delta(frames.items[i], last);
        last = frames.items[i];
    }
    block_output_number(waits.count);
    for (size_t i = 0; i < waits.count; i++)
        block_output_number(waits.items[i]);
    block_output_text(goroutine->name);
    block_output_text(goroutine->site);
}

void dump_goroutines_write(void)
{
    gcrt_inspector.goroutines(write_goroutine, NULL);
}
