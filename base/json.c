/* See json.h. */
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { BROKEN_DEPTH_MAX = 2 }; /* what lies deeper stands in one line */

void json_start(struct json *json, FILE *out)
{
    *json = (struct json){.out = out};
}

static void new_line(const struct json *json)
{
    fprintf(json->out, "\n%*s", json->depth * 2, "");
}

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
static void write_characters(const char *text, size_t length, bool in_html, FILE *out)
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
        else if ((unsigned char)*text < 0x20 || (in_html && *text == '<'))
            fprintf(out, "\\u%04x", (unsigned)*text);
        else
            fwrite(text, 1, bytes, out);
        text += bytes;
    }
}

static void write_string(struct json *json, const char *text, size_t length)
{
    fputc('"', json->out);
    write_characters(text, length, json->in_html, json->out);
    fputc('"', json->out);
}

/* What stands before a value: the comma, the line, the key. */
static void begin_value(struct json *json, const char *key)
{
    if (json->depth > 0) {
        if (json->has_member[json->depth])
            fputs(json->depth <= BROKEN_DEPTH_MAX ? "," : ", ", json->out);
        if (json->depth <= BROKEN_DEPTH_MAX)
            new_line(json);
        json->has_member[json->depth] = true;
    }
    if (key) {
        write_string(json, key, strlen(key));
        fputs(": ", json->out);
    }
}

static void begin(struct json *json, const char *key, char bracket)
{
    begin_value(json, key);
    fputc(bracket, json->out);
    assert(json->depth < JSON_DEPTH_MAX);
    json->has_member[++json->depth] = false;
}

static void end(struct json *json, char bracket)
{
    assert(json->depth > 0);
    bool broken = json->has_member[json->depth] && json->depth <= BROKEN_DEPTH_MAX;
    json->depth--;
    if (broken)
        new_line(json);
    fputc(bracket, json->out);
    if (json->depth == 0)
        fputc('\n', json->out);
}

void json_object_begin(struct json *json, const char *key)
{
    begin(json, key, '{');
}

void json_object_end(struct json *json)
{
    end(json, '}');
}

void json_array_begin(struct json *json, const char *key)
{
    begin(json, key, '[');
}

void json_array_end(struct json *json)
{
    end(json, ']');
}

void json_text_bytes(struct json *json, const char *key, const char *text, size_t length)
{
    begin_value(json, key);
    write_string(json, text, length);
}

void json_text(struct json *json, const char *key, const char *text)
{
    json_text_bytes(json, key, text, strlen(text));
}

void json_number(struct json *json, const char *key, uint64_t number)
{
    begin_value(json, key);
    fprintf(json->out, "%" PRIu64, number);
}

void json_flag(struct json *json, const char *key, bool flag)
{
    begin_value(json, key);
    fputs(flag ? "true" : "false", json->out);
}

void json_null(struct json *json, const char *key)
{
    begin_value(json, key);
    fputs("null", json->out);
}
