#include "gctool/path_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "gctool/output/terminal.h"
#include "gctool/process/fields.h"

/* ---- words ---- */

static const struct stack_frame *place_of(const struct path_view *view, uint32_t context)
{
    struct stacks *stacks = &view->target->snapshot->stacks;
    uint32_t place = context != 0 ? stacks_place(stacks, context) : STACK_PLACE_UNKNOWN;
    return place != STACK_PLACE_UNKNOWN ? stacks_place_frame(stacks, place) : NULL;
}

static const char *type_name(const struct snapshot *snapshot, uint32_t object)
{
    const char *name = snapshot->types[snapshot_span_of(snapshot, object)->type].name;
    return name[0] != '\0' ? name : "(unnamed type)";
}

void path_view_goroutine(const struct path_view *view, const struct snapshot_goroutine *goroutine,
                         char ret_text[PATH_VIEW_TEXT_BYTES])
{
    size_t count;
    const struct stack_frame *frames = stacks_frames_of(&view->target->snapshot->stacks, goroutine->function + 1,
                                                        &count);
    const char *name = goroutine->name;
    if (name == NULL && count > 0)
        name = frames[count - 1].function;
    snprintf(ret_text, PATH_VIEW_TEXT_BYTES, name != NULL ? "goroutine %" PRIu64 " '%s'" : "goroutine %" PRIu64,
             goroutine->id, name);
}

void path_view_object(const struct path_view *view, uint32_t object, char ret_text[PATH_VIEW_TEXT_BYTES])
{
    const struct snapshot *snapshot = view->target->snapshot;
    const struct stack_frame *birth = place_of(view, snapshot->births[object]);
    int length = snprintf(ret_text, PATH_VIEW_TEXT_BYTES, "%s 0x%" PRIx64, type_name(snapshot, object),
                          snapshot_address(snapshot, object));
    char made[512];
    if (birth == NULL || length < 0 || length >= PATH_VIEW_TEXT_BYTES)
        return;
    stack_frame_describe(birth, made, sizeof made);
    snprintf(ret_text + length, PATH_VIEW_TEXT_BYTES - (size_t)length, ", made by %s", made);
}

/* Whose stack it is on, or NULL. */
static const struct snapshot_goroutine *owner_of(const struct snapshot *snapshot, uint64_t address)
{
    for (size_t at = 0; at < snapshot->goroutine_count; at++)
        if (address >= snapshot->goroutines[at].stack_low && address < snapshot->goroutines[at].stack_high)
            return &snapshot->goroutines[at];
    return NULL;
}

void path_view_address(const struct path_view *view, uint64_t address, char ret_text[PATH_VIEW_TEXT_BYTES])
{
    const struct snapshot *snapshot = view->target->snapshot;
    const struct snapshot_goroutine *owner = owner_of(snapshot, address);
    char name[PATH_VIEW_TEXT_BYTES];
    if (owner != NULL) {
        path_view_goroutine(view, owner, name);
        snprintf(ret_text, PATH_VIEW_TEXT_BYTES, "0x%" PRIx64 " on the stack of %.900s", address, name);
        return;
    }
    bool known = fields_name_data(view->target->symbolizer, address, name, sizeof name);
    const char *module = NULL;
    for (size_t at = 0; at < snapshot->module_count; at++)
        if (address >= snapshot->modules[at].start && address < snapshot->modules[at].end)
            module = path_last_part(snapshot->modules[at].path);
    if (module != NULL && known)
        snprintf(ret_text, PATH_VIEW_TEXT_BYTES, "global %.700s in %.200s", name, module);
    else if (module != NULL)
        snprintf(ret_text, PATH_VIEW_TEXT_BYTES, "0x%" PRIx64 " in %.200s", address, module);
    else
        snprintf(ret_text, PATH_VIEW_TEXT_BYTES, "0x%" PRIx64, address);
}

static const char *root_word(uint8_t kind)
{
    static const char *const words[HEAP_ROOT_COUNT] = {
        [HEAP_ROOT_DATA] = "global",     [HEAP_ROOT_ADDED] = "added root",
        [HEAP_ROOT_STACK] = "stack",     [HEAP_ROOT_REGISTER] = "registers",
        [HEAP_ROOT_RECORD] = "argument", [HEAP_ROOT_THREAD] = "thread of gcrt_run",
        [HEAP_ROOT_TIMER] = "timer",     [HEAP_ROOT_UNSCANNED] = "unscanned memory"};
    return words[kind];
}

/* Of a goroutine: what keeps, and where it stands. */
static void describe_goroutine_root(const struct path_view *view, const struct snapshot_root *root,
                                    const struct snapshot_goroutine *goroutine, char text[PATH_VIEW_TEXT_BYTES])
{
    const struct snapshot *snapshot = view->target->snapshot;
    const struct stack_frame *place = place_of(view, goroutine->stack);
    char name[PATH_VIEW_TEXT_BYTES], where[512] = "";
    path_view_goroutine(view, goroutine, name);
    if (place != NULL)
        stack_frame_describe(place, where, sizeof where);
    bool leaked = view->leaks->items[goroutine - snapshot->goroutines].verdict == LEAK_LEAKED;
    snprintf(text, PATH_VIEW_TEXT_BYTES, "%s of %.300s%s%.400s%s", root_word(root->kind), name,
             place != NULL ? ", which is in " : "", where, leaked ? ", and waits for ever" : "");
}

