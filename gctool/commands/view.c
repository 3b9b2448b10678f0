/* gctool view: a trace or a heap as one page for a browser. What the tables say is in analyze/, what the page does in viewer/. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/analyze/goroutine_rows.h"
#include "gctool/analyze/heap_sections.h"
#include "gctool/analyze/sections.h"
#include "gctool/model/load.h"
#include "gctool/output/output.h"
#include "gctool/output/progress.h"
#include "gctool/output/shell_word.h"
#include "gctool/stack_trees.h"
#include "gctool/target.h"
#include "gctool/verb.h"
#include "gctool_version.h"
#include "tracer/format/trace_file.h"
#include "viewer/page.h"

/* A page and what it borrows. */
struct view {
    const char *source;
    char path[4096]; /* of the page; "-": standard output */
    char title[256]; /* the program */
    const char *subject;
    struct rows tables[PAGE_TABLES_MAX];
    struct frame_tree tree;
    struct page page;
};

/* ---- what is on the page ---- */

static const struct ranking_options places = {.sort = RANKING_BYTES};
static const struct ranking_options stacks = {.sort = RANKING_COUNT, .by_stack = true};

static void set_title(struct view *view, const char *program)
{
    snprintf(view->title, sizeof view->title, "%s", program != NULL ? path_last_part(program) : "(unknown program)");
    view->page = (struct page){.title = view->title,
                               .subject = view->subject,
                               .source = view->source,
                               .producer = "gctool " GCTOOL_VERSION,
                               .trees[0] = &view->tree,
                               .tree_count = 1};
}

/* Takes the next of `tables`, which was made with `error`; one that is empty and only warns is left out. */
static int add_table(struct view *view, bool only_if_any, int error)
{
    struct rows *rows = &view->tables[view->page.table_count];
    if (error < 0) {
        rows_free(rows);
        return error;
    }
    if (only_if_any && rows_count(rows) == 0)
        rows_free(rows);
    else
        view->page.tables[view->page.table_count++] = rows;
    return 0;
}

static struct rows *next_table(struct view *view)
{
    return &view->tables[view->page.table_count];
}

static const struct page_plot trace_plots[] = {
    {.table = "cycles",
     .title = "the heap at each collection",
     .x = "begin_ns",
     .series = {"heap_before_bytes", "marked_bytes", "goal_bytes"},
     .series_count = 3},
    {.table = "cycles",
     .title = "pauses of each collection",
     .x = "begin_ns",
     .series = {"pause_ns"},
     .series_count = 1},
};

static int fill_trace(struct view *view, struct model *model, const char *program)
{
    set_title(view, program);
    int error = 0;
    for (int section = 0; section < SECTION_COUNT && error == 0; section++) {
        struct section_options options = {.ranking = section == SECTION_goroutines ? stacks : places,
                                          .program = program};
        error = section_make((enum report_section)section, model, &options, next_table(view));
        error = add_table(view, section == SECTION_completeness, error);
    }
    memcpy(view->page.plots, trace_plots, sizeof trace_plots);
    view->page.plot_count = sizeof trace_plots / sizeof *trace_plots;
    return error == 0 ? stack_trees_recording(model, &view->tree) : error;
}

static int fill_leaks(struct view *view, struct snapshot *snapshot)
{
    struct leaks leaks;
    int error = leaks_find(snapshot, &leaks);
    if (error < 0)
        return error;
    error = add_table(view, true, leak_rows(snapshot, &leaks, LEAK_LEAKED, &stacks, next_table(view)));
    if (error == 0)
        error = add_table(view, true, leak_rows(snapshot, &leaks, LEAK_UNDECIDED, &stacks, next_table(view)));
    leaks_free(&leaks);
    return error;
}

static int fill_heap(struct view *view, struct snapshot *snapshot)
{
    set_title(view, snapshot->program);
    struct reach reach;
    int error = reach_from_roots(&reach, snapshot);
    if (error < 0)
        return error;
    error = add_table(view, false, heap_summary(snapshot, &reach, next_table(view)));
    if (error == 0)
        error = fill_leaks(view, snapshot);
    if (error == 0)
        error = add_table(view, false, heap_types(snapshot, &reach, &places, next_table(view)));
    if (error == 0)
        error = add_table(view, false, heap_sites(snapshot, &reach, &places, next_table(view)));
    if (error == 0)
        error = add_table(view, false, goroutine_rows(snapshot, &stacks, next_table(view)));
    if (error == 0)
        error = stack_trees_heap(snapshot, &reach, &view->tree);
    reach_end(&reach);
    return error;
}

/* ---- the page as a file ---- */

static int write_page(struct view *view, struct output *output, struct error *reterr)
{
    if (frame_tree_cut(&view->tree, PAGE_NODES_MAX) < 0)
        return error_set(reterr, -ENOMEM, "cannot make the page: out of memory");
    if (strcmp(view->path, "-") == 0) {
        page_write(&view->page, output->file); /* whose errors the caller looks at */
        return 0;
    }
    FILE *file = fopen(view->path, "we");
    if (file == NULL)
        return error_set(reterr, -errno, "cannot write '%s': %s", view->path, strerror(errno));
    page_write(&view->page, file);
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        return error_set(reterr, errno != 0 ? -errno : -EIO, "cannot write all of '%s': %s", view->path,
                         strerror(errno != 0 ? errno : EIO));
    return 0;
}

