/* See output.h. */
#include "gctool/output/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/output/pager.h"
#include "gctool/output/table.h"
#include "gctool/output/terminal.h"

void output_open(struct output *output, bool is_json, enum color_choice color, bool paged)
{
    *output = (struct output){.file = stdout, .is_json = is_json};
    output->colour = !is_json && (color == COLOR_ALWAYS || (color == COLOR_AUTO && terminal_has_colour(STDOUT_FILENO)));
    if (paged && !is_json && isatty(STDOUT_FILENO))
        output->pager = pager_open(&output->file);
    json_start(&output->json, output->file);
}

void output_start(struct output *output, const char *schema)
{
    output->started = true;
    if (!output->is_json)
        return;
    json_object_begin(&output->json, NULL);
    json_text(&output->json, "schema", schema);
}

void output_end(struct output *output)
{
    if (output->is_json)
        json_object_end(&output->json);
}

int output_rows(struct output *output, const struct rows *rows)
{
    if (rows->failed)
        return -ENOMEM;
    if (!output->is_json)
        return table_write(rows, output->colour, output->file);
    rows_write_json(rows, &output->json);
    return 0;
}

int output_close(struct output *output, struct error *reterr)
{
    errno = 0;
    bool is_written = fflush(output->file) == 0 && !ferror(output->file);
    if (!is_written && errno == 0 && fputc('\n', output->file) != EOF)
        fflush(output->file); /* stdio kept that an earlier write failed, not why: one more fails alike */
    int error = is_written ? 0 : errno != 0 ? -errno : -EIO;
    if (output->pager) {
        pager_close(output->pager, output->file);
        return 0; /* what a pager did not read, nobody wanted to see */
    }
    if (error < 0)
        error_set(reterr, error, "cannot write to standard output: %s", strerror(-error));
    return error;
}
