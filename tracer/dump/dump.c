/* The parts of a dump in their order; heap_file.h says what each entry holds. */
#include "tracer/dump/dump.h"

#include <stddef.h>
#include <unistd.h>

#include "observe/inspect.h"
#include "tracer/dump/dump_goroutines.h"
#include "tracer/dump/dump_unscanned.h"
#include "tracer/format/heap_file.h"
#include "tracer/format/trace_file.h"
#include "tracer/inside/block_output.h"
#include "tracer/inside/modules_block.h"
#include "tracer/record/births.h"

enum { PATH_BYTES = 4096, NUMBER = BLOCK_NUMBER_BYTES_MAX, TEXT = NUMBER + BLOCK_TEXT_BYTES_MAX };

/* ---- notes, names, types ---- */

static void write_note(const char *name, const char *text)
{
    block_output_entry(TRACE_BLOCK_NOTES, 2 * TEXT);
    block_output_text(name);
    block_output_text(text);
}

static void write_notes(void)
{
    char path[PATH_BYTES], digits[24];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    write_note("program", path);
    size_t at = sizeof digits;
    digits[--at] = '\0';
    uint64_t cycle = gcrt_inspector.cycle();
    do
        digits[--at] = (char)('0' + cycle % 10);
    while ((cycle /= 10) != 0);
    write_note("cycle", digits + at);
}

static void write_name(const struct inspect_name *name, void *table)
{
    block_output_entry(HEAP_BLOCK_NAMES, 3 * NUMBER + TEXT);
    block_output_number(*(const enum heap_name_table *)table);
    block_output_number(name->code);
    block_output_number(name->flags);
    block_output_text(name->text);
}

static void write_names(void)
{
    enum heap_name_table table = HEAP_NAMES_STATUS;
    gcrt_inspector.statuses(write_name, &table);
    table = HEAP_NAMES_WAIT_REASON;
    gcrt_inspector.wait_reasons(write_name, &table);
}

static void write_type(const struct inspect_type *type, void *)
{
    block_output_entry(HEAP_BLOCK_TYPES, 3 * NUMBER + TEXT);
    block_output_number(type->id);
    block_output_number(type->size);
    block_output_number(type->flags);
    block_output_text(type->name);
}

/* The stacks of births, when the program is recorded. */
static void write_contexts(void)
{
    uint64_t last_pc = 0;
    for (uint32_t id = 1; id < births_context_count(); id++) {
        struct ring_context node = births_context(id);
        if (block_output_entry(TRACE_BLOCK_CONTEXTS, 3 * NUMBER)) {
            block_output_number(id);
            last_pc = 0;
        }
        block_output_number(id - node.parent);
        block_output_delta(node.pc, last_pc);
        last_pc = node.pc;
    }
}

/* ---- objects ---- */

/* Where the output stands inside of a run. */
struct run {
    const struct inspect_span *span;
    uint32_t slot;
    uintptr_t object;
    bool is_open;       /* a run of this span is open in the block */
    uint64_t last_slot; /* plus one; 0: none in this run */
    uint64_t last_word; /* of the object: offset / 8 plus one; 0: none */
    uint32_t birth, birth_cycle;
};

enum {
    RUN_BYTES_MAX = 4 * NUMBER,
    OBJECT_BYTES_MAX = 3 * NUMBER,
    EDGE_BYTES_MAX = 3 * NUMBER,
    ENDS_BYTES_MAX = 2, /* of the object and of the run */
};

static void open_run(struct run *run)
{
    block_output_entry(HEAP_BLOCK_OBJECTS, RUN_BYTES_MAX + OBJECT_BYTES_MAX + EDGE_BYTES_MAX + ENDS_BYTES_MAX);
    block_output_number(run->span->base / HEAP_SPAN_GRAIN_BYTES);
    block_output_number(run->span->slot_bytes);
    block_output_number(run->span->slot_count);
    block_output_number(run->span->type);
    run->is_open = true;
    run->last_slot = 0;
}

static void begin_object(struct run *run)
{
    block_output_number(run->slot + 1 - run->last_slot);
    block_output_number(run->birth);
    block_output_number(run->birth_cycle);
    run->last_slot = run->slot + 1;
    run->last_word = 0;
}

static void end_run(struct run *run)
{
    block_output_number(0);
    run->is_open = false;
}

static enum heap_edge kind_of(const struct inspect_edge *edge)
{
    if (edge->weak)
        return HEAP_EDGE_WEAK;
    if (edge->conservative)
        return HEAP_EDGE_CONSERVATIVE;
    return edge->interior ? HEAP_EDGE_INTERIOR : HEAP_EDGE_PRECISE;
}

static void write_edge(const struct inspect_edge *edge, void *context)
{
    struct run *run = context;
    if (!block_output_fits(EDGE_BYTES_MAX + ENDS_BYTES_MAX)) {
        block_output_number(0); /* the object goes on in the next block */
        end_run(run);
        open_run(run);
        begin_object(run);
    }
    uint64_t word = ((uintptr_t)edge->word - run->object) / sizeof(void *) + 1;
    block_output_number(word - run->last_word);
    block_output_number(kind_of(edge));
    block_output_delta(edge->target / HEAP_GRAIN_BYTES, run->object / HEAP_GRAIN_BYTES);
    run->last_word = word;
}

static void write_object(struct run *run, uint32_t slot)
{
    if (run->is_open && !block_output_fits(OBJECT_BYTES_MAX + EDGE_BYTES_MAX + ENDS_BYTES_MAX))
        end_run(run);
    if (!run->is_open)
        open_run(run);
    run->slot = slot;
    run->object = run->span->base + slot * run->span->slot_bytes;
    births_find(run->span->span, slot, &run->birth, &run->birth_cycle);
    begin_object(run);
    gcrt_inspector.edges(run->span, slot, write_edge, run);
    block_output_number(0);
}

static void write_span(const struct inspect_span *span, void *)
{
    struct run run = {.span = span};
    for (uint32_t word = 0; word < (span->slot_count + 63) / 64; word++)
        for (uint64_t bits = span->live[word]; bits != 0; bits &= bits - 1)
            write_object(&run, word * 64 + (uint32_t)__builtin_ctzll(bits));
    if (run.is_open)
        end_run(&run);
}

/* ---- roots ---- */

struct last_root {
    uint64_t word, target;
};

static void write_root(const struct inspect_root *root, void *context)
{
    struct last_root *last = context;
    if (block_output_entry(HEAP_BLOCK_ROOTS, 5 * NUMBER))
        *last = (struct last_root){0};
    uint64_t target = root->target / HEAP_GRAIN_BYTES;
    block_output_number(root->kind);
    block_output_number(root->owner);
    block_output_delta((uintptr_t)root->word, last->word);
    block_output_number(root->interior);
    block_output_delta(target, last->target);
    *last = (struct last_root){(uintptr_t)root->word, target};
}

static void write_roots(void)
{
    struct last_root last = {0};
    gcrt_inspector.roots(write_root, &last);
    dump_unscanned(write_root, &last);
}

int dump_write(int fd, const struct dump_options *options)
{
    block_output_start(fd, &(struct block_file){HEAP_FILE_MAGIC, HEAP_VERSION_MAJOR, HEAP_VERSION_MINOR}, options->pid,
                       options->wall_ns);
    write_notes();
    write_names();
    gcrt_inspector.types(write_type, NULL);
    modules_block_write();
    write_contexts();
    gcrt_inspector.spans(write_span, NULL);
    write_roots();
    dump_goroutines_write();
    return block_output_finish();
}
