#include "tracer/crash/crash_stack.h"

#include <stdbool.h>

#include "tracer/crash/code_map.h"

enum { SEARCHED_BYTES = 16 * 1024, BOTTOM_CODE_BYTES = 32 };

/* Reads what it likes. */
#define UNSANITIZED __attribute__((no_sanitize("address", "thread", "undefined")))

static bool has_frame(uintptr_t frame, uintptr_t low, uintptr_t high)
{
    return frame >= low && frame % sizeof(uintptr_t) == 0 && high - low >= 2 * sizeof(uintptr_t) &&
           frame <= high - 2 * sizeof(uintptr_t);
}

UNSANITIZED size_t crash_stack_walk(uintptr_t frame, uintptr_t low, uintptr_t high, uintptr_t *ret_frames,
                                    size_t frames_max)
{
    size_t count = 0;
    while (count < frames_max && has_frame(frame, low, high)) {
        const uintptr_t *record = (const uintptr_t *)frame; /* the caller's frame pointer, the return address */
        if (record[1] == 0)
            break;
        ret_frames[count++] = record[1];
        if (record[0] <= frame)
            break;
        frame = record[0];
    }
    return count;
}

/* Frames of code, each above the one before, up to the one without a caller, which on a goroutine's stack returns to the bottom. */
static UNSANITIZED bool is_chain(uintptr_t frame, uintptr_t low, uintptr_t high, uintptr_t bottom)
{
    for (;;) {
        if (!has_frame(frame, low, high))
            return false;
        const uintptr_t *record = (const uintptr_t *)frame;
        if (!code_map_has(record[1]))
            return false;
        if (record[0] <= frame)
            return record[0] == 0 && (bottom == 0 || record[1] - bottom < BOTTOM_CODE_BYTES);
        frame = record[0];
    }
}

static uintptr_t find_frame(uintptr_t sp, uintptr_t low, uintptr_t high, uintptr_t bottom)
{
    uintptr_t at = (sp + sizeof(uintptr_t) - 1) & ~(uintptr_t)(sizeof(uintptr_t) - 1);
    for (uintptr_t end = at + SEARCHED_BYTES; at < end && has_frame(at, low, high); at += sizeof(uintptr_t))
        if (is_chain(at, low, high, bottom))
            return at;
    return 0;
}

UNSANITIZED size_t crash_stack_walk_fault(const struct crash_registers *registers, uintptr_t low, uintptr_t high,
                                          uintptr_t *ret_frames, size_t frames_max)
{
    size_t count = 0;
    uintptr_t frame = registers->frame;
    ret_frames[count++] = registers->pc;
    if (!code_map_has(registers->pc) && has_frame(registers->sp, low, high) &&
        code_map_has(*(const uintptr_t *)registers->sp))
        ret_frames[count++] = *(const uintptr_t *)registers->sp;
    if (frame < registers->sp || !is_chain(frame, low, high, registers->bottom)) {
        uintptr_t found = find_frame(registers->sp, low, high, registers->bottom);
        frame = found != 0 ? found : frame;
    }
    return count + crash_stack_walk(frame, low, high, ret_frames + count, frames_max - count);
}
