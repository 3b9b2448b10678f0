/* gctool crash: a crash record with names for its addresses, and its code as instructions. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "gctool/model/crash.h"
#include "gctool/output/diagnostic.h"
#include "gctool/output/output.h"
#include "gctool/process/disassembler.h"
#include "gctool/process/symbolizer.h"
#include "gctool/verb.h"

enum { INSTRUCTIONS_MAX = CRASH_CODE_BYTES_MAX, WORD_TEXT_BYTES = 20 };

struct view {
    const struct crash *crash;
    struct symbolizer *symbolizer;
    struct output *output;
};

/* Files that are gone or were changed name nothing: then the address stands alone. */
static int add_modules(struct view *view)
{
    for (size_t i = 0; i < view->crash->module_count; i++) {
        const struct snapshot_module *module = &view->crash->modules[i];
        if (symbolizer_add_module(view->symbolizer, module->bias, module->start, module->end, module->build_id,
                                  module->build_id_bytes, module->path, NULL) == -ENOMEM)
            return -ENOMEM;
    }
    return 0;
}

static const char *word_text(uint64_t word, char text[WORD_TEXT_BYTES])
{
    snprintf(text, WORD_TEXT_BYTES, "0x%" PRIx64, word);
    return text;
}

static const char *last_part(const char *path)
{
    const char *last = path;
    for (const char *at = path; *at != '\0'; at++)
        if (*at == '/')
            last = at + 1;
    return last;
}

static size_t find_frames(const struct view *view, const struct crash_entry *entry,
                          const struct trace_frame **ret_frames)
{
    return symbolizer_find(view->symbolizer, entry->number + entry->is_exact, ret_frames);
}

/* ---- for people ---- */

static void print_frame(const struct view *view, const struct crash_entry *entry)
{
    const struct trace_frame *frames;
    size_t count = find_frames(view, entry, &frames);
    if (count == 0)
        fprintf(view->output->file, "    0x%" PRIx64 "\n", entry->number);
    for (size_t i = 0; i < count; i++) {
        fprintf(view->output->file, "    %s", frames[i].function);
        if (frames[i].file[0] != '\0')
            fprintf(view->output->file, " %s:%" PRIu32, last_part(frames[i].file), frames[i].line);
        fputs(i + 1 < count ? " (inlined)\n" : "\n", view->output->file);
    }
}

static void print_code(const struct view *view, const struct crash_code *code)
{
    static struct instruction instructions[INSTRUCTIONS_MAX];
    size_t count = disassemble(code->bytes, code->size, code->address, code->pc, instructions, INSTRUCTIONS_MAX);
    for (size_t i = 0; i < count; i++)
        fprintf(view->output->file, "%s 0x%" PRIx64 "  %s\n", instructions[i].address == code->pc ? "--> " : "    ",
                instructions[i].address, instructions[i].text);
}

static void print_fact(FILE *out, const struct crash_entry *entry)
{
    fprintf(out, "    %-10s ", entry->key);
    if (entry->unit == CRASH_UNIT_NUMBER)
        fprintf(out, "%" PRIu64, entry->number);
    if (entry->unit == CRASH_UNIT_WORD)
        fprintf(out, "0x%" PRIx64 "%s", entry->number, entry->text[0] != '\0' ? "  " : "");
    fprintf(out, "%s\n", entry->text);
}

static void print_entry(const struct view *view, const struct crash_entry *entry)
{
    FILE *out = view->output->file;
    switch (entry->tag) {
    case CRASH_SECTION:
        fprintf(out, "\n%s\n", entry->text);
        break;
    case CRASH_LINE:
        fprintf(out, "    %s\n", entry->text);
        break;
    case CRASH_FACT:
        print_fact(out, entry);
        break;
    case CRASH_STACK:
        fprintf(out, "%s\n", entry->text);
        break;
    case CRASH_FRAME:
        print_frame(view, entry);
        break;
    case CRASH_CODE:
        print_code(view, &view->crash->codes[entry->number]);
        break;
    }
}

static void print(const struct view *view)
{
    const struct crash *crash = view->crash;
    size_t first = crash->verdict != NULL ? 1 : 0;
    fprintf(view->output->file, "%s\n%s, process %" PRIu32 "\n",
            crash->verdict != NULL ? crash->verdict : "(the verdict is missing)",
            crash->program != NULL ? crash->program : "(unknown program)", crash->pid);
    for (size_t i = first; i < crash->entry_count; i++)
        print_entry(view, &crash->entries[i]);
}

/* ---- for programs: sections, each with its lines, facts, stacks and code ---- */

static void write_frame(const struct view *view, struct json *json, const struct crash_entry *entry)
{
    char word[WORD_TEXT_BYTES];
    const struct trace_frame *frames;
    size_t count = find_frames(view, entry, &frames);
    for (size_t i = 0; i < count || i == 0; i++) {
        json_object_begin(json, NULL);
        json_text(json, "address", word_text(entry->number, word));
        if (count > 0)
            json_text(json, "function", frames[i].function);
        if (count > 0 && frames[i].file[0] != '\0') {
            json_text(json, "file", frames[i].file);
            json_number(json, "line", frames[i].line);
        }
        json_flag(json, "inlined", i + 1 < count);
        json_object_end(json);
    }
}

