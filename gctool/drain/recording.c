/* See recording.h.
 *
 * Who is recorded: the first process that calls gcrt_run: the program, or whatever it became or started (a daemon's child). gctool is the
 * reaper of all of them, so that it learns when that process ends, and how. The recording ends when the program has ended and so has the
 * recorded process, or there is none and no descendant that could become it.
 */
#include "gctool/drain/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/drain/drain.h"
#include "gctool/drain/interrupt_signal.h"
#include "gctool/drain/launch.h"
#include "tracer/format/events.h"

/* A ring is drained at half; 4 MiB last a worker 10 ms at 25 million events a second. */
static const struct ring_memory_sizes SIZES = {
    .ring_count = RINGS_COUNT_MAX, .ring_words = 512 << 10, .context_capacity = 1 << EVENT_CONTEXT_BITS};

/* Between passes: also the resolution of times where the program opens no segment. Idle, the pause doubles up to the longer one. */
static const long PAUSE_NS_MIN = 10000000, PAUSE_NS_MAX = 80000000;

/* What a program wrote lies in the file after so long, whatever becomes of gctool. */
static const uint64_t FLUSH_NS = 1000000000;

struct recording {
    const struct recording_options *options;
    struct recording_result *result;
    struct ring_memory memory;
    struct trace_writer *writer;
    struct symbols *symbols;
    struct drain drain;
    struct launch launch;
    pid_t program;
    bool program_is_gone, owner_is_gone, nobody_is_left;
    int owner_status;
};

/* ---- beginning ---- */

static uint64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void name_output(struct recording *recording)
{
    struct recording_result *result = recording->result;
    if (recording->options->output)
        snprintf(result->output, sizeof result->output, "%s", recording->options->output);
    else
        snprintf(result->output, sizeof result->output, "%s.%d.gctrace", base_name(recording->options->path),
                 recording->launch.pid);
}

/* The program, its arguments, and where and on what it ran. */
static int open_writer(struct recording *recording, struct error *reterr)
{
    const struct recording_options *options = recording->options;
    char folder[4096];
    size_t argument_count = 0, count = 0;
    while (options->arguments[argument_count])
        argument_count++;
    struct trace_note *notes = calloc(argument_count + 3, sizeof *notes);
    if (!notes)
        return error_set(reterr, -ENOMEM, "out of memory");
    notes[count++] = (struct trace_note){"program", options->path};
    for (size_t at = 0; at < argument_count; at++)
        notes[count++] = (struct trace_note){"argument", options->arguments[at]};
    if (getcwd(folder, sizeof folder))
        notes[count++] = (struct trace_note){"folder", folder};
    const struct rings_header *header = recording->memory.header;
    struct trace_writer_options writer_options = {
        .start_wall_ns = wall_ns() - (rings_clock_read(RINGS_CLOCK_NS) - header->start_ns),
        .pid = (uint32_t)recording->launch.pid,
        .notes = notes,
        .note_count = count,
    };
    int error = trace_writer_open(recording->result->output, &writer_options, &recording->writer, reterr);
    free(notes);
    return error;
}

static void remove_output(const struct recording *recording)
{
    struct stat status;
    if (stat(recording->result->output, &status) == 0 && S_ISREG(status.st_mode))
        unlink(recording->result->output);
}

/* The file is open before the program begins, so that a place that cannot be written costs nothing. */
static int start(struct recording *recording, struct error *reterr)
{
    const struct recording_options *options = recording->options;
    int error = launch_prepare(recording->memory.fd, options->stdout_fd, options->path, options->arguments,
                               &recording->launch, reterr);
    if (error < 0)
        return error;
    recording->program = recording->launch.pid;
    name_output(recording);
    error = open_writer(recording, reterr);
    if (error < 0) {
        launch_cancel(&recording->launch);
        return error;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    interrupts_begin(recording->program, &recording->memory.header->drainer_wakeup);
    error = launch_start(&recording->launch, options->path, reterr);
    if (error < 0) {
        recording->result->is_no_program = true;
        interrupts_end();
        trace_writer_abandon(recording->writer);
        remove_output(recording);
        return error;
    }
    recording->result->has_begun = true;
    return 0;
}

/* ---- while it runs ---- */

static pid_t owner_of(const struct recording *recording)
{
    /* Relaxed: it is set once. */
    return (pid_t)atomic_load_explicit(&recording->memory.header->owner_pid, memory_order_relaxed);
}

static void reap(struct recording *recording)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == recording->program) {
            recording->program_is_gone = true;
            recording->result->wait_status = status;
        }
        if (pid == owner_of(recording)) {
            recording->owner_is_gone = true;
            recording->owner_status = status;
        }
    }
    recording->nobody_is_left = pid < 0 && errno == ECHILD;
}

