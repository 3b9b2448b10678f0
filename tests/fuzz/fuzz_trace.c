/* fuzz_trace.c: any bytes as a trace: the reader and the model take them without harm, and a repair of them reads without a fault.
 *
 * Each input is tried as it is, and again with checksums that fit, or no change would get past them.
 * The corpus is made by corpus/make_trace_corpus.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/model/load.h"
#include "support/sample_trace.h"
#include "tracer/format/trace_reader.h"
#include "tracer/format/trace_repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "fuzz_trace: %s\n", what);
        abort();
    }
}

/* Reads all; false: no trace. */
static bool read_trace(const struct sample_trace *trace, struct trace_completeness *ret_completeness)
{
    struct trace_reader *reader;
    struct error error = {0};
    if (trace_reader_open_memory(trace->bytes, trace->size, &reader, &error) < 0) {
        require(error.message[0] != '\0', "an error without a message");
        return false;
    }
    struct model *model;
    require(model_load(reader, 0, UINT64_MAX, NULL, &model, &error) == 0, "the model does not load");
    require(model_check(model), "the model does not agree with itself");
    *ret_completeness = model->file;
    require(model->file.file_bytes == trace->size, "the file is not read to its end");
    require(!model->file.whole || (model->file.has_end && model->file.gap_count == 0), "taken for whole");
    model_free(model);
    trace_reader_close(reader);
    return true;
}

static void repair_trace(const struct sample_trace *trace, const struct trace_completeness *before)
{
    char from[64], to[64], again[64];
    snprintf(from, sizeof from, "/dev/shm/fuzz_trace.%d.from", (int)getpid());
    snprintf(to, sizeof to, "/dev/shm/fuzz_trace.%d.to", (int)getpid());
    snprintf(again, sizeof again, "/dev/shm/fuzz_trace.%d.again", (int)getpid());
    struct trace_repair repair;
    struct trace_completeness after;
    sample_write_file(trace, from);
    require(trace_repair(from, to, &repair, NULL) == 0, "it cannot be repaired");
    require(trace_repair(to, again, &repair, NULL) == 0, "the repaired file cannot be repaired");
    struct sample_trace repaired = sample_read_file(to), same = sample_read_file(again);
    require(read_trace(&repaired, &after), "the repaired file is no trace");
    require(after.has_end && !after.truncated && !after.header_damaged && after.trailing_bytes == 0,
            "the repaired file is damaged");
    require(after.events == before->events && after.contexts == before->contexts && after.symbols == before->symbols,
            "the repair lost something");
    require(same.size == repaired.size && memcmp(same.bytes, repaired.bytes, same.size) == 0,
            "a second repair changed something");
    sample_free(&repaired);
    sample_free(&same);
    unlink(from);
    unlink(to);
    unlink(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sample_trace given = {.bytes = (uint8_t *)(uintptr_t)data, .size = size}, sealed = sample_copy(&given);
    struct trace_completeness completeness;
    (void)read_trace(&given, &completeness);
    sample_reseal(&sealed);
    if (read_trace(&sealed, &completeness) && size % 16 == 0)
        repair_trace(&sealed, &completeness);
    sample_free(&sealed);
    return 0;
}
