/* See load.h. */
#include "gctool/model/load.h"

#include "base/error.h"

#include <errno.h>

enum { EVENTS_BETWEEN_LOOKS = 1 << 15 };

static int take_events(struct model *model, struct trace_reader *reader, const struct load_watch *watch,
                       struct error *reterr)
{
    struct trace_event event;
    int more;
    while ((more = trace_reader_next(reader, &event, reterr)) > 0) {
        int error = model_apply(model, &event);
        if (error < 0)
            return error_set(reterr, error, "out of memory while reading events");
        if (watch && model->event_count % EVENTS_BETWEEN_LOOKS == 0)
            watch->each(watch->argument, trace_reader_completeness(reader)->file_bytes);
    }
    return more;
}

/* The frames of one address, as the reader knows them: all but the last are inlined into the next. */
static int take_frames(struct model *model, struct trace_reader *reader, uint64_t pc)
{
    const struct trace_frame *known;
    struct stack_frame frames[TRACE_FRAMES_MAX];
    size_t count = trace_reader_symbol(reader, pc, &known);
    if (count > TRACE_FRAMES_MAX)
        count = TRACE_FRAMES_MAX;
    for (size_t at = 0; at < count; at++)
        frames[at] = (struct stack_frame){
            .function = known[at].function, .file = known[at].file, .line = known[at].line, .inlined = at + 1 < count};
    return stacks_add_frames(&model->stacks, pc, frames, count);
}

/* Stacks come last: their symbols stand at the end of a file. */
static int take_stacks(struct model *model, struct trace_reader *reader)
{
    uint32_t count = trace_reader_context_count(reader);
    int error = 0;
    for (uint32_t context = 1; context < count && error == 0; context++) {
        struct ring_context node;
        if (!trace_reader_context(reader, context, &node))
            continue;
        error = stacks_add_context(&model->stacks, context, node.parent, node.pc);
        if (error == 0)
            error = take_frames(model, reader, node.pc);
    }
    for (size_t group = 0; group < model->goroutines.group_count && error == 0; group++)
        error = take_frames(model, reader, model->goroutines.groups[group].function);
    return error;
}

int model_load(struct trace_reader *reader, uint64_t since_ns, uint64_t until_ns, const struct load_watch *watch,
               struct model **ret_model, struct error *reterr)
{
    struct model *model = model_new(since_ns, until_ns);
    if (!model)
        return error_set(reterr, -ENOMEM, "out of memory");
    int error = take_events(model, reader, watch, reterr);
    if (error == 0) {
        error = take_stacks(model, reader);
        if (error < 0)
            error_set(reterr, error, "out of memory while reading stacks");
    }
    if (error < 0) {
        model_free(model);
        return error;
    }
    model_finish(model);
    model->file = *trace_reader_completeness(reader);
    *ret_model = model;
    return 0;
}
