#include "tracer/crash/crash_output.h"

#include <string.h>

#include "platform/text.h"
#include "tracer/crash/code_map.h"
#include "tracer/format/trace_file.h"
#include "tracer/inside/block_output.h"

enum { NUMBER = BLOCK_NUMBER_BYTES_MAX, TEXT = NUMBER + BLOCK_TEXT_BYTES_MAX, KEY_WIDTH = 10, FRAMES_COMPARED = 128 };

static bool has_record;
static struct text out; /* static: a section that faults leaves no frame of it behind */
static uintptr_t last_frames[FRAMES_COMPARED];
static size_t last_count;

static void entry(enum crash_tag tag, size_t bytes_max)
{
    block_output_entry(CRASH_BLOCK_REPORT, NUMBER + bytes_max);
    block_output_number(tag);
}

void crash_output_start(int record_fd, uint32_t pid, uint64_t wall_ns)
{
    static const struct block_file file = {CRASH_FILE_MAGIC, CRASH_VERSION_MAJOR, CRASH_VERSION_MINOR};
    has_record = record_fd >= 0;
    block_output_start(record_fd, &file, pid, wall_ns);
}

static void add_padded(const char *key)
{
    size_t length = strnlen(key, KEY_WIDTH);
    text_add(&out, "    ");
    text_add(&out, key);
    text_add(&out, &"           "[length]); /* KEY_WIDTH + 1 blanks */
}

static void end_line(void)
{
    text_add(&out, "\n");
    text_write(&out);
}

void crash_output_section(const char *title)
{
    out.length = 0;
    text_add(&out, "\n");
    text_add(&out, title);
    end_line();
    last_count = 0;
    if (!has_record)
        return;
    block_output_flush();
    entry(CRASH_SECTION, TEXT);
    block_output_text(title);
}

static void record_line(const char *text)
{
    if (!has_record)
        return;
    entry(CRASH_LINE, TEXT);
    block_output_text(text);
}

void crash_output_verdict(const char *verdict, bool is_said)
{
    out.length = 0;
    text_add(&out, verdict);
    if (!is_said)
        end_line();
    record_line(verdict);
}

void crash_output_line(const char *text)
{
    out.length = 0;
    text_add(&out, "    ");
    text_add(&out, text);
    end_line();
    record_line(text);
}

static void record_fact(const char *key, enum crash_unit unit, uint64_t value, const char *text)
{
    if (!has_record)
        return;
    entry(CRASH_FACT, 2 * NUMBER + 2 * TEXT);
    block_output_text(key);
    block_output_number(unit);
    block_output_number(value);
    block_output_text(text);
}

void crash_output_text(const char *key, const char *value)
{
    out.length = 0;
    add_padded(key);
    text_add(&out, value);
    end_line();
    record_fact(key, CRASH_UNIT_TEXT, 0, value);
}

void crash_output_number(const char *key, uint64_t value)
{
    out.length = 0;
    add_padded(key);
    text_add_decimal(&out, value);
    end_line();
    record_fact(key, CRASH_UNIT_NUMBER, value, "");
}

void crash_output_word(const char *key, uint64_t value, const char *meaning)
{
    out.length = 0;
    add_padded(key);
    text_add_hex(&out, value);
    text_add(&out, meaning[0] != '\0' ? "  " : NULL);
    text_add(&out, meaning);
    end_line();
    record_fact(key, CRASH_UNIT_WORD, value, meaning);
}

static void write_frames(const uintptr_t *frames, size_t count)
{
    bool is_same = count > 0 && count == last_count && memcmp(frames, last_frames, count * sizeof frames[0]) == 0;
    for (size_t i = 0; i < count && !is_same; i++) {
        out.length = 0;
        text_add(&out, "    ");
        code_map_describe(frames[i], &out);
        end_line();
    }
    if (is_same) {
        text_add(&out, "    the same stack as the one before");
        end_line();
    }
    last_count = count < FRAMES_COMPARED ? count : 0;
    memcpy(last_frames, frames, last_count * sizeof frames[0]);
}

void crash_output_stack(const char *title, const uintptr_t *frames, size_t count, bool is_exact)
{
    out.length = 0;
    text_add(&out, title);
    end_line();
    write_frames(frames, count);
    if (!has_record)
        return;
    entry(CRASH_STACK, TEXT);
    block_output_text(title);
    for (size_t i = 0; i < count; i++) {
        entry(CRASH_FRAME, 2 * NUMBER);
        block_output_number(is_exact && i == 0);
        block_output_number(frames[i]);
    }
}

void crash_output_code(uintptr_t from, uintptr_t pc, const uint8_t *bytes, size_t size)
{
    out.length = 0;
    text_add(&out, "    ");
    for (size_t i = 0; i < size; i++) {
        static const char digits[] = "0123456789abcdef";
        char pair[4] = {digits[bytes[i] >> 4], digits[bytes[i] & 15], ' ', '\0'};
        text_add(&out, from + i == pc ? "--> " : NULL);
        text_add(&out, pair);
    }
    end_line();
    if (!has_record)
        return;
    entry(CRASH_CODE, 3 * NUMBER + CRASH_CODE_BYTES_MAX);
    block_output_number(from);
    block_output_number(pc);
    block_output_number(size);
    block_output_bytes(bytes, size);
}

void crash_output_note(const char *name, const char *text)
{
    if (!has_record)
        return;
    block_output_entry(TRACE_BLOCK_NOTES, 2 * TEXT);
    block_output_text(name);
    block_output_text(text);
}

int crash_output_finish(void)
{
    return has_record ? block_output_finish() : 0;
}
