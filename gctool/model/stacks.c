/* See stacks.h. */
#include "gctool/model/stacks.h"

#include "base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int stacks_add_context(struct stacks *stacks, uint32_t context, uint32_t parent, uint64_t pc)
{
    if (context == 0 || context >= STACK_CONTEXTS_MAX || parent >= context)
        return -EINVAL;
    int error = array_reserve(&stacks->contexts, &stacks->context_capacity, (size_t)context + 1,
                              sizeof *stacks->contexts);
    if (error < 0)
        return error;
    stacks->contexts[context] = (struct stack_context){.pc = pc, .parent = parent};
    if (context >= stacks->context_count)
        stacks->context_count = (size_t)context + 1;
    return 0;
}

int stacks_add_module(struct stacks *stacks, uint64_t bias, uint64_t start, uint64_t end, const char *path)
{
    int error = array_reserve(&stacks->modules, &stacks->module_capacity, stacks->module_count + 1,
                              sizeof *stacks->modules);
    if (error < 0)
        return error;
    struct stack_module module = {.bias = bias, .start = start, .end = end};
    error = texts_keep(&stacks->texts, path, &module.path);
    if (error == 0)
        stacks->modules[stacks->module_count++] = module;
    return error;
}

/* The module of the frame's pc: the last one named there, since an object may be loaded where another was. */
static void set_module(const struct stacks *stacks, struct stack_frame *frame)
{
    for (size_t at = stacks->module_count; at-- > 0;) {
        const struct stack_module *module = &stacks->modules[at];
        if (frame->pc >= module->start && frame->pc < module->end) {
            frame->module = module->path;
            frame->module_pc = frame->pc - module->bias;
            return;
        }
    }
}

/* The runtime's source is known by the function that every goroutine begins in, and by the one that those which wait are in. */
static void learn_runtime_source(struct stacks *stacks, const struct stack_frame *frame)
{
    static const struct {
        const char *function, *file;
    } known[] = {{"goroutine_main", "/sched/goroutine.c"}, {"scheduler_switch", "/sched/scheduler.c"}};
    if (stacks->runtime_source || !frame->function || !frame->file)
        return;
    size_t bytes = strlen(frame->file);
    for (size_t at = 0; at < sizeof known / sizeof *known; at++) {
        size_t tail = strlen(known[at].file);
        if (strcmp(frame->function, known[at].function) != 0 || bytes <= tail ||
            strcmp(frame->file + bytes - tail, known[at].file) != 0)
            continue;
        stacks->runtime_source = frame->file;
        stacks->runtime_source_bytes = bytes - tail + 1;
    }
}

static int copy_frames(struct stacks *stacks, struct stack_frames *set, uint64_t pc, const struct stack_frame *frames,
                       size_t count)
{
    set->items = calloc(count, sizeof *set->items);
    if (!set->items)
        return -ENOMEM;
    set->count = count;
    int error = 0;
    for (size_t at = 0; at < count && error == 0; at++) {
        struct stack_frame *copy = &set->items[at];
        copy->pc = pc;
        copy->line = frames[at].line;
        copy->inlined = frames[at].inlined;
        set_module(stacks, copy);
        error = texts_keep(&stacks->texts, frames[at].function, &copy->function);
        if (error == 0)
            error = texts_keep(&stacks->texts, frames[at].file, &copy->file);
        learn_runtime_source(stacks, copy);
    }
    return error;
}

int stacks_add_frames(struct stacks *stacks, uint64_t pc, const struct stack_frame *frames, size_t count)
{
    if (count == 0 || key_index_find(&stacks->by_pc, 0, pc) != KEY_INDEX_NONE)
        return 0;
    int error = array_reserve(&stacks->frame_sets, &stacks->frame_set_capacity, stacks->frame_set_count + 1,
                              sizeof *stacks->frame_sets);
    if (error < 0)
        return error;
    struct stack_frames set = {0};
    error = copy_frames(stacks, &set, pc, frames, count);
    if (error == 0)
        error = key_index_add(&stacks->by_pc, 0, pc, (uint32_t)stacks->frame_set_count);
    if (error < 0) {
        free(set.items);
        return error;
    }
    stacks->frame_sets[stacks->frame_set_count++] = set;
    return 0;
}

const struct stack_frame *stacks_frames_of(const struct stacks *stacks, uint64_t pc, size_t *ret_count)
{
    uint32_t set = key_index_find(&stacks->by_pc, 0, pc);
    if (set == KEY_INDEX_NONE) {
        *ret_count = 0;
        return NULL;
    }
    *ret_count = stacks->frame_sets[set].count;
    return stacks->frame_sets[set].items;
}

void stacks_visit(const struct stacks *stacks, uint32_t context,
                  bool (*each)(const struct stack_frame *frame, void *argument), void *argument)
{
    for (size_t depth = 0; context != 0 && context < stacks->context_count && depth < STACK_DEPTH_MAX; depth++) {
        const struct stack_context *at = &stacks->contexts[context];
        size_t count;
        const struct stack_frame *frames = stacks_frames_of(stacks, at->pc, &count);
        struct stack_frame nameless = {.pc = at->pc};
        if (count == 0) {
            set_module(stacks, &nameless);
            frames = &nameless;
            count = 1;
        }
        for (size_t frame = 0; frame < count; frame++)
            if (!each(&frames[frame], argument))
                return;
        context = at->parent;
    }
}

