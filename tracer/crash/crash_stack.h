/* crash_stack.h: frames of a stack of which nothing is taken for granted: by frame pointers, inside of its bounds. */
#ifndef TRACER_CRASH_CRASH_STACK_H
#define TRACER_CRASH_CRASH_STACK_H

#include <stddef.h>
#include <stdint.h>

enum { CRASH_FRAMES_MAX = 128 };

struct crash_registers {
    uintptr_t pc, sp, frame;
    uintptr_t bottom; /* code to which the outermost frame of a goroutine returns; 0: a thread's own stack */
};

/* Return addresses from the frame at `frame` on. Returns how many. */
size_t crash_stack_walk(uintptr_t frame, uintptr_t low, uintptr_t high, uintptr_t *ret_frames, size_t frames_max);

/* The stack of a fault; the first is its pc itself. A call to where there is no code has left its return address at sp. Code without frame pointers (a C
 * library that aborts) may have put anything in rbp: then the frames go on with the first pair of words above sp from which
 * a chain of frames leads to the bottom of the stack, and what lies between is missing. */
size_t crash_stack_walk_fault(const struct crash_registers *registers, uintptr_t low, uintptr_t high,
                              uintptr_t *ret_frames, size_t frames_max);

#endif
