/* A table for programs: an object for a single row, an array of objects for others. See table.h. */
#include "gctool/analyze/table.h"

#include <inttypes.h>
#include <string.h>

/* Bytes in a well-formed UTF-8 sequence at `text`, 0 when it is none. */
static size_t utf8_length(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = at[0] < 0x80                    ? 1
                    : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
                    : at[0] >= 0xe0 && at[0] < 0xf0 ? 3
                    : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
                                                    : 0;
    for (size_t next = 1; next < length; next++)
        if ((at[next] & 0xc0) != 0x80)
            return 0;
    if (length == 3 && ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f)))
        return 0;
    if (length == 4 && ((at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f)))
        return 0;
    return length;
}

/* What is not UTF-8 becomes U+FFFD, so that the output always parses. */
static void write_characters(const char *text, size_t length, FILE *out)
{
    const char *end = text + length;
    while (text < end) {
        size_t bytes = utf8_length(text);
        if (bytes == 0 || text + bytes > end) {
            fputs("\\ufffd", out);
            text++;
            continue;
        }
        if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            fprintf(out, "\\u%04x", (unsigned)*text);
        else
            fwrite(text, 1, bytes, out);
        text += bytes;
    }
}

void json_write_string(const char *text, size_t length, FILE *out)
{
    fputc('"', out);
    write_characters(text, length, out);
    fputc('"', out);
}

static void write_stack(const char *stack, FILE *out)
{
    fputc('[', out);
    for (const char *separator = ""; *stack; separator = ", ") {
        size_t length = strcspn(stack, "\n");
        fputs(separator, out);
        json_write_string(stack, length, out);
        stack += length + (stack[length] == '\n');
    }
    fputc(']', out);
}

static void write_cell(const struct table_cell *cell, enum table_unit unit, FILE *out)
{
    if (!cell->present)
        fputs("null", out);
    else if (unit == UNIT_STACK)
        write_stack(cell->text, out);
    else if (unit == UNIT_TEXT)
        json_write_string(cell->text, strlen(cell->text), out);
    else if (unit == UNIT_FLAG)
        fputs(cell->number ? "true" : "false", out);
    else
        fprintf(out, "%" PRIu64, cell->number);
}

static void write_object(const struct table *table, size_t row, FILE *out)
{
    for (size_t column = 0; column < table->column_count; column++) {
        fprintf(out, "%s\"%s\": ", column ? ", " : "{", table->columns[column].key);
        write_cell(table_cell(table, row, column), table->columns[column].unit, out);
    }
    fputc('}', out);
}

void table_write_json(const struct table *table, FILE *out)
{
    size_t rows = table_row_count(table);
    if (table->single && rows > 0) {
        write_object(table, 0, out);
        return;
    }
    fputc('[', out);
    for (size_t row = 0; row < rows; row++) {
        fputs(row ? ",\n    " : "\n    ", out);
        write_object(table, row, out);
    }
    fputs(rows ? "\n  ]" : "]", out);
}
