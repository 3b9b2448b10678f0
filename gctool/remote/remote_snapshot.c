#include "gctool/remote/remote_snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "gctool/remote/remote.h"

/* So often a process is let go to find it calm, each time a little longer: on a busy machine it may not have run at all. */
enum { LOOKS_MAX = 200, RUN_NS = 1000 * 1000, RUNS_PER_STEP = 10 };

/* ---- records and words ---- */

bool remote_record(const struct remote *remote, uint64_t address, enum layout_number size, struct record *ret_record)
{
    ret_record->address = address;
    ret_record->size = layout_number(&remote->layout, size);
    return ret_record->size <= sizeof ret_record->bytes &&
           memory_read(remote->memory, address, ret_record->bytes, ret_record->size);
}

/* 0 for what would lie outside. */
static uint64_t field(const struct remote *remote, const struct record *record, enum layout_number offset,
                      uint32_t size)
{
    uint64_t value = 0;
    uint32_t at = layout_number(&remote->layout, offset);
    if (size <= record->size && at <= record->size - size)
        memcpy(&value, record->bytes + at, size);
    return value;
}

uint64_t record_u64(const struct remote *remote, const struct record *record, enum layout_number offset)
{
    return field(remote, record, offset, sizeof(uint64_t));
}

uint32_t record_u32(const struct remote *remote, const struct record *record, enum layout_number offset)
{
    return (uint32_t)field(remote, record, offset, sizeof(uint32_t));
}

uint8_t record_u8(const struct remote *remote, const struct record *record, enum layout_number offset)
{
    return (uint8_t)field(remote, record, offset, sizeof(uint8_t));
}

uint64_t remote_u64(const struct remote *remote, uint64_t address)
{
    uint64_t word;
    return memory_read(remote->memory, address, &word, sizeof word) ? word : 0;
}

uint32_t remote_u32(const struct remote *remote, uint64_t address)
{
    uint32_t word;
    return memory_read(remote->memory, address, &word, sizeof word) ? word : 0;
}

/* ---- a calm moment ---- */

/* Inside the runtime a goroutine may be about to change the books. */
static bool is_inside(const struct remote *remote)
{
    struct record thread, goroutine;
    uint64_t at = remote_u64(remote, layout_address(&remote->layout, LAYOUT_AT_THREADS));
    for (uint32_t i = 0; at != 0 && i < REMOTE_LIST_MAX; i++) {
        if (!remote_record(remote, at, LAYOUT_THREAD_BYTES, &thread))
            return false;
        at = record_u64(remote, &thread, LAYOUT_THREAD_NEXT);
        uint64_t current = record_u64(remote, &thread, LAYOUT_THREAD_CURRENT);
        if (current == 0 || record_u32(remote, &thread, LAYOUT_THREAD_DEPTH) == 0)
            continue;
        if (remote_record(remote, current, LAYOUT_GOROUTINE_BYTES, &goroutine) &&
            record_u8(remote, &goroutine, LAYOUT_GOROUTINE_STATUS) ==
                layout_number(&remote->layout, LAYOUT_STATUS_RUNNING))
            return true;
    }
    return false;
}

static bool is_calm(const struct remote *remote)
{
    const struct layout *layout = &remote->layout;
    return (remote_u32(remote, layout_address(layout, LAYOUT_AT_STOP_WORD)) & 1) == 0 &&
           remote_u32(remote, layout_address(layout, LAYOUT_AT_SWEEPING)) == 0 &&
           remote_u32(remote, layout_address(layout, LAYOUT_AT_HEAP_LOCK)) == 0 && !is_inside(remote);
}

static int await_calm(struct remote *remote, struct memory *memory, bool *ret_is_calm, struct error *reterr)
{
    int error = 0;
    *ret_is_calm = is_calm(remote);
    for (int looks = 0; !*ret_is_calm && memory->core == NULL && looks < LOOKS_MAX && error == 0; looks++) {
        error = memory_let_run(memory, RUN_NS * (1L + looks / RUNS_PER_STEP), reterr);
        *ret_is_calm = error == 0 && is_calm(remote);
    }
    return error;
}