static int tell(const struct view *view, struct output *output)
{
    struct stat status = {0};
    if (stat(view->path, &status) < 0)
        return -errno;
    struct rows rows;
    const struct rows_value values[] = {
        {"page", "page", UNIT_TEXT, 0, view->path},
        {"page_bytes", "size", UNIT_BYTES, (uint64_t)status.st_size, NULL},
        {"source", "of the file", UNIT_TEXT, 0, view->source},
        {"subject", "which is a", UNIT_TEXT, 0, view->subject},
    };
    rows_start(&rows, "view", "a page for a browser");
    rows_put_values(&rows, values, sizeof values / sizeof *values);
    output_start(output, "gctool.view.v1");
    int error = output_rows(output, &rows);
    if (!output->is_json) {
        fputs("next: xdg-open ", output->file);
        shell_word_write(view->path, output->file);
        fputc('\n', output->file);
    }
    output_end(output);
    rows_free(&rows);
    return error;
}

/* ---- loading ---- */

static void show_progress(void *progress, uint64_t file_bytes)
{
    progress_update(progress, file_bytes);
}

static int view_trace(struct view *view, struct output *output, struct error *reterr)
{
    struct trace_reader *reader;
    int error = trace_reader_open(view->source, &reader, reterr);
    if (error < 0)
        return error;
    struct progress progress;
    progress_start(&progress, "reading", view->source);
    const struct load_watch watch = {.each = show_progress, .argument = &progress};
    struct model *model;
    error = model_load(reader, 0, UINT64_MAX, &watch, &model, reterr);
    progress_end(&progress);
    if (error == 0) {
        view->subject = "trace";
        error = fill_trace(view, model, trace_reader_note(reader, "program", 0));
        error = error < 0 ? error_set(reterr, error, "cannot make the page: out of memory")
                          : write_page(view, output, reterr);
        model_free(model);
    }
    trace_reader_close(reader);
    return error;
}

static int view_heap(struct view *view, struct output *output, struct error *reterr)
{
    struct target target;
    int error = target_open(view->source, &target, reterr);
    if (error == -EINVAL) /* it looked for a heap dump alone */
        error_hint(reterr, "'gctool trace PROGRAM' makes a trace, 'gctool dump PID' a heap dump");
    if (error < 0)
        return error;
    view->subject = "heap";
    error = fill_heap(view, target.snapshot);
    error = error < 0 ? error_set(reterr, error, "cannot make the page: out of memory")
                      : write_page(view, output, reterr);
    target_close(&target);
    return error;
}

/* By its first bytes; what cannot be read is told by who opens it next. */
static bool is_trace(const char *path)
{
    char magic[TRACE_MAGIC_BYTES] = {0};
    FILE *file = fopen(path, "re");
    bool found = file != NULL && fread(magic, sizeof magic, 1, file) == 1 &&
                 memcmp(magic, TRACE_FILE_MAGIC, sizeof magic) == 0;
    if (file != NULL)
        fclose(file);
    return found;
}

static int choose_path(struct view *view, const struct options *options, struct error *reterr)
{
    const char *path = options_text(options, &option_output);
    if (strcmp(view->source, "-") == 0)
        return error_set(reterr, -EINVAL, "a page is made from a file or a process, not from standard input");
    if (path != NULL && strcmp(path, "-") == 0 && options_given(options, &option_json))
        return error_set(reterr, -EINVAL, "--output - and --json both want standard output");
    int length = path != NULL ? snprintf(view->path, sizeof view->path, "%s", path)
                              : snprintf(view->path, sizeof view->path, "%s.html", view->source);
    if (length < 0 || (size_t)length >= sizeof view->path)
        return error_set(reterr, -ENAMETOOLONG, "the name of the page is too long");
    return 0;
}

static void free_view(struct view *view)
{
    for (size_t at = 0; at < view->page.table_count; at++)
        rows_free(&view->tables[at]);
    frame_tree_free(&view->tree);
    free(view);
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    struct view *view = calloc(1, sizeof *view);
    if (view == NULL)
        return error_set(reterr, -ENOMEM, "out of memory");
    view->source = options->operands[0];
    int status = STATUS_FINE;
    if (choose_path(view, options, reterr) < 0) {
        status = STATUS_USAGE;
    } else {
        int error = is_trace(view->source) ? view_trace(view, output, reterr) : view_heap(view, output, reterr);
        if (error == 0 && strcmp(view->path, "-") != 0 && (error = tell(view, output)) < 0)
            error_set(reterr, error, "cannot tell of '%s': %s", view->path, strerror(-error));
        status = error;
    }
    free_view(view);
    return status;
}

static const struct option *const options[] = {&option_output, &option_json, &option_color, NULL};

static const struct verb_status statuses[] = {
    {"0", "the page is written"},
    {"2", "there is no such file, it is neither a trace nor a heap dump, or the page cannot be written"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_view = {
    .name = "view",
    .summary = "a trace or a heap as one page for a browser",
    .operands = "TARGET",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description =
        "Writes one HTML file that holds all its data and loads nothing: it opens from disk, and can be sent to "
        "somebody who has no gctool. TARGET is a trace, a heap dump, or a process; the page is TARGET.html where "
        "--output is not given.\n\n"
        "Of a trace it shows the tables of 'gctool report', the heap and its pauses over time, and allocated and "
        "surviving bytes by call stack. Of a heap it shows leaked and all goroutines, types and places, and bytes by "
        "the call stack that made them.",
    .statuses = statuses,
    .run = run,
};
