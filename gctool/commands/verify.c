/* gctool verify: is a trace or heap dump whole, and what is missing of it; --repair keeps the whole part. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/error.h"
#include "gctool/model/heap_load.h"
#include "gctool/output/output.h"
#include "gctool/verb.h"
#include "tracer/format/trace_blocks.h"
#include "tracer/format/trace_repair.h"

static const struct option option_repair = {
    .name = "repair", .kind = OPTION_FLAG, .text = "write the whole part as a file of its own to the FILE of --output"};

static int read_heap(struct trace_input *take_input, struct trace_completeness *ret_completeness, struct error *reterr)
{
    struct snapshot *snapshot = NULL;
    int code = heap_load_input(take_input, &snapshot, ret_completeness, reterr);
    snapshot_free(snapshot);
    return code;
}

static int read_trace(struct trace_input *take_input, struct trace_completeness *ret_completeness, struct error *reterr)
{
    struct trace_reader *reader;
    int code = trace_reader_open_input(take_input, &reader, reterr);
    if (code < 0)
        return code;
    struct trace_event event;
    while ((code = trace_reader_next(reader, &event, reterr)) > 0) {
    }
    *ret_completeness = *trace_reader_completeness(reader);
    trace_reader_close(reader);
    return code;
}

static int read_all(const char *path, struct trace_completeness *ret_completeness, struct error *reterr)
{
    struct trace_input input;
    int code = trace_input_open(&input, path, reterr);
    if (code < 0)
        return code;
    const struct trace_file_kind *kind = trace_file_kind_of(&input, reterr);
    if (kind == &trace_file_heap)
        return read_heap(&input, ret_completeness, reterr);
    if (kind == &trace_file_trace)
        return read_trace(&input, ret_completeness, reterr);
    trace_input_close(&input);
    return reterr->code;
}

/* ---- the file ---- */

