/* See diagnostic.h. */
#include "gctool/output/diagnostic.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gctool/output/output.h"
#include "gctool/output/terminal.h"

static void write_line(const char *style, const char *label, const char *text)
{
    bool colour = terminal_has_colour(STDERR_FILENO);
    flockfile(stderr);
    fprintf(stderr, "%s%s%s", colour ? style : "", label, colour ? STYLE_PLAIN : "");
    for (; *text; text++)
        putc_unlocked(((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7f ? '?' : *text, stderr);
    putc_unlocked('\n', stderr);
    funlockfile(stderr);
}

void diagnostic_error(const struct error *error)
{
    write_line(STYLE_ERROR, "gctool: ", error->message);
    if (error->hint[0] != '\0')
        write_line(STYLE_BOLD, "hint: ", error->hint);
}

void diagnostic_warning(const char *format, ...)
{
    char text[ERROR_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    write_line(STYLE_NOTICE, "gctool: warning: ", text);
}

void diagnostic_error_json(const struct error *error, struct output *output)
{
    struct json *json = &output->json;
    output_start(output, "gctool.error.v1");
    json_object_begin(json, "error");
    const char *code = strerrorname_np(-error->code);
    json_text(json, "code", code ? code : "EIO");
    json_text(json, "message", error->message);
    if (error->hint[0] != '\0')
        json_text(json, "hint", error->hint);
    else
        json_null(json, "hint");
    json_object_end(json);
    output_end(output);
}
