/* page.h: rows, plots and trees of frames as one self-contained HTML page.
 *
 *     | page.html up to its mark | one JSON document, every '<' of it escaped | the rest of page.html |
 *
 * page.html, page.css and page.js are put together by the build (viewer/CMakeLists.txt) and carried in the library. All that comes from a
 * program is data in a script element that is not executed; page.js shows it as text. Layout of the document: write_page() in page.c.
 */
#ifndef VIEWER_PAGE_H
#define VIEWER_PAGE_H

#include <stdio.h>

#include "base/rows.h"
#include "viewer/frame_tree.h"

enum {
    PAGE_ROWS_MAX = 100000,  /* of a table: more are left out, and the page says so */
    PAGE_NODES_MAX = 100000, /* of a tree; likewise */
    PAGE_TABLES_MAX = 16,
    PAGE_PLOTS_MAX = 4,
    PAGE_SERIES_MAX = 4,
};

/* Columns of a table over another column of it; their units are one. */
struct page_plot {
    const char *table, *title; /* the table's name */
    const char *x;             /* keys of columns */
    const char *series[PAGE_SERIES_MAX];
    size_t series_count;
};

/* Everything is borrowed. */
struct page {
    const char *title;   /* what was looked at: the program */
    const char *subject; /* "trace", "heap dump" */
    const char *source;  /* the file */
    const char *producer;
    const struct rows *tables[PAGE_TABLES_MAX];
    size_t table_count;
    struct page_plot plots[PAGE_PLOTS_MAX];
    size_t plot_count;
    const struct frame_tree *trees[PAGE_TABLES_MAX];
    size_t tree_count;
};

/* Errors of writing stay in the stream: ferror(). */
void page_write(const struct page *page, FILE *out);

#endif
