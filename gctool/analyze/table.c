/* See table.h. */
#include "gctool/analyze/table.h"

#include "gctool/model/key_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void table_start(struct table *table, const char *name, const char *title)
{
    *table = (struct table){.name = name, .title = title};
}

void table_add_column(struct table *table, const char *key, const char *heading, enum table_unit unit)
{
    assert(table->column_count < TABLE_COLUMNS_MAX && table->cell_count == 0);
    table->columns[table->column_count++] = (struct table_column){.key = key, .heading = heading, .unit = unit};
}

static bool is_text(enum table_unit unit)
{
    return unit == UNIT_TEXT || unit == UNIT_STACK;
}

static struct table_cell *next_cell(struct table *table)
{
    if (table->failed ||
        array_reserve(&table->cells, &table->cell_capacity, table->cell_count + 1, sizeof *table->cells) < 0) {
        table->failed = true;
        return NULL;
    }
    return &table->cells[table->cell_count++];
}

static enum table_unit next_unit(const struct table *table)
{
    return table->columns[table->cell_count % table->column_count].unit;
}

void table_put_text(struct table *table, const char *text)
{
    assert(is_text(next_unit(table)));
    char *copy = text ? strdup(text) : NULL;
    struct table_cell *cell = next_cell(table);
    if (!cell || (text && !copy)) {
        free(copy);
        table->failed = true;
        return;
    }
    *cell = (struct table_cell){.present = text != NULL, .text = copy};
}

void table_put_number(struct table *table, uint64_t number)
{
    assert(!is_text(next_unit(table)));
    struct table_cell *cell = next_cell(table);
    if (cell)
        *cell = (struct table_cell){.present = true, .number = number};
}

void table_put_nothing(struct table *table)
{
    struct table_cell *cell = next_cell(table);
    if (cell)
        *cell = (struct table_cell){.present = false};
}

size_t table_row_count(const struct table *table)
{
    return table->column_count ? table->cell_count / table->column_count : 0;
}

const struct table_cell *table_cell(const struct table *table, size_t row, size_t column)
{
    return &table->cells[row * table->column_count + column];
}

void table_free(struct table *table)
{
    for (size_t at = 0; at < table->cell_count; at++)
        free(table->cells[at].text);
    free(table->cells);
    *table = (struct table){0};
}
