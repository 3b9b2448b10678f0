#include "gctool/model/crash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "gctool/model/payload.h"
#include "tracer/format/heap_file.h"
#include "tracer/format/trace_blocks.h"
#include "tracer/format/trace_tables.h"

static const struct trace_file_kind crash_file = {CRASH_FILE_MAGIC, CRASH_VERSION_MAJOR, "crash record", "gccrash file",
                                                  "GCRT_CRASH_DIR=DIRECTORY makes one when a program crashes"};

/* 0, -ENOMEM; what makes no sense is said by payload->bad. */
static int read_modules(struct crash *crash, struct payload *payload)
{
    while (payload->at < payload->end && !payload->bad) {
        struct snapshot_module module = {0};
        int error = payload_module(payload, &crash->texts, &module);
        if (error == 0 && !payload->bad)
            error = array_reserve(&crash->modules, &crash->module_capacity, crash->module_count + 1, sizeof module);
        if (error < 0)
            return error;
        if (!payload->bad)
            crash->modules[crash->module_count++] = module;
    }
    return 0;
}

static int read_code(struct crash *crash, struct payload *payload, struct crash_entry *entry)
{
    struct crash_code code;
    code.address = payload_number(payload);
    code.pc = payload_number(payload);
    uint64_t size = payload_number(payload);
    const uint8_t *bytes = size <= sizeof code.bytes ? payload_bytes(payload, size) : NULL;
    if (bytes == NULL) {
        payload->bad = true;
        return 0;
    }
    memcpy(code.bytes, bytes, size);
    code.size = size;
    int error = array_reserve(&crash->codes, &crash->code_capacity, crash->code_count + 1, sizeof code);
    if (error < 0)
        return error;
    entry->number = crash->code_count;
    crash->codes[crash->code_count++] = code;
    return 0;
}

static int read_fact(struct crash *crash, struct payload *payload, struct crash_entry *entry)
{
    int error = payload_text(payload, &crash->texts, &entry->key);
    uint64_t unit = payload_number(payload);
    entry->number = payload_number(payload);
    payload->bad |= unit > CRASH_UNIT_WORD || entry->key == NULL;
    entry->unit = (enum crash_unit)unit;
    return error < 0 ? error : payload_text(payload, &crash->texts, &entry->text);
}

static int read_entry(struct crash *crash, struct payload *payload)
{
    struct crash_entry entry = {0};
    int error = 0;
    uint64_t tag = payload_number(payload);
    entry.tag = (enum crash_tag)tag;
    switch (tag) {
    case CRASH_SECTION:
    case CRASH_LINE:
    case CRASH_STACK:
        error = payload_text(payload, &crash->texts, &entry.text);
        break;
    case CRASH_FACT:
        error = read_fact(crash, payload, &entry);
        break;
    case CRASH_FRAME:
        entry.is_exact = payload_number(payload) != 0;
        entry.number = payload_number(payload);
        break;
    case CRASH_CODE:
        error = read_code(crash, payload, &entry);
        break;
    default:
        payload->bad = true;
    }
    if (error == 0 && !payload->bad)
        error = array_reserve(&crash->entries, &crash->entry_capacity, crash->entry_count + 1, sizeof entry);
    if (error < 0 || payload->bad)
        return error;
    if (entry.text == NULL)
        entry.text = "";
    crash->entries[crash->entry_count++] = entry;
    return 0;
}

static int read_notes(struct crash *crash, const struct payload *payload)
{
    struct trace_notes notes = {0};
    const char *reason;
    int error = trace_notes_read(&notes, payload->at, (size_t)(payload->end - payload->at), &reason);
    for (size_t i = 0; i < notes.count && error == 0; i++)
        if (strcmp(notes.items[i].name, "program") == 0)
            error = texts_keep(&crash->texts, notes.items[i].text, &crash->program);
    trace_notes_free(&notes);
    return error;
}

static int read_block(struct crash *crash, unsigned kind, struct payload *payload)
{
    int error = 0;
    if (kind == TRACE_BLOCK_NOTES)
        return read_notes(crash, payload);
    if (kind == HEAP_BLOCK_MODULES)
        return read_modules(crash, payload);
    if (kind == CRASH_BLOCK_REPORT)
        while (payload->at < payload->end && !payload->bad && error == 0)
            error = read_entry(crash, payload);
    return error; /* GAP and END are the frame's; what else there is belongs to a later minor version */
}

static int read_blocks(struct crash *crash, struct trace_blocks *blocks, struct error *reterr)
{
    struct trace_block block;
    int code;
    while ((code = trace_blocks_next(blocks, &block, reterr)) > 0) {
        struct payload payload = {block.stored, block.stored + block.header.stored_bytes, false};
        int error = block.header.encoding == TRACE_PLAIN ? read_block(crash, block.header.kind, &payload) : -EBADMSG;
        if (error == -ENOMEM)
            return error_set(reterr, error, "cannot read crash record '%s': out of memory", blocks->input.name);
        if (error < 0 || payload.bad)
            trace_blocks_gap(blocks, (struct trace_gap){.offset = block.offset,
                                                        .bytes = block.header.stored_bytes,
                                                        .reason = "a block that makes no sense"});
    }
    return code;
}

static int load(struct trace_input *take_input, struct crash **ret_crash, struct error *reterr)
{
    struct trace_blocks blocks = {0};
    struct crash *crash = calloc(1, sizeof *crash);
    if (crash == NULL) {
        trace_input_close(take_input);
        return error_set(reterr, -ENOMEM, "cannot open crash record: out of memory");
    }
    int error = trace_blocks_open(&blocks, take_input, &crash_file, reterr);
    if (error < 0) {
        free(crash);
        return error;
    }
    error = read_blocks(crash, &blocks, reterr);
    const struct trace_completeness *file = &blocks.completeness;
    crash->complete = file->has_end && file->gap_count == 0 && !file->header_damaged;
    crash->pid = blocks.header.pid;
    crash->wall_ns = blocks.header.start_wall_ns;
    if (crash->entry_count > 0 && crash->entries[0].tag == CRASH_LINE)
        crash->verdict = crash->entries[0].text;
    trace_blocks_close(&blocks);
    if (error < 0) {
        crash_free(crash);
        return error;
    }
    *ret_crash = crash;
    return 0;
}

int crash_load(const char *path, struct crash **ret_crash, struct error *reterr)
{
    struct trace_input input;
    int code = trace_input_open(&input, path, reterr);
    return code < 0 ? code : load(&input, ret_crash, reterr);
}

int crash_load_memory(const void *memory, size_t size, struct crash **ret_crash, struct error *reterr)
{
    struct trace_input input;
    int code = trace_input_open_memory(&input, memory, size, reterr);
    return code < 0 ? code : load(&input, ret_crash, reterr);
}

void crash_free(struct crash *take_crash)
{
    if (take_crash == NULL)
        return;
    free(take_crash->entries);
    free(take_crash->codes);
    free(take_crash->modules);
    texts_free(&take_crash->texts);
    free(take_crash);
}
