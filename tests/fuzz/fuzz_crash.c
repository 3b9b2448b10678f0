/* fuzz_crash.c: any bytes as a crash record: the reader takes them without harm, and what it gives keeps its promises.
 *
 * Each input is tried as it is, and again with checksums that fit, or no change would get past them.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "gctool/model/crash.h"
#include "support/sample_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "fuzz_crash: %s\n", what);
        abort();
    }
}

static void read_crash(const struct sample_trace *file)
{
    struct crash *crash;
    struct error error = {0};
    if (crash_load_memory(file->bytes, file->size, &crash, &error) < 0) {
        require(error.message[0] != '\0', "an error without a message");
        return;
    }
    for (size_t i = 0; i < crash->entry_count; i++) {
        const struct crash_entry *entry = &crash->entries[i];
        require(entry->text != NULL, "an entry without a text");
        require(entry->tag != CRASH_FACT || entry->key != NULL, "a fact without a key");
        require(entry->tag != CRASH_CODE ||
                    (entry->number < crash->code_count && crash->codes[entry->number].size <= CRASH_CODE_BYTES_MAX),
                "code that is not there");
    }
    crash_free(crash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sample_trace given = {.bytes = (uint8_t *)(uintptr_t)data, .size = size}, sealed = sample_copy(&given);
    read_crash(&given);
    sample_reseal(&sealed);
    read_crash(&sealed);
    sample_free(&sealed);
    return 0;
}
