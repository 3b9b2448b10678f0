/* See page.h. */
#include "viewer/page.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"

extern const char page_template[], page_template_end[]; /* page_template.S */

static const char data_mark[] = "PAGE_DATA"; /* in page.html */

/* {"key": ..., "heading": ..., "unit": "bytes"} */
static void write_column(const struct rows_column *column, struct json *json)
{
    static const char *const units[] = {
        [UNIT_TEXT] = "text", [UNIT_STACK] = "stack",       [UNIT_COUNT] = "count", [UNIT_BYTES] = "bytes",
        [UNIT_NS] = "ns",     [UNIT_PERMILLE] = "permille", [UNIT_FLAG] = "flag",
    };
    json_object_begin(json, NULL);
    json_text(json, "key", column->key);
    json_text(json, "heading", column->heading);
    json_text(json, "unit", units[column->unit]);
    json_object_end(json);
}

static void write_columns(const char *key, const struct rows_column *columns, size_t count, struct json *json)
{
    json_array_begin(json, key);
    for (size_t at = 0; at < count; at++)
        write_column(&columns[at], json);
    json_array_end(json);
}

/* A stack is one text of several lines here: the page breaks it. */
static void write_cell(const struct rows_cell *cell, enum rows_unit unit, struct json *json)
{
    if (!cell->present)
        json_null(json, NULL);
    else if (unit == UNIT_TEXT || unit == UNIT_STACK)
        json_text(json, NULL, cell->text);
    else
        json_number(json, NULL, cell->number);
}

/* Keys stand once, over the rows: {"name": ..., "columns": [...], "rows": [[cell, ...], ...]} */
static void write_table(const struct rows *rows, struct json *json)
{
    size_t count = rows_count(rows), shown = count < PAGE_ROWS_MAX ? count : PAGE_ROWS_MAX;
    json_object_begin(json, NULL);
    json_text(json, "name", rows->name);
    json_text(json, "title", rows->title);
    json_flag(json, "single", rows->single);
    json_number(json, "left_out", rows->left_out + (count - shown));
    write_columns("columns", rows->columns, rows->column_count, json);
    json_array_begin(json, "rows");
    for (size_t row = 0; row < shown; row++) {
        json_array_begin(json, NULL);
        for (size_t column = 0; column < rows->column_count; column++)
            write_cell(rows_cell(rows, row, column), rows->columns[column].unit, json);
        json_array_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void write_plot(const struct page_plot *plot, struct json *json)
{
    json_object_begin(json, NULL);
    json_text(json, "table", plot->table);
    json_text(json, "title", plot->title);
    json_text(json, "x", plot->x);
    json_array_begin(json, "series");
    for (size_t at = 0; at < plot->series_count; at++)
        json_text(json, NULL, plot->series[at]);
    json_array_end(json);
    json_object_end(json);
}

/* Nodes parents first: [parent, kind, name, value of each measure]. */
static void write_tree(const struct frame_tree *tree, struct json *json)
{
    json_object_begin(json, NULL);
    json_text(json, "name", tree->name);
    json_text(json, "title", tree->title);
    json_number(json, "left_out", tree->left_out);
    write_columns("measures", tree->measures, tree->measure_count, json);
    json_array_begin(json, "nodes");
    for (size_t at = 0; at < tree->node_count; at++) {
        const struct frame_node *node = &tree->nodes[at];
        json_array_begin(json, NULL);
        json_number(json, NULL, node->parent);
        json_number(json, NULL, node->kind);
        json_text(json, NULL, node->name);
        for (size_t measure = 0; measure < tree->measure_count; measure++)
            json_number(json, NULL, node->values[measure]);
        json_array_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void write_data(const struct page *page, FILE *out)
{
    struct json json;
    json_start(&json, out);
    json.in_html = true;
    json_object_begin(&json, NULL);
    json_text(&json, "title", page->title);
    json_text(&json, "subject", page->subject);
    json_text(&json, "source", page->source);
    json_text(&json, "producer", page->producer);
    json_array_begin(&json, "tables");
    for (size_t at = 0; at < page->table_count; at++)
        write_table(page->tables[at], &json);
    json_array_end(&json);
    json_array_begin(&json, "plots");
    for (size_t at = 0; at < page->plot_count; at++)
        write_plot(&page->plots[at], &json);
    json_array_end(&json);
    json_array_begin(&json, "trees");
    for (size_t at = 0; at < page->tree_count; at++)
        write_tree(page->trees[at], &json);
    json_array_end(&json);
    json_object_end(&json);
}

void page_write(const struct page *page, FILE *out)
{
    size_t size = (size_t)(page_template_end - page_template);
    const char *mark = memmem(page_template, size, data_mark, sizeof data_mark - 1);
    assert(mark != NULL);
    const char *rest = mark + sizeof data_mark - 1;
    fwrite(page_template, 1, (size_t)(mark - page_template), out);
    write_data(page, out);
    fwrite(rest, 1, (size_t)(page_template_end - rest), out);
}
