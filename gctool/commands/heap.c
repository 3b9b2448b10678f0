/* gctool heap: what a heap holds, and what keeps it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/quantity.h"
#include "gctool/analyze/heap_sections.h"
#include "gctool/output/output.h"
#include "gctool/path_view.h"
#include "gctool/target.h"
#include "gctool/verb.h"

enum { LIMIT_FOR_PEOPLE = 20, PATHS_FOR_PEOPLE = 3 };

static int write_rows(struct output *output, struct rows *rows, int error)
{
    if (error == 0)
        error = output_rows(output, rows);
    rows_free(rows);
    return error;
}

/* A table of births that nobody recorded would be one row 'unknown' for each type: those stand above it already. */
static int write_sites(struct snapshot *snapshot, const struct reach *reach, const struct ranking_options *ranking,
                       struct output *output)
{
    struct rows rows = {0};
    if (output->is_json || heap_has_births(snapshot))
        return write_rows(output, &rows, heap_sites(snapshot, reach, ranking, &rows));
    fputs("who made it is not known: births were not recorded; 'gctool trace PROGRAM' records them\n", output->file);
    return 0;
}

static int write_stats(struct snapshot *snapshot, const struct ranking_options *ranking, struct output *output)
{
    struct reach reach;
    struct rows rows = {0};
    int error = reach_from_roots(&reach, snapshot);
    if (error < 0)
        return error;
    output_start(output, "gctool.heap.v1");
    error = heap_summary(snapshot, &reach, &rows);
    error = write_rows(output, &rows, error);
    if (error == 0)
        error = write_rows(output, &rows, heap_types(snapshot, &reach, ranking, &rows));
    if (error == 0)
        error = write_sites(snapshot, &reach, ranking, output);
    output_end(output);
    reach_end(&reach);
    return error;
}

/* ---- path ---- */

static bool is_address(const char *word, uint64_t *ret_address)
{
    char *end;
    *ret_address = strtoull(word, &end, 0);
    return strncmp(word, "0x", 2) == 0 && end[0] == '\0';
}

/* The objects that were asked for. 0, or negative with `reterr`: there are none. */
static int find_groups(struct paths *paths, const char *word, struct error *reterr)
{
    uint64_t address;
    if (!is_address(word, &address)) {
        if (paths_group_type(paths, word) < 0)
            return error_set(reterr, -ENOMEM, "out of memory");
        if (paths->count > 0)
            return 0;
        error_set(reterr, -ENOENT, "no object's type has '%s' in its name", word);
        error_hint(reterr, "'gctool heap TARGET' lists the types; an address begins with 0x");
        return -ENOENT;
    }
    uint32_t object = snapshot_find(paths->snapshot, address);
    if (object == SNAPSHOT_NONE)
        return error_set(reterr, -ENOENT, "no object is at 0x%" PRIx64, address);
    return paths_group_object(paths, object) < 0 ? error_set(reterr, -ENOMEM, "out of memory") : 0;
}

static void write_group_head(const struct paths *paths, const struct path_group *group, size_t nth,
                             struct output *output)
{
    const char *type = paths->snapshot->types[group->type].name;
    uint32_t wave = paths->reach.steps[group->example].wave;
    if (output->is_json) {
        static const char *const words[] = {"garbage", "alive", "leaked"};
        json_text(&output->json, "type", type);
        json_number(&output->json, "objects", group->objects);
        json_number(&output->json, "bytes", group->bytes);
        json_text(&output->json, "kept_by", words[wave]);
        return;
    }
    char count[QUANTITY_TEXT_BYTES], bytes[QUANTITY_TEXT_BYTES];
    fprintf(output->file, "%s%s of %s, %s", nth > 0 ? "\n" : "", quantity_count_format(group->objects, count), type,
            quantity_bytes_format(group->bytes, bytes));
    if (wave == PATH_WAVE_LEAKED)
        fputs(", kept by leaked goroutines alone ('gctool leaks')", output->file);
    if (group->objects > 1)
        fputs(wave == 0 ? "; one of them" : ", all held in this way; the nearest", output->file);
    fputs(":\n", output->file);
}