static void describe_root(const struct path_view *view, const struct snapshot_root *root,
                          char text[PATH_VIEW_TEXT_BYTES])
{
    const struct snapshot_goroutine *goroutine = snapshot_find_goroutine(view->target->snapshot, root->owner);
    if (goroutine != NULL) {
        describe_goroutine_root(view, root, goroutine, text);
    } else if (root->kind == HEAP_ROOT_DATA) {
        path_view_address(view, root->address, text);
    } else {
        char place[PATH_VIEW_TEXT_BYTES];
        path_view_address(view, root->address, place);
        snprintf(text, PATH_VIEW_TEXT_BYTES, "%s: %.900s", root_word(root->kind), place);
    }
}

static void describe_field(const struct path_view *view, const struct path_step *step, char *text, size_t text_bytes)
{
    const struct snapshot *snapshot = view->target->snapshot;
    const struct snapshot_type *type = &snapshot->types[snapshot_span_of(snapshot, step->object)->type];
    uint64_t offset = (uint64_t)snapshot->edges[step->edge].offset * 8;
    if (type->size == 8)
        snprintf(text, text_bytes, "[%" PRIu64 "]", offset / 8);
    else if (!fields_name_member(view->target->symbolizer, type->name, offset, text, text_bytes))
        snprintf(text, text_bytes, "+0x%" PRIx64, offset);
}

static const char *edge_remark(uint8_t kind)
{
    if (kind == HEAP_EDGE_CONSERVATIVE)
        return "a word that may be no pointer: the type does not say";
    return kind == HEAP_EDGE_INTERIOR ? "points into it" : NULL;
}

/* ---- for people ---- */

static void write_reference(const struct path_view *view, const struct path_step *step)
{
    const struct output *output = view->output;
    char field[PATH_VIEW_TEXT_BYTES];
    describe_field(view, step, field, sizeof field);
    const char *remark = edge_remark(view->target->snapshot->edges[step->edge].kind);
    fprintf(output->file, "  │    ↓ %s%s%s", step->suspect && output->colour ? STYLE_NOTICE : "", field,
            step->suspect && output->colour ? STYLE_PLAIN : "");
    if (remark != NULL)
        fprintf(output->file, "   (%s)", remark);
    fputc('\n', output->file);
    if (step->suspect) {
        fputs("  │      ", output->file);
        for (size_t at = 0; at < strlen(field); at++)
            fputc('~', output->file);
        fputc('\n', output->file);
    }
    char count[QUANTITY_TEXT_BYTES];
    if (step->skipped > 0)
        fprintf(output->file, "  │    ↓ ... and through %s more like it\n",
                quantity_count_format(step->skipped, count));
}

static void write_text(const struct path_view *view, const struct path *path)
{
    FILE *out = view->output->file;
    char text[PATH_VIEW_TEXT_BYTES] = "nothing: it is garbage, and the next collection frees it";
    if (path->root != SIZE_MAX)
        describe_root(view, &view->target->snapshot->roots[path->root], text);
    fprintf(out, "  ┬ held by %s\n", text);
    for (size_t at = 0; at < path->count; at++) {
        path_view_object(view, path->steps[at].object, text);
        fprintf(out, "  %s %s\n", at + 1 < path->count ? "├─" : "╰→", text);
        if (at + 1 < path->count)
            write_reference(view, &path->steps[at]);
    }
}

/* ---- for programs ---- */

static void write_step(const struct path_view *view, const struct path_step *step)
{
    const struct snapshot *snapshot = view->target->snapshot;
    struct json *json = &view->output->json;
    char text[PATH_VIEW_TEXT_BYTES];
    json_object_begin(json, NULL);
    json_text(json, "type", type_name(snapshot, step->object));
    json_number(json, "address", snapshot_address(snapshot, step->object));
    json_number(json, "bytes", snapshot_bytes(snapshot, step->object));
    const struct stack_frame *birth = place_of(view, snapshot->births[step->object]);
    if (birth != NULL) {
        stack_frame_describe(birth, text, sizeof text);
        json_text(json, "made_by", text);
    } else {
        json_null(json, "made_by");
    }
    if (step->edge != UINT64_MAX) {
        uint8_t kind = snapshot->edges[step->edge].kind;
        describe_field(view, step, text, sizeof text);
        json_text(json, "field", text);
        json_flag(json, "suspect", step->suspect);
        json_flag(json, "interior", kind == HEAP_EDGE_INTERIOR);
        json_flag(json, "conservative", kind == HEAP_EDGE_CONSERVATIVE);
        json_number(json, "skipped_steps", step->skipped);
    }
    json_object_end(json);
}

static void write_json(const struct path_view *view, const struct path *path)
{
    const struct snapshot *snapshot = view->target->snapshot;
    struct json *json = &view->output->json;
    if (path->root == SIZE_MAX) {
        json_null(json, "root");
    } else {
        const struct snapshot_root *root = &snapshot->roots[path->root];
        char text[PATH_VIEW_TEXT_BYTES];
        describe_root(view, root, text);
        json_object_begin(json, "root");
        json_text(json, "kind", root_word(root->kind));
        json_text(json, "text", text);
        json_number(json, "address", root->address);
        if (snapshot_find_goroutine(snapshot, root->owner) != NULL)
            json_number(json, "goroutine", root->owner);
        else
            json_null(json, "goroutine");
        json_object_end(json);
    }
    json_array_begin(json, "steps");
    for (size_t at = 0; at < path->count; at++)
        write_step(view, &path->steps[at]);
    json_array_end(json);
}

void path_view_write(const struct path_view *view, const struct path *path)
{
    if (view->output->is_json)
        write_json(view, path);
    else
        write_text(view, path);
}