static void describe_ending(const struct trace_completeness *found, char *text, size_t text_bytes)
{
    int status = found->end.wait_status;
    const char *ending = "in a way that this version does not know";
    if (!found->has_end)
        ending = "without an end: the recording was broken off, or the file was cut";
    else if (found->end.ending == TRACE_ENDED)
        ending = "the program said so";
    else if (found->end.ending == TRACE_DETACHED)
        ending = "the program went on";
    else if (found->end.ending == TRACE_REPAIRED)
        ending = "a repair wrote the end";
    else if (found->end.ending == TRACE_DIED)
        ending = "the program was gone";
    if (found->has_end && WIFSIGNALED(status))
        snprintf(text, text_bytes, "%s, by signal %d (%s)", ending, WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(text, text_bytes, "%s", ending);
}

static void put_file(struct rows *rows, const char *path, const struct trace_completeness *found)
{
    char version[24], ending[160];
    snprintf(version, sizeof version, "%u.%u", found->header.major, found->header.minor);
    describe_ending(found, ending, sizeof ending);
    const struct rows_value values[] = {
        {"path", "file", UNIT_TEXT, 0, path},
        {"state", "state", UNIT_TEXT, 0, found->whole ? "whole" : "damaged"},
        {"version", "format version", UNIT_TEXT, 0, version},
        {"ending", "it ends", UNIT_TEXT, 0, ending},
        {"file_bytes", "size", UNIT_BYTES, found->file_bytes, NULL},
        {"blocks", "whole blocks", UNIT_COUNT, found->blocks, NULL},
        {"skipped_blocks", "of a later version", UNIT_COUNT, found->skipped_blocks, NULL},
        {"events", "events", UNIT_COUNT, found->events, NULL},
        {"contexts", "stack nodes", UNIT_COUNT, found->contexts, NULL},
        {"symbols", "named addresses", UNIT_COUNT, found->symbols, NULL},
        {"first_ns", "first event at", UNIT_NS, found->first_ns, NULL},
        {"last_ns", "last event at", UNIT_NS, found->last_ns, NULL},
    };
    rows_start(rows, "file", found->header.magic == NULL ? "the trace as it is" : "the heap dump as it is");
    rows_put_values(rows, values, sizeof values / sizeof values[0]);
}

/* ---- what is missing ---- */

struct missing {
    const char *kind, *text;
    uint64_t offset, bytes, blocks, events;
    const struct trace_gap *gap; /* NULL: the rest is of no interval */
};

static void put_number_unless_zero(struct rows *rows, uint64_t number)
{
    if (number > 0)
        rows_put_number(rows, number);
    else
        rows_put_nothing(rows);
}

static void put_missing(struct rows *rows, struct missing missing)
{
    rows_put_text(rows, missing.kind);
    rows_put_text(rows, missing.text);
    put_number_unless_zero(rows, missing.offset);
    put_number_unless_zero(rows, missing.bytes);
    put_number_unless_zero(rows, missing.blocks);
    put_number_unless_zero(rows, missing.events);
    if (missing.gap != NULL) {
        rows_put_number(rows, missing.gap->from_ns);
        rows_put_number(rows, missing.gap->to_ns);
    } else {
        rows_put_nothing(rows);
        rows_put_nothing(rows);
    }
}

static void put_gaps(struct rows *rows, const struct trace_completeness *found)
{
    for (uint64_t at = 0; at < found->gap_count && at < TRACE_GAPS_NAMED_MAX; at++) {
        const struct trace_gap *gap = &found->gaps[at];
        put_missing(rows, (struct missing){.kind = "gap",
                                           .text = gap->reason,
                                           .offset = gap->offset,
                                           .bytes = gap->bytes,
                                           .blocks = gap->missing_blocks,
                                           .gap = gap});
    }
    if (found->gap_count > TRACE_GAPS_NAMED_MAX)
        rows->left_out = found->gap_count - TRACE_GAPS_NAMED_MAX;
}

static void put_all_missing(struct rows *rows, const struct trace_completeness *found)
{
    rows_start(rows, "missing", "what is missing");
    rows_add_column(rows, "kind", "kind", UNIT_TEXT);
    rows_add_column(rows, "text", "why", UNIT_TEXT);
    rows_add_column(rows, "offset_bytes", "at byte", UNIT_COUNT);
    rows_add_column(rows, "bytes", "bytes", UNIT_COUNT);
    rows_add_column(rows, "blocks", "blocks", UNIT_COUNT);
    rows_add_column(rows, "events", "events", UNIT_COUNT);
    rows_add_column(rows, "from_ns", "from", UNIT_NS);
    rows_add_column(rows, "to_ns", "to", UNIT_NS);
    if (found->header_damaged)
        put_missing(rows,
                    (struct missing){.kind = "header",
                                     .text = "the file header's checksum does not match: start and pid may be wrong",
                                     .bytes = TRACE_FILE_HEADER_BYTES});
    put_gaps(rows, found);
    if (found->truncated)
        put_missing(rows, (struct missing){.kind = "end",
                                           .text = "the file stops without an end; symbols stand there",
                                           .offset = found->truncated_offset,
                                           .bytes = found->unused_bytes});
    if (found->has_end && found->end.ending == TRACE_REPAIRED)
        put_missing(rows, (struct missing){.kind = "end", .text = "the file that was repaired had none"});
    if (found->trailing_bytes > 0)
        put_missing(rows, (struct missing){.kind = "trailing",
                                           .text = "bytes after the end, which belong to nothing",
                                           .offset = found->file_bytes - found->trailing_bytes,
                                           .bytes = found->trailing_bytes});
    if (found->lost_events > 0)
        put_missing(rows,
                    (struct missing){.kind = "lost", .text = "dropped while recording", .events = found->lost_events});
    if (found->end.lost_contexts > 0)
        put_missing(rows, (struct missing){.kind = "stacks",
                                           .text = "call stacks that the recorder had no room for",
                                           .events = found->end.lost_contexts});
}

/* ---- repair ---- */

static void put_repair(struct rows *rows, const char *path, const struct trace_repair *repair)
{
    const struct rows_value values[] = {
        {"path", "repaired into", UNIT_TEXT, 0, path},
        {"kept_blocks", "blocks kept", UNIT_COUNT, repair->kept_blocks, NULL},
        {"kept_bytes", "kept", UNIT_BYTES, repair->kept_bytes, NULL},
        {"left_out_bytes", "left out", UNIT_BYTES, repair->left_out_bytes, NULL},
        {"missing_blocks", "blocks missing", UNIT_COUNT, repair->missing_blocks, NULL},
        {"end_written", "an end was written", UNIT_FLAG, repair->end_written, NULL},
    };
    rows_start(rows, "repair", "what was kept of it");
    rows_put_values(rows, values, sizeof values / sizeof values[0]);
}

/* Whether --repair and --output make sense together. */
static int check_usage(const char *path, bool repair, const char *to, struct error *reterr)
{
    if (repair && to == NULL) {
        error_set(reterr, -EINVAL, "--repair needs a file to write to");
        error_hint(reterr, "add '-o FILE'; it may be the damaged one, which is replaced when all is written");
        return STATUS_USAGE;
    }
    if (!repair && to != NULL) {
        error_set(reterr, -EINVAL, "--output is where --repair writes to");
        error_hint(reterr, "add '--repair', or leave '--output' out");
        return STATUS_USAGE;
    }
    if (repair && strcmp(path, "-") == 0) {
        error_set(reterr, -EINVAL, "standard input cannot be repaired: it would have to be read twice");
        error_hint(reterr, "write it to a file first");
        return STATUS_USAGE;
    }
    return STATUS_FINE;
}

static int tell(struct output *output, struct rows *take_rows)
{
    int error = output_rows(output, take_rows);
    rows_free(take_rows);
    return error;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    const char *path = options->operands[0], *to = options_text(options, &option_output_file);
    bool is_repair = options_given(options, &option_repair);
    int status = check_usage(path, is_repair, to, reterr);
    if (status != STATUS_FINE)
        return status;
    struct trace_completeness found;
    int error = read_all(path, &found, reterr);
    if (error < 0)
        return error;
    struct trace_repair repair = {0};
    if (is_repair && (error = trace_repair(path, to, &repair, reterr)) < 0)
        return error;

    struct rows rows = {0};
    output_start(output, "gctool.verify.v1");
    put_file(&rows, path, &found);
    error = tell(output, &rows);
    put_all_missing(&rows, &found);
    bool is_told = rows_count(&rows) > 0 || output->is_json;
    if (error == 0 && is_told)
        error = tell(output, &rows);
    else
        rows_free(&rows);
    if (error == 0 && is_repair) {
        put_repair(&rows, to, &repair);
        error = tell(output, &rows);
    }
    output_end(output);
    if (error < 0)
        return error_set(reterr, error, "out of memory while writing what was found");
    return found.whole ? STATUS_FINE : STATUS_FOUND;
}

static const struct option *const options[] = {&option_repair, &option_output_file, &option_json, &option_color, NULL};

static const struct verb_status statuses[] = {
    {"0", "the file is whole"},
    {"1", "something is missing, also when the rest was repaired"},
    {"2", "there is no such file, it is none of ours, it cannot be read, or the repair cannot be written"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_verify = {
    .name = "verify",
    .summary = "whether a file of ours is whole, and what is missing",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description =
        "Reads FILE, a trace of 'gctool trace' or a heap dump ('-' is standard input), from its first byte to its "
        "last, and says "
        "whether it is whole: every block there, unchanged and in order, an end, and nothing dropped while recording. "
        "What is missing is told with its place in the file and its time.\n\n"
        "With --repair the whole blocks are copied into a new file in which a gap stands for what is missing, so that "
        "nobody takes it for complete. It replaces the FILE of --output in one step, when all of it is on the disk.",
    .statuses = statuses,
    .run = run,
};
