/* output.h: where a verb writes what was asked for: text for people, through a pager where that helps, or one JSON document.
 *
 *     output_start(output, "gctool.report.v1");
 *     error = output_rows(output, &rows);            a table, or the member rows.name
 *     output_end(output);
 *
 * What is not rows goes to `file` (when not `is_json`) or to `json`. Errors of writing stay in `file` until output_close().
 */
#ifndef GCTOOL_OUTPUT_OUTPUT_H
#define GCTOOL_OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/json.h"
#include "base/rows.h"

struct error;

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER }; /* in the order of --color's choices */

struct output {
    FILE *file; /* standard output or the pager */
    bool is_json;
    bool colour; /* styles may be written to `file` */
    bool started;
    struct json json;
    pid_t pager; /* 0: none */
};

/* Opens standard output, behind a pager when `paged`, on a terminal and not JSON. A pager that cannot be run is left out. */
void output_open(struct output *output, bool is_json, enum color_choice color, bool paged);

/* Begins and ends the JSON document; nothing for people. */
void output_start(struct output *output, const char *schema);
void output_end(struct output *output);

/* 0 or -ENOMEM, also for rows that have `failed`. */
[[nodiscard]] int output_rows(struct output *output, const struct rows *rows);

/* Writes out what is buffered and waits for the pager. 0, or negative with `reterr`: not all could be written. -EPIPE: the reader went
 * away. */
[[nodiscard]] int output_close(struct output *output, struct error *reterr);

#endif
