/* What the rankings share: the filter. See ranking.h. */
#include "gctool/analyze/ranking.h"

#include <string.h>

struct match {
    const char *filter;
    bool found;
};

static bool frame_matches(const struct stack_frame *frame, void *argument)
{
    struct match *match = argument;
    match->found = (frame->function && strcasestr(frame->function, match->filter)) ||
                   (frame->file && strcasestr(frame->file, match->filter));
    return !match->found;
}

bool ranking_keeps(const char *filter, const struct stacks *stacks, const char *const names[], size_t name_count,
                   const uint32_t contexts[], size_t context_count)
{
    if (!filter || !*filter)
        return true;
    for (size_t at = 0; at < name_count; at++)
        if (names[at] && strcasestr(names[at], filter))
            return true;
    struct match match = {.filter = filter};
    for (size_t at = 0; at < context_count && !match.found; at++)
        stacks_visit(stacks, contexts[at], frame_matches, &match);
    return match.found;
}
