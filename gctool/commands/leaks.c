/* gctool leaks: the check for CI: goroutines that wait for ever, in a snapshot; what grows, in a trace. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/quantity.h"
#include "gctool/analyze/goroutine_rows.h"
#include "gctool/analyze/sections.h"
#include "gctool/model/load.h"
#include "gctool/output/output.h"
#include "gctool/output/shell_word.h"
#include "gctool/target.h"
#include "gctool/verb.h"

static const struct option option_suspects = {
    .name = "suspects",
    .kind = OPTION_FLAG,
    .text = "what grows in a trace counts as found: status 1; otherwise it is printed alone"};

static int write_summary(const struct snapshot *snapshot, const struct leaks *leaks, struct output *output)
{
    struct rows rows;
    const struct rows_value values[] = {
        {"program", "program", UNIT_TEXT, 0, snapshot->program},
        {"goroutines", "goroutines", UNIT_COUNT, snapshot->goroutine_count, NULL},
        {"leaked", "leaked", UNIT_COUNT, leaks->leaked, NULL},
        {"undecided", "undecided", UNIT_COUNT, leaks->undecided, NULL},
        {"shared_bytes", "kept by several leaked ones together", UNIT_BYTES, leaks->shared_bytes, NULL},
        {"complete", "all of the dump could be read", UNIT_FLAG, snapshot->complete, NULL},
    };
    rows_start(&rows, "summary", "leaked goroutines");
    rows_put_values(&rows, values, sizeof values / sizeof *values);
    int error = output_rows(output, &rows);
    rows_free(&rows);
    return error;
}

static int write_verdict(struct snapshot *snapshot, const struct leaks *leaks, enum leak_verdict verdict,
                         const struct ranking_options *ranking, struct output *output)
{
    struct rows rows = {0};
    int error = leak_rows(snapshot, leaks, verdict, ranking, &rows);
    if (error == 0 && (rows_count(&rows) > 0 || output->is_json))
        error = output_rows(output, &rows);
    rows_free(&rows);
    return error;
}

/* Nothing is leaked, but much may be blocked: where to look on. */
static void tell_waiting(const struct snapshot *snapshot, const struct leaks *leaks, const char *target, FILE *file)
{
    uint64_t waiting = 0;
    for (size_t i = 0; i < snapshot->goroutine_count; i++)
        waiting += leaks->items[i].verdict == LEAK_ALIVE;
    if (waiting == 0)
        return;
    char count[QUANTITY_TEXT_BYTES];
    fprintf(file, "blocked, but not leaked: %s; a global or a goroutine that can still run holds what they wait for\n",
            quantity_count_format(waiting, count));
    fputs("next: gctool goroutines ", file);
    shell_word_write(target, file);
    fputs(" [--why ID]\n", file);
}

static int write_leaks(struct snapshot *snapshot, const struct leaks *leaks, const struct ranking_options *ranking,
                       const char *target, struct output *output)
{
    output_start(output, "gctool.leaks.v1");
    int error = write_summary(snapshot, leaks, output);
    if (error == 0)
        error = write_verdict(snapshot, leaks, LEAK_LEAKED, ranking, output);
    if (error == 0)
        error = write_verdict(snapshot, leaks, LEAK_UNDECIDED, ranking, output);
    if (error == 0 && !output->is_json && leaks->leaked == 0)
        tell_waiting(snapshot, leaks, target, output->file);
    output_end(output);
    return error;
}

/* A dump that is not whole proves nothing either way. */
static int judge(const struct target *target, const struct leaks *leaks, struct error *reterr)
{
    if (target->snapshot->complete)
        return leaks->leaked > 0 ? STATUS_FOUND : STATUS_FINE;
    error_set(reterr, -EBADMSG, "the dump is not whole, so nothing is proved");
    error_hint(reterr, "make another one");
    return STATUS_FAILED;
}

static struct ranking_options ranking_of(const struct options *options)
{
    return (struct ranking_options){
        .sort = (enum ranking_key)options_number(options, &option_sort, RANKING_BYTES),
        .filter = options_text(options, &option_filter),
        .limit = options_number(options, &option_limit, 0),
        .by_stack = options_given(options, &option_stacks),
    };
}