static void write_code(struct json *json, const struct crash_code *code)
{
    static struct instruction instructions[INSTRUCTIONS_MAX];
    size_t count = disassemble(code->bytes, code->size, code->address, code->pc, instructions, INSTRUCTIONS_MAX);
    for (size_t i = 0; i < count; i++) {
        char word[WORD_TEXT_BYTES];
        json_object_begin(json, NULL);
        json_text(json, "address", word_text(instructions[i].address, word));
        json_text(json, "instruction", instructions[i].text);
        json_flag(json, "current", instructions[i].address == code->pc);
        json_object_end(json);
    }
}

static void write_fact(struct json *json, const struct crash_entry *entry)
{
    char word[WORD_TEXT_BYTES];
    json_object_begin(json, NULL);
    json_text(json, "key", entry->key);
    if (entry->unit == CRASH_UNIT_NUMBER)
        json_number(json, "number", entry->number);
    if (entry->unit == CRASH_UNIT_WORD)
        json_text(json, "word", word_text(entry->number, word));
    if (entry->text[0] != '\0')
        json_text(json, "text", entry->text);
    json_object_end(json);
}

/* Returns the entry behind the stack. */
static size_t write_stack(const struct view *view, struct json *json, size_t at, size_t end)
{
    const struct crash_entry *entries = view->crash->entries;
    json_object_begin(json, NULL);
    json_text(json, "title", entries[at].text);
    json_array_begin(json, "frames");
    for (at++; at < end && entries[at].tag == CRASH_FRAME; at++)
        write_frame(view, json, &entries[at]);
    json_array_end(json);
    json_object_end(json);
    return at;
}

static void write_entries(const struct view *view, struct json *json, const char *key, enum crash_tag tag, size_t begin,
                          size_t end)
{
    json_array_begin(json, key);
    for (size_t i = begin; i < end;) {
        const struct crash_entry *entry = &view->crash->entries[i];
        if (entry->tag == tag && tag == CRASH_STACK) {
            i = write_stack(view, json, i, end);
            continue;
        }
        if (entry->tag == tag && tag == CRASH_LINE)
            json_text(json, NULL, entry->text);
        if (entry->tag == tag && tag == CRASH_FACT)
            write_fact(json, entry);
        if (entry->tag == tag && tag == CRASH_CODE)
            write_code(json, &view->crash->codes[entry->number]);
        i++;
    }
    json_array_end(json);
}

static void write_sections(const struct view *view, struct json *json)
{
    const struct crash *crash = view->crash;
    json_array_begin(json, "sections");
    for (size_t begin = 0, end; begin < crash->entry_count; begin = end) {
        for (end = begin + 1; end < crash->entry_count && crash->entries[end].tag != CRASH_SECTION; end++)
            ;
        if (crash->entries[begin].tag != CRASH_SECTION)
            continue;
        json_object_begin(json, NULL);
        json_text(json, "title", crash->entries[begin].text);
        write_entries(view, json, "lines", CRASH_LINE, begin, end);
        write_entries(view, json, "facts", CRASH_FACT, begin, end);
        write_entries(view, json, "stacks", CRASH_STACK, begin, end);
        write_entries(view, json, "code", CRASH_CODE, begin, end);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_json(const struct view *view)
{
    struct json *json = &view->output->json;
    const struct crash *crash = view->crash;
    json_flag(json, "complete", crash->complete);
    json_number(json, "process", crash->pid);
    if (crash->program != NULL)
        json_text(json, "program", crash->program);
    if (crash->verdict != NULL)
        json_text(json, "verdict", crash->verdict);
    write_sections(view, json);
}

/* ---- */

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    struct crash *crash;
    int error = crash_load(options->operands[0], &crash, reterr);
    if (error < 0)
        return error;
    struct view view = {crash, symbolizer_new(), output};
    error = view.symbolizer != NULL ? add_modules(&view) : -ENOMEM;
    if (error == 0) {
        output_start(output, "gctool.crash.v1");
        if (output->is_json)
            write_json(&view);
        else
            print(&view);
        output_end(output);
        if (!crash->complete)
            diagnostic_warning("'%s' is not whole: something is missing above", options->operands[0]);
    }
    symbolizer_free(view.symbolizer);
    crash_free(crash);
    return error < 0 ? error_set(reterr, error, "out of memory") : 0;
}

static const struct option *const options[] = {&option_json, &option_color, NULL};

static const struct verb_status statuses[] = {
    {"0", "the report is printed, as far as it was written"},
    {"2", "there is no such file, or it is no crash record"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_crash = {
    .name = "crash",
    .summary = "the report of a crash, with names and instructions",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description = "FILE is the record that a program on libgcrt leaves in the directory GCRT_CRASH_DIR when it dies "
                   "of a signal, a panic or a "
                   "broken invariant. Its report is printed with functions and lines for addresses and instructions "
                   "for code, as far as "
                   "the files of the program are still what they were. '-' is standard input.",
    .statuses = statuses,
    .paged = true,
    .run = run,
};
