#include "gctool/analyze/where.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* main() that ends in 'return gcrt_run(...)' jumps there and leaves no frame: what is left is the function that calls main() and nothing else. */
static const char caller_of_main[] = "__libc_start_call_main";

void where_put_place(struct rows *rows, const struct stacks *stacks, uint32_t place)
{
    const struct stack_frame *frame = stacks_place_frame(stacks, place);
    char text[512];
    if (frame->function && strcmp(frame->function, caller_of_main) == 0) {
        rows_put_text(rows, "main");
    } else if (frame->function) {
        rows_put_text(rows, frame->function);
    } else {
        stack_frame_describe(frame, text, sizeof text);
        rows_put_text(rows, text);
    }
    if (!frame->file) {
        rows_put_nothing(rows);
        return;
    }
    snprintf(text, sizeof text, "%s:%" PRIu32, path_last_part(frame->file), frame->line);
    rows_put_text(rows, text);
}

struct stack_text {
    char text[8192];
    size_t length;
};

static bool append_frame(const struct stack_frame *frame, void *argument)
{
    struct stack_text *stack = argument;
    char line[600];
    if (frame->pc == 0)
        snprintf(line, sizeof line, "(deeper frames were not recorded)");
    else
        stack_frame_describe(frame, line, sizeof line);
    int written = snprintf(stack->text + stack->length, sizeof stack->text - stack->length, "%s%s%s",
                           stack->length ? "\n" : "", line, frame->inlined ? " (inlined)" : "");
    if (written < 0 || (size_t)written >= sizeof stack->text - stack->length) {
        stack->text[stack->length] = '\0';
        return false;
    }
    stack->length += (size_t)written;
    return true;
}

void where_put_stack(struct rows *rows, const struct stacks *stacks, uint32_t context)
{
    struct stack_text stack = {.length = 0};
    stacks_visit(stacks, context, append_frame, &stack);
    rows_put_text(rows, stack.length ? stack.text : NULL);
}