static int run_snapshot(const struct options *options, struct output *output, struct error *reterr)
{
    struct target target;
    int error = target_open_operand(options, &target, reterr);
    if (error < 0)
        return error;
    const struct ranking_options ranking = ranking_of(options);
    struct leaks leaks;
    error = leaks_find(target.snapshot, &leaks);
    if (error == 0)
        error = write_leaks(target.snapshot, &leaks, &ranking, options->operands[0], output);
    int status = error == 0 ? judge(&target, &leaks, reterr) : error_set(reterr, error, "out of memory");
    leaks_free(&leaks);
    target_close(&target);
    return status;
}

/* ---- a trace: what grows ---- */

static bool is_trace(const char *path)
{
    char magic[sizeof TRACE_FILE_MAGIC - 1];
    FILE *file = fopen(path, "rb");
    bool result = file != NULL && fread(magic, sizeof magic, 1, file) == 1 &&
                  memcmp(magic, TRACE_FILE_MAGIC, sizeof magic) == 0;
    if (file != NULL)
        fclose(file);
    return result;
}

/* A recording without enough collections says nothing either way. */
static int write_growth(struct model *model, const struct options *options, struct output *output, struct error *reterr)
{
    const struct section_options section = {.ranking = ranking_of(options)};
    struct rows rows;
    if (model->growth.collections < GROWTH_PARTS * GROWTH_SAMPLES_OF_PART) {
        error_set(reterr, -ENODATA, "the recording has %" PRIu64 " collections, too few to tell what grows",
                  model->growth.collections);
        error_hint(reterr,
                   "record %d or more; goroutines that wait for ever are found in a process or a heap dump: 'gctool "
                   "leaks PID'",
                   GROWTH_PARTS * GROWTH_SAMPLES_OF_PART);
        return STATUS_FAILED;
    }
    int error = section_make(SECTION_growth, model, &section, &rows);
    if (error < 0)
        return error_set(reterr, error, "out of memory");
    output_start(output, "gctool.leaks-growth.v1");
    error = output_rows(output, &rows);
    output_end(output);
    bool found = rows_count(&rows) > 0;
    rows_free(&rows);
    if (error < 0)
        return error_set(reterr, error, "out of memory");
    return found && options_given(options, &option_suspects) ? STATUS_FOUND : STATUS_FINE;
}

static int run_trace(const struct options *options, struct output *output, struct error *reterr)
{
    struct trace_reader *reader;
    struct model *model;
    int status = trace_reader_open(options->operands[0], &reader, reterr);
    if (status < 0)
        return status;
    status = model_load(reader, 0, UINT64_MAX, NULL, &model, reterr);
    if (status == 0) {
        status = write_growth(model, options, output, reterr);
        model_free(model);
    }
    trace_reader_close(reader);
    return status;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    return is_trace(options->operands[0]) ? run_trace(options, output, reterr) : run_snapshot(options, output, reterr);
}

static const struct option *const options[] = {&option_suspects, &option_stacks, &option_sort,
                                               &option_filter,   &option_limit,  &option_ptrace,
                                               &option_json,     &option_color,  NULL};

static const struct verb_status statuses[] = {
    {"0", "no goroutine is leaked; of a trace: what grows, if anything, is printed"},
    {"1", "some are: they are printed; of a trace, with --suspects: something grows"},
    {"2", "it could not be checked: no such target, a dump that is not whole, a trace with too few collections"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_leaks = {
    .name = "leaks",
    .summary = "a check for CI: goroutines that wait for ever",
    .operands = "TARGET",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description =
        "A goroutine is leaked when nothing that can still run can reach what it waits for: this is proved, not "
        "guessed from the "
        "time it waits. Where memory that the collector does not look at (malloc, thread-locals) holds a word that "
        "might reach "
        "it, the goroutine is undecided and listed apart. What a leaked goroutine keeps alive, and nobody else, is "
        "counted.\n\n"
        "Of a trace ('gctool trace') it says which places' objects grow from each quarter of the collections to the "
        "next. "
        "That is a suspicion: a program may need more and more. 'gctool heap TARGET path TYPE' says what holds "
        "them.\n\n"
        "TARGET is a trace, a process, or a heap dump ('gctool dump', GCRT_HEAPDUMP), or '-' for a dump on standard "
        "input.",
    .statuses = statuses,
    .run = run,
};
