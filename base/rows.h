/* rows.h: rows of cells below columns that know their unit. What is shown to people and what is written for programs comes from the same
 * rows.
 *
 * Filled cell by cell, row by row; the column decides what kind of cell is next.
 *
 * Invariant: cell_count is a multiple of column_count whenever a row is complete. An allocation that fails marks the rows `failed`, and
 * nothing more is added: one check at the end is enough.
 */
#ifndef BASE_ROWS_H
#define BASE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum rows_unit {
    UNIT_TEXT,
    UNIT_STACK, /* text of several lines */
    UNIT_COUNT,
    UNIT_BYTES,
    UNIT_NS,
    UNIT_PERMILLE,
    UNIT_FLAG,
};

struct rows_column {
    const char *key;     /* in JSON, with its unit: "alive_bytes" */
    const char *heading; /* for people */
    enum rows_unit unit;
};

struct rows_cell {
    bool present; /* false: not known, "-" for people, null in JSON */
    uint64_t number;
    char *text;
};

enum { ROWS_COLUMNS_MAX = 24 };

struct rows {
    const char *name, *title; /* name: the key in JSON */
    struct rows_column columns[ROWS_COLUMNS_MAX];
    size_t column_count;
    struct rows_cell *cells;
    size_t cell_count, cell_capacity;
    size_t left_out; /* rows that a limit cut */
    bool single;     /* one row, shown as a list of keys and values, in JSON an object */
    bool failed;
};

/* `name`, `title`, keys and headings are borrowed while the rows live. */
void rows_start(struct rows *rows, const char *name, const char *title);
void rows_add_column(struct rows *rows, const char *key, const char *heading, enum rows_unit unit);

void rows_put_text(struct rows *rows, const char *text); /* copied; NULL: not known */
void rows_put_number(struct rows *rows, uint64_t number);
void rows_put_nothing(struct rows *rows);

/* A value with its column. */
struct rows_value {
    const char *key, *heading;
    enum rows_unit unit;
    uint64_t number;
    const char *text; /* of UNIT_TEXT and UNIT_STACK; NULL: not known */
};

/* Makes them the one row of rows that were started: `single`. */
void rows_put_values(struct rows *rows, const struct rows_value *values, size_t count);

/* In the one row of `single` rows: the value of this column is not known. */
void rows_forget_value(struct rows *rows, const char *key);

size_t rows_count(const struct rows *rows);
const struct rows_cell *rows_cell(const struct rows *rows, size_t row, size_t column);

/* Writes them as the member rows->name: an object when `single`, else an array of objects. */
void rows_write_json(const struct rows *rows, struct json *json);

void rows_free(struct rows *rows);

#endif
