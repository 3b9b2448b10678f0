#include "gctool/model/heap_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/array.h"
#include "base/error.h"
#include "gctool/model/payload.h"
#include "tracer/format/trace_blocks.h"
#include "tracer/format/trace_tables.h"
#include "tracer/format/varint.h"

enum { TYPE_ID_MAX = 1 << 20, NAME_CODE_MAX = 256 };

struct name {
    const char *text;
    uint8_t flags;
};

/* Objects of one span. */
struct run {
    uint64_t base, slot_bytes, slot_count, type;
    uint64_t last_slot; /* that was read, plus one; 0: none */
};

struct loader {
    struct snapshot_builder *builder;
    struct snapshot *snapshot;
    struct trace_blocks blocks;
    struct trace_contexts contexts;
    struct trace_symbols symbols;
    struct trace_notes notes;
    struct name statuses[NAME_CODE_MAX], wait_reasons[NAME_CODE_MAX];
    uint32_t *type_index; /* by id, plus one; 0: not told */
    size_t type_index_capacity;
    uint8_t raw[TRACE_BLOCK_RAW_MAX]; /* of the block, if it was compressed */
    struct run last;                  /* read before, to see whether a run goes on with it */
};

/* ---- numbers and texts ---- */

static uint64_t delta(struct payload *payload, uint64_t base)
{
    return zigzag_apply(payload_number(payload), base);
}

static int text(struct loader *loader, struct payload *payload, const char **ret_text)
{
    return payload_text(payload, &loader->snapshot->texts, ret_text);
}

/* ---- blocks: 0, -ENOMEM; what makes no sense is said by payload->bad ---- */

static int read_names(struct loader *loader, struct payload *payload)
{
    while (payload->at < payload->end && !payload->bad) {
        uint64_t table = payload_number(payload), code = payload_number(payload), flags = payload_number(payload);
        const char *name;
        int error = text(loader, payload, &name);
        if (error < 0)
            return error;
        if (payload->bad || code >= NAME_CODE_MAX)
            continue;
        if (table == HEAP_NAMES_STATUS)
            loader->statuses[code] = (struct name){name, (uint8_t)flags};
        else if (table == HEAP_NAMES_WAIT_REASON)
            loader->wait_reasons[code] = (struct name){name, (uint8_t)flags};
    }
    return 0;
}

static int read_types(struct loader *loader, struct payload *payload)
{
    while (payload->at < payload->end && !payload->bad) {
        uint64_t id = payload_number(payload), size = payload_number(payload), flags = payload_number(payload);
        const char *name;
        int error = text(loader, payload, &name);
        if (error < 0)
            return error;
        if (payload->bad || id >= TYPE_ID_MAX) {
            payload->bad = true;
            return 0;
        }
        struct snapshot_type type = {name != NULL ? name : "", size, (uint32_t)flags};
        error = array_reserve(&loader->type_index, &loader->type_index_capacity, id + 1, sizeof *loader->type_index);
        if (error == 0)
            error = snapshot_add_type(loader->snapshot, &type);
        if (error < 0)
            return error;
        loader->type_index[id] = (uint32_t)loader->snapshot->type_count;
    }
    return 0;
}

static uint32_t type_index(const struct loader *loader, uint64_t id)
{
    return id < loader->type_index_capacity && loader->type_index[id] != 0 ? loader->type_index[id] - 1 : 0;
}

static int read_modules(struct loader *loader, struct payload *payload)
{
    while (payload->at < payload->end && !payload->bad) {
        struct snapshot_module module = {0};
        int error = payload_module(payload, &loader->snapshot->texts, &module);
        if (error == 0 && !payload->bad)
            error = snapshot_add_module(loader->snapshot, &module);
        if (error < 0)
            return error;
    }
    return 0;
}

/* Edges until the 0 that ends the object. */
static int read_edges(struct loader *loader, struct payload *payload, const struct run *run, uint64_t slot)
{
    uint64_t address = run->base + slot * run->slot_bytes, word = 0; /* plus one */
    for (uint64_t step; (step = payload_number(payload)) != 0;) {
        word += step;
        uint64_t kind = payload_number(payload);
        uint64_t target = delta(payload, address / HEAP_GRAIN_BYTES) * HEAP_GRAIN_BYTES;
        if (payload->bad || kind >= HEAP_EDGE_COUNT || word - 1 >= run->slot_bytes / sizeof(uint64_t))
            return -EINVAL;
        int error = snapshot_add_edge(loader->builder, word - 1, target, (enum heap_edge)kind);
        if (error < 0)
            return error;
    }
    return 0;
}

