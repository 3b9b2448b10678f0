/* json.h: writes one JSON document to a stream, value by value.
 *
 * Each value takes its key, NULL inside an array and at the top. The document always parses: what is not UTF-8 in a text becomes U+FFFD.
 * Members and elements down to the second level stand on lines of their own, deeper ones in the line of their parent.
 * Errors of writing stay in the stream: ferror().
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH_MAX = 8 };

struct json {
    FILE *out;
    int depth;
    bool has_member[JSON_DEPTH_MAX + 1]; /* by depth: a comma is due */
    bool
        in_html; /* the document lies in a script element: '<' is escaped, so that no text ends the element. Set after json_start() */
};

void json_start(struct json *json, FILE *out);

void json_object_begin(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array_begin(struct json *json, const char *key);
void json_array_end(struct json *json);

void json_text(struct json *json, const char *key, const char *text);
void json_text_bytes(struct json *json, const char *key, const char *text, size_t length);
void json_number(struct json *json, const char *key, uint64_t number);
void json_flag(struct json *json, const char *key, bool flag);
void json_null(struct json *json, const char *key);

#endif
