/* gctool report: ranked answers from a trace. What the sections say is in analyze/sections.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/quantity.h"
#include "gctool/analyze/completeness.h"
#include "gctool/analyze/sections.h"
#include "gctool/model/load.h"
#include "gctool/output/diagnostic.h"
#include "gctool/output/output.h"
#include "gctool/output/progress.h"
#include "gctool/output/shell_word.h"
#include "gctool/verb.h"

enum { LIMIT_FOR_PEOPLE = 20 };

static const char *const section_choices[] = {
#define X(name, title) #name,
    REPORT_SECTIONS(X)
#undef X
        NULL,
};

static const struct option option_section = {
    .name = "section",
    .kind = OPTION_CHOICES,
    .value = "NAMES",
    .choices = section_choices,
    .text = "show these sections alone, with commas between; otherwise all but 'lifetimes'"};
enum { SECTIONS_DEFAULT = ((1 << SECTION_COUNT) - 1) & ~(1 << SECTION_lifetimes) };

struct report {
    const char *path;
    uint64_t sections; /* a bit for each that is shown */
    struct section_options options;
};

static bool has_section(const struct report *report, int section)
{
    return report->sections >> section & 1;
}

/* ---- the next command to type ---- */

/* What a person would want to see now. */
static void write_next(const struct report *report, const struct model *model, FILE *out)
{
    struct completeness judged = completeness_judge(model);
    bool damaged = judged.reasons[COMPLETENESS_DAMAGED] || judged.reasons[COMPLETENESS_CUT];
    fprintf(out, "gctool %s ", damaged ? "verify" : "report");
    shell_word_write(report->path, out);
    if (damaged)
        return;
    if (!report->options.ranking.by_stack && model->alive_objects > 0)
        fputs(" --section alive,goroutines --stacks", out);
    else if (!has_section(report, SECTION_lifetimes))
        fputs(" --section lifetimes", out);
    else
        fputs(" --json", out);
}

static int tell_next(const struct report *report, const struct model *model, struct output *output)
{
    char *next = NULL;
    size_t next_bytes;
    FILE *memory = open_memstream(&next, &next_bytes);
    if (!memory)
        return -ENOMEM;
    write_next(report, model, memory);
    int error = fclose(memory) == 0 ? 0 : -ENOMEM;
    if (error == 0 && output->is_json)
        json_text(&output->json, "next", next);
    else if (error == 0)
        fprintf(output->file, "next: %s\n", next);
    free(next);
    return error;
}

/* ---- */

enum { SECTIONS_UNFILTERED = 1 << SECTION_summary | 1 << SECTION_completeness | 1 << SECTION_cost };

/* With a filter only those sections are shown in which something matches. */
static bool is_filtered(const struct report *report, enum report_section section)
{
    return report->options.ranking.filter && !(SECTIONS_UNFILTERED >> section & 1);
}

static int write_section(const struct report *report, enum report_section section, struct model *model,
                         struct output *output, bool *matches)
{
    struct rows rows;
    int error = section_make(section, model, &report->options, &rows);
    if (error < 0)
        return error;
    /* People are told of what is missing, and of suspects, where there is any. */
    bool may_be_left_out = section == SECTION_completeness || section == SECTION_growth || is_filtered(report, section);
    *matches |= is_filtered(report, section) && rows_count(&rows) > 0;
    if (!may_be_left_out || rows_count(&rows) > 0 || output->is_json)
        error = output_rows(output, &rows);
    rows_free(&rows);
    return error;
}

static int write_report(const struct report *report, struct model *model, struct output *output)
{
    int error = 0;
    bool matches = false;
    if (model->event_count == 0)
        diagnostic_warning("not one event of '%s' is whole: there is nothing to count", report->path);
    output_start(output, "gctool.report.v1");
    for (int section = 0; section < SECTION_COUNT && error == 0; section++)
        if (has_section(report, section))
            error = write_section(report, (enum report_section)section, model, output, &matches);
    if (error == 0 && report->options.ranking.filter && !matches && !output->is_json &&
        report->sections & ~(uint64_t)SECTIONS_UNFILTERED)
        fprintf(output->file, "nothing matches '%s'\n\n", report->options.ranking.filter);
    if (error == 0)
        error = tell_next(report, model, output);
    output_end(output);
    return error;
}

static void show_progress(void *progress, uint64_t file_bytes)
{
    progress_update(progress, file_bytes);
}

static int load(const struct options *options, struct trace_reader *reader, struct model **ret_model,
                struct error *reterr)
{
    struct progress progress;
    progress_start(&progress, "reading", options->operands[0]);
    const struct load_watch watch = {.each = show_progress, .argument = &progress};
    uint64_t since_ns = options_number(options, &option_since, 0);
    int error = model_load(reader, since_ns, options_number(options, &option_until, UINT64_MAX), &watch, ret_model,
                           reterr);
    progress_end(&progress);
    if (error < 0 || since_ns == 0 || since_ns <= (*ret_model)->last_ns)
        return error;
    char last[QUANTITY_TEXT_BYTES];
    error = error_set(reterr, -ERANGE, "nothing was recorded after --since %s: the last event is at %s",
                      options_text(options, &option_since), quantity_duration_format((*ret_model)->last_ns, last));
    model_free(*ret_model);
    return error;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    struct report report = {.path = options->operands[0],
                            .sections = options_number(options, &option_section, SECTIONS_DEFAULT),
                            .options.ranking = {
                                .sort = (enum ranking_key)options_number(options, &option_sort, RANKING_BYTES),
                                .filter = options_text(options, &option_filter),
                                .limit = options_number(options, &option_limit, output->is_json ? 0 : LIMIT_FOR_PEOPLE),
                                .by_stack = options_given(options, &option_stacks),
                            }};
    if (options_number(options, &option_since, 0) > options_number(options, &option_until, UINT64_MAX)) {
        error_set(reterr, -EINVAL, "--since %s is after --until %s", options_text(options, &option_since),
                  options_text(options, &option_until));
        return STATUS_USAGE;
    }
    struct trace_reader *reader;
    int error = trace_reader_open(report.path, &reader, reterr);
    if (error < 0)
        return error;
    struct model *model;
    error = load(options, reader, &model, reterr);
    if (error == 0) {
        report.options.program = trace_reader_note(reader, "program", 0);
        error = write_report(&report, model, output);
        if (error < 0)
            error_set(reterr, error, "out of memory while writing the report");
        model_free(model);
    }
    trace_reader_close(reader);
    return error;
}

static const struct option *const options[] = {
    &option_section, &option_stacks, &option_sort, &option_filter, &option_limit,
    &option_since,   &option_until,  &option_json, &option_color,  NULL,
};

static const struct verb_status statuses[] = {
    {"0", "the report is printed; what is missing of the trace is said in its section 'completeness'"},
    {"2", "there is no such file, it is no trace, it cannot be read, or nothing of it is after --since"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_report = {
    .name = "report",
    .summary = "ranked answers from a trace",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description =
        "Says what was allocated and where, what is still alive and who made it, what was garbage at once, what "
        "goroutines do and wait for, and when the world stood still. FILE is a trace of 'gctool trace', or '-' for "
        "standard input.\n\n"
        "A trace that was cut off or damaged gives the report of its whole part. Tables show "
        "20 rows and JSON all of them "
        "where --limit is not given. The last line is the command to type next.",
    .statuses = statuses,
    .paged = true,
    .run = run,
};