const char *path_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static bool is_public(const struct stack_frame *frame)
{
    return frame->function && strncmp(frame->function, "gcrt_", strlen("gcrt_")) == 0;
}

bool stack_frame_is_runtime(const struct stacks *stacks, const struct stack_frame *frame)
{
    if (frame->module && strncmp(path_last_part(frame->module), "libgcrt", strlen("libgcrt")) == 0)
        return true;
    return is_public(frame) || (stacks->runtime_source && frame->file &&
                                strncmp(frame->file, stacks->runtime_source, stacks->runtime_source_bytes) == 0);
}

/* The frames that may be a context's place. */
struct search {
    const struct stacks *stacks;
    struct stack_frame innermost, asked, user;
    bool has_innermost, has_asked, has_user;
};

static bool look_for_user(const struct stack_frame *frame, void *argument)
{
    struct search *search = argument;
    if (!search->has_innermost)
        search->innermost = *frame;
    search->has_innermost = true;
    if (!stack_frame_is_runtime(search->stacks, frame)) {
        search->user = *frame;
        search->has_user = true;
        return false;
    }
    if (!search->has_asked && is_public(frame)) {
        search->asked = *frame;
        search->has_asked = true;
    }
    return true;
}

/* The place of a frame: kept texts are equal when their pointers are. Nameless frames are told apart by pc. A collision of hashes
 * takes the next key. */
static int intern_place(struct stacks *stacks, const struct stack_frame *frame, uint32_t *ret_place)
{
    bool named = frame->function || frame->file;
    uint64_t hash = text_hash(text_hash(0, frame->function), frame->file) ^ frame->line;
    if (!named)
        hash = frame->pc;
    for (uint64_t probe = named ? 0 : 1ULL << 32;; probe++) {
        uint32_t place = key_index_find(&stacks->by_place, hash, probe);
        if (place == KEY_INDEX_NONE) {
            *ret_place = (uint32_t)stacks->place_count;
            int error = array_reserve(&stacks->places, &stacks->place_capacity, stacks->place_count + 1,
                                      sizeof *stacks->places);
            if (error == 0)
                error = key_index_add(&stacks->by_place, hash, probe, *ret_place);
            if (error < 0)
                return error;
            stacks->places[stacks->place_count++] = *frame;
            return 0;
        }
        const struct stack_frame *there = &stacks->places[place];
        if (!named ||
            (there->function == frame->function && there->file == frame->file && there->line == frame->line)) {
            *ret_place = place;
            return 0;
        }
    }
}

uint32_t stacks_place(struct stacks *stacks, uint32_t context)
{
    if (stacks->place_count == 0) {
        if (array_reserve(&stacks->places, &stacks->place_capacity, 1, sizeof *stacks->places) < 0)
            return STACK_PLACE_UNKNOWN;
        stacks->place_count = 1;
    }
    if (context == 0 || context >= stacks->context_count)
        return STACK_PLACE_UNKNOWN;
    struct stack_context *at = &stacks->contexts[context];
    if (at->place != 0)
        return at->place - 1;
    struct search search = {.stacks = stacks};
    stacks_visit(stacks, context, look_for_user, &search);
    uint32_t place = STACK_PLACE_UNKNOWN;
    const struct stack_frame *frame = search.has_user    ? &search.user
                                      : search.has_asked ? &search.asked
                                                         : &search.innermost;
    if (!search.has_innermost || intern_place(stacks, frame, &place) < 0)
        return STACK_PLACE_UNKNOWN;
    at->place = place + 1;
    return place;
}

const struct stack_frame *stacks_place_frame(const struct stacks *stacks, uint32_t place)
{
    static const struct stack_frame unknown;
    return place < stacks->place_count ? &stacks->places[place] : &unknown;
}

void stack_frame_describe(const struct stack_frame *frame, char *ret_text, size_t text_bytes)
{
    const char *file = frame->file ? path_last_part(frame->file) : NULL;
    if (frame->function && file)
        snprintf(ret_text, text_bytes, "%s %s:%u", frame->function, file, frame->line);
    else if (frame->function)
        snprintf(ret_text, text_bytes, "%s", frame->function);
    else if (frame->module)
        snprintf(ret_text, text_bytes, "%s+0x%" PRIx64, path_last_part(frame->module), frame->module_pc);
    else if (frame->pc)
        snprintf(ret_text, text_bytes, "0x%" PRIx64, frame->pc);
    else
        snprintf(ret_text, text_bytes, "unknown");
}

void stacks_free(struct stacks *stacks)
{
    for (size_t at = 0; at < stacks->frame_set_count; at++)
        free(stacks->frame_sets[at].items);
    free(stacks->frame_sets);
    texts_free(&stacks->texts);
    free(stacks->modules);
    free(stacks->contexts);
    free(stacks->places);
    key_index_free(&stacks->by_pc);
    key_index_free(&stacks->by_place);
    *stacks = (struct stacks){0};
}