/* Takes the head of a run. A span that was cut by the end of a block goes on in the next one. */
static int begin_run(struct loader *loader, const struct run *run, bool *ret_goes_on)
{
    struct run *last = &loader->last;
    *ret_goes_on = run->base == last->base && last->last_slot != 0;
    if (*ret_goes_on) {
        bool is_same = run->slot_bytes == last->slot_bytes && run->slot_count == last->slot_count &&
                       run->type == last->type;
        return is_same ? 0 : -EINVAL;
    }
    int error = run->slot_count > UINT32_MAX
                    ? -EINVAL
                    : snapshot_add_span(loader->builder, run->base, run->slot_bytes, (uint32_t)run->slot_count,
                                        type_index(loader, run->type));
    if (error == 0)
        *last = *run;
    return error;
}

/* Objects until the 0 that ends the run. The first may be the last of the run before, with more of its edges. */
static int read_run(struct loader *loader, struct payload *payload, const struct run *run)
{
    bool may_be_last;
    int error = begin_run(loader, run, &may_be_last);
    uint64_t slot = 0; /* plus one */
    for (uint64_t step; error == 0 && (step = payload_number(payload)) != 0; may_be_last = false) {
        slot += step;
        uint64_t birth = payload_number(payload), cycle = payload_number(payload);
        if (payload->bad || slot == 0 || slot > run->slot_count || birth > UINT32_MAX || cycle > UINT32_MAX)
            return -EINVAL;
        if (!may_be_last || slot != loader->last.last_slot)
            error = snapshot_add_object(loader->builder, (uint32_t)(slot - 1), (uint32_t)birth, (uint32_t)cycle);
        if (error == 0) {
            loader->last.last_slot = slot;
            error = read_edges(loader, payload, run, slot - 1);
        }
    }
    return error;
}

static int read_objects(struct loader *loader, struct payload *payload)
{
    while (payload->at < payload->end && !payload->bad) {
        struct run run = {.base = payload_number(payload) * HEAP_SPAN_GRAIN_BYTES,
                          .slot_bytes = payload_number(payload)};
        run.slot_count = payload_number(payload);
        run.type = payload_number(payload);
        int error = payload->bad ? -EINVAL : read_run(loader, payload, &run);
        if (error < 0)
            return error;
    }
    return 0;
}

static int read_roots(struct loader *loader, struct payload *payload)
{
    uint64_t word = 0, target = 0;
    while (payload->at < payload->end && !payload->bad) {
        uint64_t kind = payload_number(payload);
        struct snapshot_root root = {.kind = (uint8_t)kind, .owner = payload_number(payload)};
        root.address = word = delta(payload, word);
        root.interior = payload_number(payload) != 0;
        target = delta(payload, target);
        if (payload->bad || kind >= HEAP_ROOT_COUNT)
            return -EINVAL;
        int error = snapshot_add_root(loader->builder, &root, target * HEAP_GRAIN_BYTES);
        if (error < 0)
            return error;
    }
    return 0;
}

