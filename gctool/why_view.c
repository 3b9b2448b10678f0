#include "gctool/why_view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/quantity.h"

static const char *const verdict_words[] = {
    [LEAK_NONE] = "by itself", [LEAK_ALIVE] = "alive", [LEAK_UNDECIDED] = "undecided", [LEAK_LEAKED] = "leaked"};

static const struct leak *leak_of(const struct path_view *view, const struct snapshot_goroutine *goroutine)
{
    return &view->leaks->items[goroutine - view->target->snapshot->goroutines];
}

/* ---- one goroutine ---- */

static const char *or_unknown(const char *text)
{
    return text != NULL ? text : "something unknown";
}

static void place_of(const struct path_view *view, const struct snapshot_goroutine *goroutine, char text[512])
{
    struct stacks *stacks = &view->target->snapshot->stacks;
    uint32_t place = goroutine->stack != 0 ? stacks_place(stacks, goroutine->stack) : STACK_PLACE_UNKNOWN;
    if (place != STACK_PLACE_UNKNOWN)
        stack_frame_describe(stacks_place_frame(stacks, place), text, 512);
    else
        snprintf(text, 512, "a place that is not known");
}

static void write_state(const struct path_view *view, const struct snapshot_goroutine *goroutine)
{
    FILE *out = view->output->file;
    char name[PATH_VIEW_TEXT_BYTES], place[512], since[QUANTITY_TEXT_BYTES];
    path_view_goroutine(view, goroutine, name);
    place_of(view, goroutine, place);
    if (goroutine->waiting)
        fprintf(out, "%s has waited for %s (%s) in %s", name, quantity_duration_format(goroutine->waiting_ns, since),
                or_unknown(goroutine->wait_reason), place);
    else
        fprintf(out, "%s is %s", name, or_unknown(goroutine->status));
    if (goroutine->site != NULL)
        fprintf(out, "; it was started at %s", path_last_part(goroutine->site));
    fputs(".\n", out);
}

static void write_verdict(const struct path_view *view, const struct snapshot_goroutine *goroutine)
{
    static const char *const sentences[] = {
        [LEAK_ALIVE] = "It counts as alive, because what it waits for can be reached:",
        [LEAK_UNDECIDED] =
            "It is undecided: nothing that runs reaches what it waits for, but memory that the collector does "
            "not look at may:",
        [LEAK_LEAKED] =
            "It waits for ever: nothing that can still run reaches what it waits for. 'gctool leaks' says what it "
            "keeps."};
    FILE *out = view->output->file;
    const struct leak *leak = leak_of(view, goroutine);
    if (leak->verdict != LEAK_NONE)
        fprintf(out, "%s\n", sentences[leak->verdict]);
    else if (goroutine->waiting)
        fputs("It is alive: what it waits for (time, input, the runtime) comes by itself.\n", out);
    else
        fputs("It is alive: it does not wait for anybody.\n", out);
}

static void write_goroutine_json(const struct path_view *view, const struct snapshot_goroutine *goroutine)
{
    struct json *json = &view->output->json;
    char text[PATH_VIEW_TEXT_BYTES];
    json_number(json, "goroutine", goroutine->id);
    path_view_goroutine(view, goroutine, text);
    json_text(json, "name", text);
    json_text(json, "state", or_unknown(goroutine->status));
    if (goroutine->waiting)
        json_text(json, "wait_reason", or_unknown(goroutine->wait_reason));
    else
        json_null(json, "wait_reason");
    json_number(json, "waiting_ns", goroutine->waiting ? goroutine->waiting_ns : 0);
    json_text(json, "verdict", verdict_words[leak_of(view, goroutine)->verdict]);
}

/* ---- what reaches it ---- */

/* Who holds what the goroutine waits for: a goroutine, or NULL: nobody, or something else, and the chain ends. */
static const struct snapshot_goroutine *holder_outside(const struct path_view *view, uint64_t address)
{
    const struct snapshot *snapshot = view->target->snapshot;
    char text[PATH_VIEW_TEXT_BYTES];
    path_view_address(view, address, text);
    if (view->output->is_json)
        json_text(&view->output->json, "outside", text);
    else
        fprintf(view->output->file, "  ╰→ %s\n", text);
    for (size_t at = 0; at < snapshot->goroutine_count; at++)
        if (address >= snapshot->goroutines[at].stack_low && address < snapshot->goroutines[at].stack_high)
            return &snapshot->goroutines[at];
    return NULL;
}

static int write_way(const struct path_view *view, const struct leak *leak,
                     const struct snapshot_goroutine **ret_holder)
{
    const struct snapshot *snapshot = view->target->snapshot;
    *ret_holder = NULL;
    if (leak->verdict != LEAK_ALIVE && leak->verdict != LEAK_UNDECIDED)
        return 0;
    if (leak->woken_by == SNAPSHOT_NONE) {
        *ret_holder = holder_outside(view, leak->woken_by_outside);
        return 0;
    }
    struct path path;
    int error = path_tell(&view->leaks->reach, leak->woken_by, &path);
    if (error < 0)
        return error;
    path_view_write(view, &path);
    if (path.root != SIZE_MAX)
        *ret_holder = snapshot_find_goroutine(snapshot, snapshot->roots[path.root].owner);
    path_free(&path);
    return 0;
}

/* What a reader may do about it. */
static void write_end(const struct path_view *view, bool is_alive_by_others)
{
    if (is_alive_by_others)
        fputs("\nIf none of these will ever use it, the goroutine is leaked in truth, and this way hides it: drop one "
              "of the "
              "references above, or close what it waits for.\n",
              view->output->file);
}

int why_view_write(const struct path_view *view, const struct snapshot_goroutine *goroutine)
{
    struct output *output = view->output;
    bool is_alive_by_others = leak_of(view, goroutine)->verdict == LEAK_ALIVE;
    int error = 0;
    output_start(output, "gctool.goroutine-why.v1");
    if (output->is_json)
        json_array_begin(&output->json, "chain");
    /* Each is alive by one who was found alive before it, so the chain ends. */
    for (const struct snapshot_goroutine *next; goroutine != NULL && error == 0; goroutine = next) {
        if (output->is_json) {
            json_object_begin(&output->json, NULL);
            write_goroutine_json(view, goroutine);
        } else {
            write_state(view, goroutine);
            write_verdict(view, goroutine);
        }
        error = write_way(view, leak_of(view, goroutine), &next);
        if (output->is_json)
            json_object_end(&output->json);
        else if (next != NULL)
            fputc('\n', output->file);
    }
    if (output->is_json)
        json_array_end(&output->json);
    else
        write_end(view, is_alive_by_others);
    output_end(output);
    return error;
}
