/* fuzz_heap.c: any bytes as a heap dump: it is loaded without harm, the snapshot agrees with itself, and every analysis of it ends.
 *
 * Each input is tried as it is, and again with checksums that fit, or no change would get past them.
 * The corpus is made by corpus/make_heap_corpus.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "gctool/analyze/leaks.h"
#include "gctool/model/heap_load.h"
#include "support/sample_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "fuzz_heap: %s\n", what);
        abort();
    }
}

static void analyze(struct snapshot *snapshot)
{
    struct reach reach;
    struct leaks leaks;
    require(snapshot_intern_stacks(snapshot) == 0, "the stacks cannot be taken");
    require(reach_from_roots(&reach, snapshot) == 0, "reachability");
    require(leaks_find(snapshot, &leaks) == 0, "leaks");
    require(leaks.leaked + leaks.undecided <= snapshot->goroutine_count, "more leaks than goroutines");
    for (uint32_t object = 0; object < snapshot->object_count; object++)
        require(snapshot_find(snapshot, snapshot_address(snapshot, object)) == object, "an object is not found");
    leaks_free(&leaks);
    reach_end(&reach);
}

static void load(const struct sample_trace *heap)
{
    struct snapshot *snapshot = NULL;
    struct trace_completeness found;
    struct error error = {0};
    if (heap_load_memory(heap->bytes, heap->size, &snapshot, &found, &error) < 0) {
        require(error.message[0] != '\0', "an error without a message");
        return;
    }
    require(snapshot_check(snapshot), "the snapshot does not agree with itself");
    require(found.file_bytes == heap->size, "the file is not read to its end");
    require(!found.whole || (found.has_end && found.gap_count == 0), "taken for whole");
    analyze(snapshot);
    snapshot_free(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sample_trace given = {.bytes = (uint8_t *)(uintptr_t)data, .size = size}, sealed = sample_copy(&given);
    load(&given);
    sample_reseal(&sealed);
    load(&sealed);
    sample_free(&sealed);
    return 0;
}