static int read_goroutine(struct loader *loader, struct payload *payload)
{
    struct snapshot_goroutine goroutine = {.id = payload_number(payload), .creator = payload_number(payload)};
    uint64_t status = payload_number(payload), reason = payload_number(payload);
    goroutine.waiting_ns = payload_number(payload);
    goroutine.function = payload_number(payload);
    goroutine.stack_low = payload_number(payload);
    goroutine.stack_high = goroutine.stack_low + payload_number(payload);
    uint64_t frames[HEAP_FRAMES_MAX], waits[HEAP_WAITS_MAX];
    uint64_t frame_count = payload_number(payload), pc = 0;
    for (uint64_t i = 0; i < frame_count && frame_count <= HEAP_FRAMES_MAX; i++)
        frames[i] = pc = delta(payload, pc);
    uint64_t wait_count = payload_number(payload);
    for (uint64_t i = 0; i < wait_count && wait_count <= HEAP_WAITS_MAX; i++)
        waits[i] = payload_number(payload);
    if (frame_count > HEAP_FRAMES_MAX || wait_count > HEAP_WAITS_MAX || status >= NAME_CODE_MAX ||
        reason >= NAME_CODE_MAX)
        return -EINVAL;
    int error = text(loader, payload, &goroutine.name);
    if (error == 0)
        error = text(loader, payload, &goroutine.site);
    if (error < 0 || payload->bad)
        return error < 0 ? error : -EINVAL;
    goroutine.status = loader->statuses[status].text;
    goroutine.wait_reason = loader->wait_reasons[reason].text;
    goroutine.waiting = (loader->statuses[status].flags & HEAP_STATUS_WAITING) != 0;
    goroutine.ended = (loader->statuses[status].flags & HEAP_STATUS_ENDED) != 0;
    goroutine.may_leak = loader->wait_reasons[reason].flags != 0;
    return snapshot_add_goroutine(loader->builder, &goroutine, frames, frame_count, waits, wait_count);
}

static int read_goroutines(struct loader *loader, struct payload *payload)
{
    while (payload->at < payload->end && !payload->bad) {
        int error = read_goroutine(loader, payload);
        if (error < 0)
            return error;
    }
    return 0;
}

static int read_block(struct loader *loader, unsigned kind, struct payload *payload)
{
    const char *reason;
    size_t size = (size_t)(payload->end - payload->at);
    switch (kind) {
    case TRACE_BLOCK_NOTES:
        return trace_notes_read(&loader->notes, payload->at, size, &reason);
    case TRACE_BLOCK_CONTEXTS:
        return trace_contexts_read(&loader->contexts, payload->at, size, &reason);
    case TRACE_BLOCK_SYMBOLS:
        return trace_symbols_read(&loader->symbols, payload->at, size, &reason);
    case HEAP_BLOCK_NAMES:
        return read_names(loader, payload);
    case HEAP_BLOCK_TYPES:
        return read_types(loader, payload);
    case HEAP_BLOCK_MODULES:
        return read_modules(loader, payload);
    case HEAP_BLOCK_OBJECTS:
        return read_objects(loader, payload);
    case HEAP_BLOCK_ROOTS:
        return read_roots(loader, payload);
    case HEAP_BLOCK_GOROUTINES:
        return read_goroutines(loader, payload);
    case TRACE_BLOCK_GAP:
        return -EINVAL; /* the gap is as long as this block: what a repair has left out is not counted again */
    case TRACE_BLOCK_END:
        if (size < TRACE_END_BYTES)
            return -EINVAL;
        trace_end_read(payload->at, &loader->blocks.completeness.end);
        return 0;
    default:
        if (loader->blocks.header.minor <= HEAP_VERSION_MINOR)
            return -EINVAL;
        loader->blocks.completeness.skipped_blocks++;
        return 0;
    }
}

/* ---- the whole file ---- */

static void leave_out(struct loader *loader, const struct trace_block *block)
{
    trace_blocks_gap(&loader->blocks, (struct trace_gap){.offset = block->offset,
                                                         .bytes = block->header.stored_bytes,
                                                         .reason = "a block that makes no sense"});
}

/* The payload, decompressed if it has to be. False: it cannot be. */
static bool decode(struct loader *loader, const struct trace_block *block, struct payload *ret_payload)
{
    const uint8_t *from = block->stored;
    size_t size = block->header.stored_bytes;
    if (block->header.encoding != TRACE_PLAIN) {
        size = ZSTD_decompress(loader->raw, sizeof loader->raw, from, size);
        from = loader->raw;
        if (ZSTD_isError(size) || size != block->header.raw_bytes)
            return false;
    }
    *ret_payload = (struct payload){from, from + size, false};
    return true;
}

static int read_blocks(struct loader *loader, struct error *reterr)
{
    struct trace_block block;
    int code;
    while ((code = trace_blocks_next(&loader->blocks, &block, reterr)) > 0) {
        struct payload payload = {0};
        int error = decode(loader, &block, &payload) ? read_block(loader, block.header.kind, &payload) : -EBADMSG;
        if (error == -ENOMEM)
            return error_set(reterr, error, "cannot read heap dump '%s': out of memory", loader->blocks.input.name);
        if (error < 0 || payload.bad)
            leave_out(loader, &block);
    }
    return code;
}

