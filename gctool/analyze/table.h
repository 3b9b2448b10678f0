/* table.h: one section of a report: columns that know their unit, and cells.
 *
 * Filled cell by cell, row by row; the column decides what kind of cell is next. Text and JSON are written from the same table.
 *
 * Invariant: cell_count is a multiple of column_count whenever a row is complete. An allocation that fails marks the table `failed`, and
 * nothing more is added: one check at the end is enough.
 */
#ifndef GCTOOL_ANALYZE_TABLE_H
#define GCTOOL_ANALYZE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum table_unit {
    UNIT_TEXT,
    UNIT_STACK, /* text of several lines */
    UNIT_COUNT,
    UNIT_BYTES,
    UNIT_NS,
    UNIT_PERMILLE,
    UNIT_FLAG,
};

struct table_column {
    const char *key;     /* in JSON, with its unit: "alive_bytes" */
    const char *heading; /* for people */
    enum table_unit unit;
};

struct table_cell {
    bool present; /* false: not known, empty for people, null in JSON */
    uint64_t number;
    char *text;
};

enum { TABLE_COLUMNS_MAX = 24 };

struct table {
    const char *name, *title;
    struct table_column columns[TABLE_COLUMNS_MAX];
    size_t column_count;
    struct table_cell *cells;
    size_t cell_count, cell_capacity;
    size_t left_out; /* rows that a limit cut */
    bool single;     /* one row, shown as a list of keys and values */
    bool failed;
};

void table_start(struct table *table, const char *name, const char *title);
void table_add_column(struct table *table, const char *key, const char *heading, enum table_unit unit);

void table_put_text(struct table *table, const char *text); /* copied; NULL: not known */
void table_put_number(struct table *table, uint64_t number);
void table_put_nothing(struct table *table);

size_t table_row_count(const struct table *table);
const struct table_cell *table_cell(const struct table *table, size_t row, size_t column);

/* Errors of writing stay in `out`: ferror(). */
void table_write_text(const struct table *table, FILE *out);
void table_write_json(const struct table *table, FILE *out);
void json_write_string(const char *text, size_t length, FILE *out);

void table_free(struct table *table);

#endif
