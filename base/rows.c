/* See rows.h. */
#include "base/rows.h"

#include "base/array.h"
#include "base/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void rows_start(struct rows *rows, const char *name, const char *title)
{
    *rows = (struct rows){.name = name, .title = title};
}

void rows_add_column(struct rows *rows, const char *key, const char *heading, enum rows_unit unit)
{
    assert(rows->column_count < ROWS_COLUMNS_MAX && rows->cell_count == 0);
    rows->columns[rows->column_count++] = (struct rows_column){.key = key, .heading = heading, .unit = unit};
}

static bool is_text(enum rows_unit unit)
{
    return unit == UNIT_TEXT || unit == UNIT_STACK;
}

static struct rows_cell *next_cell(struct rows *rows)
{
    if (rows->failed ||
        array_reserve(&rows->cells, &rows->cell_capacity, rows->cell_count + 1, sizeof *rows->cells) < 0) {
        rows->failed = true;
        return NULL;
    }
    return &rows->cells[rows->cell_count++];
}

static enum rows_unit next_unit(const struct rows *rows)
{
    return rows->columns[rows->cell_count % rows->column_count].unit;
}

void rows_put_text(struct rows *rows, const char *text)
{
    assert(is_text(next_unit(rows)));
    char *copy = text ? strdup(text) : NULL;
    struct rows_cell *cell = next_cell(rows);
    if (!cell || (text && !copy)) {
        free(copy);
        rows->failed = true;
        return;
    }
    *cell = (struct rows_cell){.present = text != NULL, .text = copy};
}

void rows_put_number(struct rows *rows, uint64_t number)
{
    assert(!is_text(next_unit(rows)));
    struct rows_cell *cell = next_cell(rows);
    if (cell)
        *cell = (struct rows_cell){.present = true, .number = number};
}

void rows_put_nothing(struct rows *rows)
{
    struct rows_cell *cell = next_cell(rows);
    if (cell)
        *cell = (struct rows_cell){.present = false};
}

void rows_put_values(struct rows *rows, const struct rows_value *values, size_t count)
{
    rows->single = true;
    for (size_t at = 0; at < count; at++)
        rows_add_column(rows, values[at].key, values[at].heading, values[at].unit);
    for (size_t at = 0; at < count; at++) {
        if (is_text(values[at].unit))
            rows_put_text(rows, values[at].text);
        else
            rows_put_number(rows, values[at].number);
    }
}

void rows_forget_value(struct rows *rows, const char *key)
{
    for (size_t at = 0; at < rows->cell_count; at++)
        if (strcmp(rows->columns[at].key, key) == 0)
            rows->cells[at].present = false;
}

size_t rows_count(const struct rows *rows)
{
    return rows->column_count ? rows->cell_count / rows->column_count : 0;
}

const struct rows_cell *rows_cell(const struct rows *rows, size_t row, size_t column)
{
    return &rows->cells[row * rows->column_count + column];
}

static void write_stack(const char *key, const char *stack, struct json *json)
{
    json_array_begin(json, key);
    while (*stack) {
        size_t length = strcspn(stack, "\n");
        json_text_bytes(json, NULL, stack, length);
        stack += length + (stack[length] == '\n');
    }
    json_array_end(json);
}

static void write_cell(const char *key, const struct rows_cell *cell, enum rows_unit unit, struct json *json)
{
    if (!cell->present)
        json_null(json, key);
    else if (unit == UNIT_STACK)
        write_stack(key, cell->text, json);
    else if (unit == UNIT_TEXT)
        json_text(json, key, cell->text);
    else if (unit == UNIT_FLAG)
        json_flag(json, key, cell->number != 0);
    else
        json_number(json, key, cell->number);
}

static void write_row(const char *key, const struct rows *rows, size_t row, struct json *json)
{
    json_object_begin(json, key);
    for (size_t column = 0; column < rows->column_count; column++)
        write_cell(rows->columns[column].key, rows_cell(rows, row, column), rows->columns[column].unit, json);
    json_object_end(json);
}

void rows_write_json(const struct rows *rows, struct json *json)
{
    if (rows->single) {
        write_row(rows->name, rows, 0, json);
        return;
    }
    json_array_begin(json, rows->name);
    for (size_t row = 0; row < rows_count(rows); row++)
        write_row(NULL, rows, row, json);
    json_array_end(json);
}

void rows_free(struct rows *rows)
{
    for (size_t at = 0; at < rows->cell_count; at++)
        free(rows->cells[at].text);
    free(rows->cells);
    *rows = (struct rows){0};
}
