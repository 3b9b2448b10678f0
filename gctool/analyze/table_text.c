/* A table for people: aligned columns, human units, stacks indented under their row. See table.h. */
#include "gctool/analyze/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* 1023 B, 1.5 KiB, 17 MiB: three digits tell enough. */
static void format_bytes(uint64_t bytes, char *ret_text, size_t text_bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t unit = 0;
    double value = (double)bytes;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1024;
        unit++;
    }
    snprintf(ret_text, text_bytes, unit > 0 && value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void format_ns(uint64_t ns, char *ret_text, size_t text_bytes)
{
    if (ns < 1000)
        snprintf(ret_text, text_bytes, "%" PRIu64 " ns", ns);
    else if (ns < 1000000)
        snprintf(ret_text, text_bytes, "%.1f us", (double)ns / 1e3);
    else if (ns < 1000000000)
        snprintf(ret_text, text_bytes, "%.1f ms", (double)ns / 1e6);
    else if (ns < 120000000000ULL)
        snprintf(ret_text, text_bytes, "%.2f s", (double)ns / 1e9);
    else
        snprintf(ret_text, text_bytes, "%llu min %llu s", ns / 60000000000ULL, ns / 1000000000ULL % 60);
}

/* 1234567 as 1,234,567. */
static void format_count(uint64_t count, char *ret_text, size_t text_bytes)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    size_t out = 0;
    for (int at = 0; at < length && out + 2 < text_bytes; at++) {
        if (at > 0 && (length - at) % 3 == 0)
            ret_text[out++] = ',';
        ret_text[out++] = digits[at];
    }
    ret_text[out] = '\0';
}

static const char *format_cell(const struct table_cell *cell, enum table_unit unit, char *text, size_t text_bytes)
{
    if (!cell->present)
        return "-";
    switch (unit) {
    case UNIT_TEXT:
    case UNIT_STACK:
        return cell->text;
    case UNIT_BYTES:
        format_bytes(cell->number, text, text_bytes);
        break;
    case UNIT_NS:
        format_ns(cell->number, text, text_bytes);
        break;
    case UNIT_PERMILLE:
        snprintf(text, text_bytes, "%" PRIu64 ".%" PRIu64 " %%", cell->number / 10, cell->number % 10);
        break;
    case UNIT_FLAG:
        return cell->number ? "yes" : "no";
    case UNIT_COUNT:
        format_count(cell->number, text, text_bytes);
        break;
    }
    return text;
}

static bool is_left_aligned(enum table_unit unit)
{
    return unit == UNIT_TEXT;
}

/* Characters, not bytes: those that continue a UTF-8 sequence take no place. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void write_padded(const char *text, int width, bool left, bool last, FILE *out)
{
    int padding = width - width_of(text);
    if (!left)
        fprintf(out, "%*s", padding > 0 ? padding : 0, "");
    fputs(text, out);
    if (left && !last)
        fprintf(out, "%*s", padding > 0 ? padding : 0, "");
}

static void write_single(const struct table *table, FILE *out)
{
    char text[64];
    int width = 0;
    for (size_t column = 0; column < table->column_count; column++)
        if (width_of(table->columns[column].heading) > width)
            width = width_of(table->columns[column].heading);
    for (size_t column = 0; column < table->column_count; column++) {
        fputs("  ", out);
        write_padded(table->columns[column].heading, width, true, false, out);
        fprintf(out, "  %s\n",
                format_cell(table_cell(table, 0, column), table->columns[column].unit, text, sizeof text));
    }
}

static void measure(const struct table *table, int widths[TABLE_COLUMNS_MAX], size_t *ret_last)
{
    char text[64];
    for (size_t column = 0; column < table->column_count; column++) {
        widths[column] = width_of(table->columns[column].heading);
        if (table->columns[column].unit == UNIT_STACK)
            continue;
        *ret_last = column;
        for (size_t row = 0; row < table_row_count(table); row++) {
            int width = width_of(
                format_cell(table_cell(table, row, column), table->columns[column].unit, text, sizeof text));
            if (width > widths[column])
                widths[column] = width;
        }
    }
}

/* A heading when a row has more than one stack, then a line a frame. */
static void write_stack(const char *heading, const char *stack, FILE *out)
{
    fprintf(out, "      %s:\n", heading);
    while (*stack) {
        int length = (int)strcspn(stack, "\n");
        fprintf(out, "        %.*s\n", length, stack);
        stack += length + (stack[length] == '\n');
    }
}

static void write_row(const struct table *table, size_t row, const int widths[], size_t last, FILE *out)
{
    char text[64];
    for (size_t column = 0; column <= last; column++) {
        const struct table_column *about = &table->columns[column];
        if (about->unit == UNIT_STACK)
            continue;
        fputs("  ", out);
        write_padded(format_cell(table_cell(table, row, column), about->unit, text, sizeof text), widths[column],
                     is_left_aligned(about->unit), column == last, out);
    }
    fputc('\n', out);
    for (size_t column = 0; column < table->column_count; column++) {
        const struct table_cell *cell = table_cell(table, row, column);
        if (table->columns[column].unit == UNIT_STACK && cell->present)
            write_stack(table->columns[column].heading, cell->text, out);
    }
}

void table_write_text(const struct table *table, FILE *out)
{
    fprintf(out, "%s: %s\n", table->name, table->title);
    size_t rows = table_row_count(table), last = 0;
    int widths[TABLE_COLUMNS_MAX];
    if (table->single && rows > 0) {
        write_single(table, out);
        fputc('\n', out);
        return;
    }
    if (rows == 0) {
        fputs("  none\n\n", out);
        return;
    }
    measure(table, widths, &last);
    for (size_t column = 0; column <= last; column++) {
        if (table->columns[column].unit == UNIT_STACK)
            continue;
        fputs("  ", out);
        write_padded(table->columns[column].heading, widths[column], is_left_aligned(table->columns[column].unit),
                     column == last, out);
    }
    fputc('\n', out);
    for (size_t row = 0; row < rows; row++)
        write_row(table, row, widths, last, out);
    if (table->left_out > 0)
        fprintf(out, "  and %zu more; --limit 0 shows all\n", table->left_out);
    fputc('\n', out);
}
