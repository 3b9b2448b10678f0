/* See table.h. */
#include "gctool/output/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "base/quantity.h"
#include "gctool/output/terminal.h"

static const char *format_cell(const struct rows_cell *cell, enum rows_unit unit, char text[QUANTITY_TEXT_BYTES])
{
    if (!cell->present)
        return "-";
    switch (unit) {
    case UNIT_TEXT:
    case UNIT_STACK:
        return cell->text;
    case UNIT_BYTES:
        return quantity_bytes_format(cell->number, text);
    case UNIT_NS:
        return quantity_duration_format(cell->number, text);
    case UNIT_PERMILLE:
        snprintf(text, QUANTITY_TEXT_BYTES, "%" PRIu64 ".%" PRIu64 " %%", cell->number / 10, cell->number % 10);
        return text;
    case UNIT_FLAG:
        return cell->number ? "yes" : "no";
    case UNIT_COUNT:
        return quantity_count_format(cell->number, text);
    }
    return text;
}

static struct libscols_table *new_table(void)
{
    struct libscols_table *table = scols_new_table();
    if (!table)
        return NULL;
    scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER); /* as wide as it is: nothing is cut */
    if (scols_table_set_column_separator(table, "  ") != 0) {
        scols_unref_table(table);
        return NULL;
    }
    return table;
}

/* A line for each column of the one row. */
static int fill_single(struct libscols_table *table, const struct rows *rows)
{
    scols_table_enable_noheadings(table, 1);
    if (!scols_table_new_column(table, "key", 0, 0) || !scols_table_new_column(table, "value", 0, 0))
        return -ENOMEM;
    for (size_t column = 0; column < rows->column_count; column++) {
        char text[QUANTITY_TEXT_BYTES];
        struct libscols_line *line = scols_table_new_line(table, NULL);
        const char *value = format_cell(rows_cell(rows, 0, column), rows->columns[column].unit, text);
        if (!line || scols_line_set_data(line, 0, rows->columns[column].heading) != 0 ||
            scols_line_set_data(line, 1, value) != 0)
            return -ENOMEM;
    }
    return 0;
}

static int fill_line(struct libscols_line *line, const struct rows *rows, size_t row)
{
    size_t shown = 0;
    for (size_t column = 0; column < rows->column_count; column++) {
        char text[QUANTITY_TEXT_BYTES];
        enum rows_unit unit = rows->columns[column].unit;
        if (unit == UNIT_STACK)
            continue;
        if (scols_line_set_data(line, shown++, format_cell(rows_cell(rows, row, column), unit, text)) != 0)
            return -ENOMEM;
    }
    return 0;
}

static int fill(struct libscols_table *table, const struct rows *rows)
{
    for (size_t column = 0; column < rows->column_count; column++) {
        enum rows_unit unit = rows->columns[column].unit;
        if (unit != UNIT_STACK &&
            !scols_table_new_column(table, rows->columns[column].heading, 0, unit == UNIT_TEXT ? 0 : SCOLS_FL_RIGHT))
            return -ENOMEM;
    }
    for (size_t row = 0; row < rows_count(rows); row++) {
        struct libscols_line *line = scols_table_new_line(table, NULL);
        if (!line || fill_line(line, rows, row) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* A heading, then a line a frame. */
static void write_stack(const char *heading, const char *stack, FILE *out)
{
    fprintf(out, "      %s:\n", heading);
    while (*stack) {
        int length = (int)strcspn(stack, "\n");
        fprintf(out, "        %.*s\n", length, stack);
        stack += length + (stack[length] == '\n');
    }
}

static void write_stacks(const struct rows *rows, size_t row, FILE *out)
{
    for (size_t column = 0; column < rows->column_count; column++) {
        const struct rows_cell *cell = rows_cell(rows, row, column);
        if (rows->columns[column].unit == UNIT_STACK && cell->present)
            write_stack(rows->columns[column].heading, cell->text, out);
    }
}

/* Indents the lines; each line of a row is followed by the stacks of the row. */
static void write_lines(const struct rows *rows, const char *lines, FILE *out)
{
    size_t row = 0;
    for (bool heading = !rows->single; *lines; heading = false) {
        size_t length = strcspn(lines, "\n"), shown = length;
        while (shown > 0 && lines[shown - 1] == ' ')
            shown--;
        fprintf(out, "  %.*s\n", (int)shown, lines);
        if (!heading && !rows->single)
            write_stacks(rows, row++, out);
        lines += length + (lines[length] == '\n');
    }
}

int table_write(const struct rows *rows, bool colour, FILE *out)
{
    fprintf(out, "%s%s: %s%s\n", colour ? STYLE_BOLD : "", rows->name, rows->title, colour ? STYLE_PLAIN : "");
    if (rows_count(rows) == 0) {
        fputs("  none\n\n", out);
        return 0;
    }
    struct libscols_table *table = new_table();
    if (!table)
        return -ENOMEM;
    char *lines = NULL;
    int error = rows->single ? fill_single(table, rows) : fill(table, rows);
    if (error == 0 && scols_print_table_to_string(table, &lines) != 0)
        error = -ENOMEM;
    scols_unref_table(table);
    if (error < 0)
        return error;
    write_lines(rows, lines, out);
    free(lines);
    if (rows->left_out > 0)
        fprintf(out, "  and %zu more; --limit 0 shows all\n", rows->left_out);
    fputc('\n', out);
    return 0;
}
