/* gctool trace: runs a program and records it. How is in drain/; here is what a person is told, and the exit status. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/quantity.h"
#include "gctool/drain/recording.h"
#include "gctool/output/diagnostic.h"
#include "gctool/output/output.h"
#include "gctool/output/shell_word.h"
#include "gctool/process/program.h"
#include "gctool/verb.h"

/* What env, timeout and others of their kind say. */
enum {
    STATUS_TRACE_FAILED = 125,
    STATUS_NOT_EXECUTABLE = 126,
    STATUS_NOT_FOUND = 127,
    STATUS_SIGNAL = 128,
};

static int status_of_refusal(int error)
{
    switch (error) {
    case -ENOENT:
        return STATUS_NOT_FOUND;
    case -EACCES:
    case -ENOEXEC:
    case -ELIBACC:
        return STATUS_NOT_EXECUTABLE;
    default:
        return STATUS_TRACE_FAILED;
    }
}

static int status_of_program(int wait_status)
{
    return WIFSIGNALED(wait_status) ? STATUS_SIGNAL + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* ---- the summary ---- */

/* How it ended, in one word: also a value in JSON. */
static const char *ending_word(const struct recording_result *result)
{
    if (!result->has_opened)
        return "not recorded";
    switch (result->end.ending) {
    case TRACE_ENDED:
        return "ended";
    case TRACE_DETACHED:
        return "detached";
    default:
        return WIFSIGNALED(result->end.wait_status) ? "killed" : "left";
    }
}

static void tell_ending(const struct recording_result *result)
{
    int status = result->end.wait_status;
    if (!result->has_opened)
        diagnostic_warning("the program never called gcrt_run: nothing was recorded");
    else if (result->end.ending == TRACE_DIED && WIFSIGNALED(status))
        fprintf(stderr, "gctool: the program was killed by signal %d (%s); every event it made is in the file\n",
                WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (result->end.ending == TRACE_DIED)
        fprintf(stderr, "gctool: the program left by exit or exec with status %d, not by the end of gcrt_run\n",
                WEXITSTATUS(status));
}

static void tell_loss(const struct recording_result *result)
{
    char lost[QUANTITY_TEXT_BYTES];
    if (result->lost_events > 0)
        diagnostic_warning("%s events were lost; 'gctool report' says when",
                           quantity_count_format(result->lost_events, lost));
    if (result->end.lost_contexts > 0)
        diagnostic_warning("the stacks of %s events were lost: there were more than the recorder tells apart",
                           quantity_count_format(result->end.lost_contexts, lost));
}

static void tell_people(const struct recording_result *result)
{
    char events[QUANTITY_TEXT_BYTES], births[QUANTITY_TEXT_BYTES], duration[QUANTITY_TEXT_BYTES],
        bytes[QUANTITY_TEXT_BYTES];
    tell_ending(result);
    fprintf(stderr, "gctool: %s events in %s, %s of them births; '%s' has %s\n",
            quantity_count_format(result->totals.events, events),
            quantity_duration_format(result->duration_ns, duration),
            quantity_count_format(result->totals.births, births), result->output,
            quantity_bytes_format(result->totals.file_bytes, bytes));
    if (result->cost_births > 0)
        fprintf(stderr, "gctool: the recorder spent %s on a birth (mean of %s)\n",
                quantity_duration_format(quantity_mean(result->cost_ns, result->cost_births), duration),
                quantity_count_format(result->cost_births, births));
    tell_loss(result);
    fputs("next: gctool report ", stderr);
    shell_word_write(result->output, stderr);
    fputc('\n', stderr);
}

static void tell_programs(const struct recording_result *result, struct output *output)
{
    struct json *json = &output->json;
    output_start(output, "gctool.trace.v1");
    json_text(json, "file", result->output);
    json_number(json, "file_bytes", result->totals.file_bytes);
    json_text(json, "ending", ending_word(result));
    if (result->end.ending == TRACE_DETACHED)
        json_null(json, "program_status");
    else
        json_number(json, "program_status", (uint64_t)status_of_program(result->wait_status));
    json_number(json, "duration_ns", result->duration_ns);
    json_number(json, "events", result->totals.events);
    json_number(json, "births", result->totals.births);
    json_number(json, "lost_events", result->lost_events);
    json_number(json, "lost_contexts", result->end.lost_contexts);
    json_number(json, "recorder_births", result->cost_births);
    json_number(json, "recorder_ns", result->cost_ns);
    output_end(output);
}

/* ---- */

/* The program's own status, unless gctool failed it. */
static int status_of(const struct recording_result *result, int error, struct error *reterr)
{
    if (error == 0 && result->end.ending == TRACE_DETACHED) {
        error_set(reterr, -EINTR, "the recording was ended by a second signal; the program goes on, unrecorded");
        return STATUS_TRACE_FAILED;
    }
    if (error < 0 && !result->has_begun)
        return result->is_no_program ? status_of_refusal(error) : STATUS_TRACE_FAILED;
    if (error < 0) {
        char lost[QUANTITY_TEXT_BYTES];
        error_hint(reterr, "the program went on and ended with status %d; %s events are missing",
                   status_of_program(result->wait_status), quantity_count_format(result->lost_events, lost));
        return STATUS_TRACE_FAILED;
    }
    return status_of_program(result->wait_status);
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    char *path;
    int error = program_find(options->operands[0], &path, reterr);
    if (error < 0)
        return status_of_refusal(error);
    error = program_check(path, reterr);
    if (error == 0)
        error = program_loader_check(path, reterr);
    if (error < 0) {
        free(path);
        return status_of_refusal(error);
    }
    static struct recording_result result;
    struct recording_options recording = {.path = path,
                                          .arguments = options->operands,
                                          .output = options_text(options, &option_output_file),
                                          .stdout_fd = output->is_json ? STDERR_FILENO : STDOUT_FILENO};
    error = recording_run(&recording, &result, reterr);
    free(path);
    if (result.has_begun && output->is_json)
        tell_programs(&result, output);
    else if (result.has_begun && !options_given(options, &option_quiet))
        tell_people(&result);
    return status_of(&result, error, reterr);
}

static const struct option *const options[] = {&option_output_file, &option_quiet, &option_json, NULL};

static const struct verb_status statuses[] = {
    {"N", "the status of the program"},
    {"128+N", "the program was killed by signal N"},
    {"125", "gctool failed: the program does not use libgcrt, or what was recorded is not all in the file"},
    {"126", "the program cannot be executed, or a library of it is not found"},
    {"127", "there is no such program"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_trace = {
    .name = "trace",
    .summary = "run a program and record it",
    .operands = "PROGRAM [ARGUMENT...]",
    .operands_min = 1,
    .operands_max = -1,
    .operand_kind = OPERAND_PROGRAM,
    .options = options,
    .description =
        "Runs PROGRAM and writes every allocation with its call stack, every death, collection, pause and goroutine "
        "event to a file, PROGRAM.PID.gctrace unless --output names another. PROGRAM must use libgcrt; it needs no "
        "preparation. Only the first process that calls gcrt_run is recorded, not those it starts.\n\n"
        "When the program has ended a summary is told on standard error. With --json it is one document on standard "
        "output, and what the program itself writes there goes to standard error.\n\n"
        "The first SIGINT, SIGTERM or SIGHUP is the program's; when it ends the file is finished as ever. The second "
        "ends the recording, not the program. A program that is killed loses nothing of its recording. If gctool "
        "is killed, the program goes on unrecorded, and the file is whole up to its last block.",
    .statuses = statuses,
    .run = run,
};