/* ---- making it ---- */

static int read_parts(struct remote *remote)
{
    int error = remote_stacks(remote);
    if (error == 0)
        error = remote_modules(remote);
    if (error == 0)
        error = remote_objects(remote);
    if (error == 0)
        error = remote_roots(remote);
    if (error == 0)
        error = remote_goroutines(remote);
    return error == 0 ? remote_unscanned(remote) : error;
}

static void judge(const struct remote *remote, bool is_calm, char note[REMOTE_NOTE_BYTES])
{
    note[0] = '\0';
    if (remote->unread_objects + remote->unread_roots + remote->unread_goroutines > 0)
        snprintf(note, REMOTE_NOTE_BYTES, "%llu objects, %llu pages of roots and %llu goroutines cannot be read%s%s",
                 (unsigned long long)remote->unread_objects, (unsigned long long)remote->unread_roots,
                 (unsigned long long)remote->unread_goroutines, remote->memory->note[0] != '\0' ? ": " : "",
                 remote->memory->note);
    else if (remote->memory->note[0] != '\0')
        snprintf(note, REMOTE_NOTE_BYTES, "%s", remote->memory->note);
    else if (!is_calm)
        snprintf(note, REMOTE_NOTE_BYTES,
                 "it was taken while the runtime changed the heap: objects that had just died may be in it");
    else if (remote->guessed_types > 0)
        snprintf(note, REMOTE_NOTE_BYTES,
                 "of %llu types only the program knows where their pointers are: every word of theirs is taken for one",
                 (unsigned long long)remote->guessed_types);
}

static int finish(struct remote *remote, struct snapshot **ret_snapshot, struct error *reterr)
{
    struct snapshot *snapshot = remote->snapshot;
    snapshot->pid = (uint64_t)remote->memory->pid;
    snapshot->wall_ns = remote->memory->wall_ns;
    snapshot->cycle = remote_u64(remote, layout_address(&remote->layout, LAYOUT_AT_CYCLE));
    snapshot->complete = remote->unread_objects + remote->unread_roots + remote->unread_goroutines == 0 &&
                         remote->memory->note[0] == '\0';
    int error = snapshot_finish(remote->builder, ret_snapshot);
    remote->builder = NULL;
    return error < 0 ? error_set(reterr, error, "cannot read %s: out of memory", remote->memory->name) : 0;
}

int remote_snapshot(struct memory *memory, struct snapshot **ret_snapshot, char ret_note[REMOTE_NOTE_BYTES],
                    struct error *reterr)
{
    struct remote remote = {.memory = memory};
    bool is_calm = true;
    int error = layout_find(memory, &remote.layout, reterr);
    if (error == 0)
        error = await_calm(&remote, memory, &is_calm, reterr);
    if (error < 0)
        return error;
    remote.builder = snapshot_builder_new();
    if (remote.builder == NULL)
        return error_set(reterr, -ENOMEM, "cannot read %s: out of memory", memory->name);
    remote.snapshot = snapshot_builder_snapshot(remote.builder);
    error = snapshot_add_type(remote.snapshot, &(struct snapshot_type){.name = ""});
    error = error < 0 ? error_set(reterr, error, "cannot read %s: out of memory", memory->name)
                      : heap_image_read(&remote, reterr);
    if (error == 0) {
        error = read_parts(&remote);
        if (error < 0)
            error_set(reterr, error, "cannot read %s: out of memory", memory->name);
    }
    if (error == 0) {
        judge(&remote, is_calm, ret_note);
        error = finish(&remote, ret_snapshot, reterr);
    }
    snapshot_builder_free(remote.builder);
    heap_image_free(&remote.heap);
    free(remote.stacks);
    return error;
}