static bool is_ended(const struct rings_header *header)
{
    /* Acquire: pairs with the release in the recorder: RUN_END and all before it is published. */
    return atomic_load_explicit(&header->state, memory_order_acquire) == RINGS_ENDED;
}

static bool is_over(const struct recording *recording)
{
    bool is_recorded = owner_of(recording) != 0;
    bool is_told = recording->owner_is_gone || is_ended(recording->memory.header);
    return recording->nobody_is_left || (recording->program_is_gone && is_recorded && is_told);
}

/* Until a producer's ring is half full, a signal came, or the time is over. */
static void pause_for(struct rings_header *header, long ns)
{
    syscall(SYS_futex, &header->drainer_wakeup, FUTEX_WAIT, 0, &(struct timespec){.tv_nsec = ns}, NULL, 0);
    atomic_store_explicit(&header->drainer_wakeup, 0,
                          memory_order_relaxed); /* relaxed: a hint to look, and we look now */
}

static void flush_now_and_then(struct recording *recording, uint64_t *last_ns)
{
    uint64_t now_ns = recording->drain.clock.now.ns;
    if (now_ns - *last_ns < FLUSH_NS)
        return;
    trace_writer_flush(recording->writer);
    *last_ns = now_ns;
}

static void drain_until_over(struct recording *recording)
{
    uint64_t flushed_ns = 0;
    long pause_ns = PAUSE_NS_MIN;
    for (bool is_last = false; !is_last;) {
        pause_for(recording->memory.header, pause_ns);
        reap(recording);
        is_last = is_over(recording) || interrupts_count() >= 2;
        if (is_last)
            /* Relaxed: whoever still produces learns it in time. */
            atomic_store_explicit(&recording->memory.header->drainer_gone, 1, memory_order_relaxed);
        uint64_t before = recording->drain.words;
        drain_pass(&recording->drain, is_last);
        bool is_idle = recording->drain.words == before;
        pause_ns = !is_idle ? PAUSE_NS_MIN : 2 * pause_ns < PAUSE_NS_MAX ? 2 * pause_ns : PAUSE_NS_MAX;
        flush_now_and_then(recording, &flushed_ns);
    }
}

/* ---- the end ---- */

static struct trace_end describe_end(const struct recording *recording)
{
    struct rings_header *header = recording->memory.header;
    struct trace_end end = {
        .ending = recording->drain.has_run_end ? TRACE_ENDED
                  : is_over(recording)         ? TRACE_DIED
                                               : TRACE_DETACHED,
        .wait_status = recording->owner_is_gone ? recording->owner_status : recording->result->wait_status,
        .lost_contexts = atomic_load_explicit(&header->contexts_lost, memory_order_relaxed), /* relaxed: a count */
    };
    struct trace_writer_totals totals;
    trace_writer_totals(recording->writer, &totals);
    end.lost_events = drain_lost_untold(&recording->drain) + totals.dropped_events + totals.invalid_words;
    return end;
}

static int finish(struct recording *recording, struct error *reterr)
{
    struct recording_result *result = recording->result;
    interrupts_end();
    int error = symbols_write(recording->symbols, recording->memory.contexts, recording->drain.contexts_written,
                              recording->writer);
    trace_writer_flush(recording->writer);
    result->end = describe_end(recording);
    trace_writer_totals(recording->writer, &result->totals);
    result->has_opened = owner_of(recording) != 0;
    result->lost_events = recording->drain.lost_told + result->end.lost_events;
    result->cost_births = recording->drain.cost_births;
    result->cost_ns = recording->drain.cost_ns;
    result->duration_ns = recording->drain.clock.now.ns;
    int code = trace_writer_finish(recording->writer, &result->end, reterr);
    struct stat status;
    if (stat(result->output, &status) == 0 && S_ISREG(status.st_mode))
        result->totals.file_bytes = (uint64_t)status.st_size;
    if (code == 0 && error < 0)
        return error_set(reterr, error, "out of memory: not every address of '%s' has its name", result->output);
    if (code == 0 && recording->drain.out_of_reach)
        return error_set(reterr, -ENOMEM, "out of memory: not every worker's events are in '%s'", result->output);
    return code;
}

int recording_run(const struct recording_options *options, struct recording_result *ret_result, struct error *reterr)
{
    struct recording recording = {.options = options, .result = ret_result};
    *ret_result = (struct recording_result){0};
    recording.symbols = symbols_new();
    if (!recording.symbols)
        return error_set(reterr, -ENOMEM, "out of memory");
    int error = ring_memory_make(&SIZES, &recording.memory, reterr);
    if (error == 0) {
        error = start(&recording, reterr);
        if (error == 0) {
            drain_start(&recording.drain, &recording.memory, recording.writer, recording.symbols);
            drain_until_over(&recording);
            error = finish(&recording, reterr);
        }
        ring_memory_free(&recording.memory);
    }
    symbols_free(recording.symbols);
    return error;
}
