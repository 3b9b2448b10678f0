/* Any bytes as a core: a snapshot that is sound, or an error that says something. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/error.h"
#include "gctool/model/snapshot.h"
#include "gctool/process/memory.h"
#include "gctool/remote/remote_snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct memory memory;
    struct error error = {0};
    struct snapshot *snapshot = NULL;
    char note[REMOTE_NOTE_BYTES];
    if (memory_open_core_bytes(&memory, bytes, size, "fuzz", &error) < 0) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    int code = remote_snapshot(&memory, &snapshot, note, &error);
    if (code == 0 ? !snapshot_check(snapshot) : error.message[0] == '\0')
        abort();
    if (code == 0)
        snapshot_free(snapshot);
    memory_close(&memory);
    return 0;
}