static int write_groups(const struct path_view *view, const struct paths *paths, size_t limit)
{
    struct output *output = view->output;
    size_t shown = limit != 0 && limit < paths->count ? limit : paths->count;
    int error = 0;
    output_start(output, "gctool.heap-path.v1");
    if (output->is_json)
        json_array_begin(&output->json, "paths");
    for (size_t nth = 0; nth < shown && error == 0; nth++) {
        struct path path;
        error = paths_tell(paths, &paths->groups[nth], &path);
        if (error < 0)
            break;
        if (output->is_json)
            json_object_begin(&output->json, NULL);
        write_group_head(paths, &paths->groups[nth], nth, output);
        path_view_write(view, &path);
        if (output->is_json)
            json_object_end(&output->json);
        path_free(&path);
    }
    if (output->is_json) {
        json_array_end(&output->json);
        json_number(&output->json, "left_out", paths->count - shown);
    } else if (shown < paths->count) {
        fprintf(output->file, "\n%zu other ways are left out: --limit 0 shows all\n", paths->count - shown);
    }
    output_end(output);
    return error;
}

static int run_path(const struct options *options, struct target *target, struct output *output, struct error *reterr)
{
    struct leaks leaks;
    struct paths paths;
    int error = leaks_find(target->snapshot, &leaks);
    if (error < 0)
        return error_set(reterr, error, "out of memory");
    error = paths_start(&paths, target->snapshot, &leaks);
    if (error < 0) {
        leaks_free(&leaks);
        return error_set(reterr, error, "out of memory");
    }
    const struct path_view view = {target, &leaks, output};
    error = find_groups(&paths, options->operands[2], reterr);
    if (error == 0) {
        error = write_groups(&view, &paths,
                             options_number(options, &option_limit, output->is_json ? 0 : PATHS_FOR_PEOPLE));
        if (error < 0)
            error_set(reterr, error, "out of memory");
    }
    paths_end(&paths);
    leaks_free(&leaks);
    return error;
}

/* ---- */

static int run_stats(const struct options *options, struct target *target, struct output *output, struct error *reterr)
{
    struct ranking_options ranking = {
        .sort = (enum ranking_key)options_number(options, &option_sort, RANKING_BYTES),
        .filter = options_text(options, &option_filter),
        .limit = options_number(options, &option_limit, output->is_json ? 0 : LIMIT_FOR_PEOPLE),
        .by_stack = options_given(options, &option_stacks),
    };
    int error = write_stats(target->snapshot, &ranking, output);
    return error < 0 ? error_set(reterr, error, "out of memory") : 0;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    const char *question = options->operand_count > 1 ? options->operands[1] : "stats";
    bool asks_path = strcmp(question, "path") == 0, asks_stats = strcmp(question, "stats") == 0;
    if ((!asks_path && !asks_stats) || (asks_path != (options->operand_count == 3))) {
        error_set(reterr, -EINVAL, "'heap' cannot be asked this, beginning with '%s'", question);
        error_hint(reterr, "'gctool heap TARGET [stats]' or 'gctool heap TARGET path ADDRESS|TYPE'");
        return STATUS_USAGE;
    }
    struct target target;
    int error = target_open_operand(options, &target, reterr);
    if (error < 0)
        return error;
    error = (asks_path ? run_path : run_stats)(options, &target, output, reterr);
    target_close(&target);
    return error;
}

static const struct option *const options[] = {&option_stacks, &option_sort, &option_filter, &option_limit,
                                               &option_ptrace, &option_json, &option_color,  NULL};

static const struct verb_status statuses[] = {
    {"0", "it is printed; what could not be read is said"},
    {"2", "there is no such file, it is no heap dump, or it cannot be read; or no such object or type is in it"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_heap = {
    .name = "heap",
    .summary = "what a heap holds, and what keeps it",
    .operands = "TARGET [stats | path ADDRESS|TYPE]",
    .operands_min = 1,
    .operands_max = 3,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description =
        "Says what a heap holds by type and by the place that made it; with 'path', what keeps an object, or the "
        "objects "
        "of a type, alive: the shortest way from a root. TYPE is a part of a type's name; ADDRESS begins with 0x and "
        "may "
        "point into the object.\n\n"
        "TARGET is a process, a core, or a heap dump ('gctool dump', GCRT_HEAPDUMP); '-' is a dump on standard input.",
    .statuses = statuses,
    .paged = true,
    .run = run,
};