static const char *note(const struct loader *loader, const char *name)
{
    for (size_t i = 0; i < loader->notes.count; i++)
        if (strcmp(loader->notes.items[i].name, name) == 0)
            return loader->notes.items[i].text;
    return NULL;
}

static int take_facts(struct loader *loader)
{
    struct snapshot *snapshot = loader->snapshot;
    struct trace_completeness *completeness = &loader->blocks.completeness;
    const char *cycle = note(loader, "cycle");
    snapshot->pid = loader->blocks.header.pid;
    snapshot->wall_ns = loader->blocks.header.start_wall_ns;
    snapshot->cycle = cycle != NULL ? strtoull(cycle, NULL, 10) : 0;
    completeness->contexts = loader->contexts.count;
    completeness->symbols = loader->symbols.count;
    completeness->whole = completeness->has_end && completeness->end.ending == TRACE_ENDED &&
                          completeness->gap_count == 0 && !completeness->header_damaged &&
                          completeness->trailing_bytes == 0;
    snapshot->complete = completeness->whole;
    int error = texts_keep(&snapshot->texts, note(loader, "program"), &snapshot->program);
    for (uint32_t id = 1; id < loader->contexts.end && error == 0; id++) {
        struct ring_context node;
        if (trace_contexts_find(&loader->contexts, id, &node))
            error = stacks_add_context(&snapshot->stacks, id, node.parent, node.pc);
        if (error == -EINVAL)
            error = 0;
    }
    return error;
}

static void loader_free(struct loader *loader)
{
    trace_blocks_close(&loader->blocks);
    trace_notes_free(&loader->notes);
    trace_contexts_free(&loader->contexts);
    trace_symbols_free(&loader->symbols);
    free(loader->type_index);
    free(loader);
}

static int load(struct loader *loader, struct snapshot **ret_snapshot, struct error *reterr)
{
    int error = read_blocks(loader, reterr);
    if (error < 0)
        return error;
    error = take_facts(loader);
    if (error == 0) {
        error = snapshot_finish(loader->builder, ret_snapshot);
        loader->builder = NULL;
    }
    return error < 0 ? error_set(reterr, error, "cannot read heap dump '%s': out of memory", loader->blocks.input.name)
                     : 0;
}

int heap_load_input(struct trace_input *take_input, struct snapshot **ret_snapshot,
                    struct trace_completeness *ret_completeness, struct error *reterr)
{
    struct loader *loader = calloc(1, sizeof *loader);
    struct snapshot_builder *builder = loader != NULL ? snapshot_builder_new() : NULL;
    if (builder == NULL ||
        snapshot_add_type(snapshot_builder_snapshot(builder), &(struct snapshot_type){.name = ""}) < 0) {
        trace_input_close(take_input);
        free(loader);
        snapshot_builder_free(builder);
        return error_set(reterr, -ENOMEM, "cannot open heap dump: out of memory");
    }
    loader->builder = builder;
    loader->snapshot = snapshot_builder_snapshot(builder);
    int error = trace_blocks_open(&loader->blocks, take_input, &trace_file_heap, reterr);
    if (error < 0) {
        free(loader);
        snapshot_builder_free(builder);
        return error;
    }
    error = load(loader, ret_snapshot, reterr);
    *ret_completeness = loader->blocks.completeness;
    snapshot_builder_free(loader->builder);
    loader_free(loader);
    return error;
}

int heap_load(const char *path, struct snapshot **ret_snapshot, struct trace_completeness *ret_completeness,
              struct error *reterr)
{
    struct trace_input input;
    int code = trace_input_open(&input, path, reterr);
    return code < 0 ? code : heap_load_input(&input, ret_snapshot, ret_completeness, reterr);
}

int heap_load_memory(const void *memory, size_t size, struct snapshot **ret_snapshot,
                     struct trace_completeness *ret_completeness, struct error *reterr)
{
    struct trace_input input;
    int code = trace_input_open_memory(&input, memory, size, reterr);
    return code < 0 ? code : heap_load_input(&input, ret_snapshot, ret_completeness, reterr);
}
