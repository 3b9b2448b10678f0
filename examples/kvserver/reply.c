#include "reply.h"

#include <stdarg.h>
#include <stdio.h>

#include "number.h"

enum { CAPACITY_MIN = 4096, ERROR_BYTES = 512 };

char *reply_reserve(struct reply *reply, size_t size)
{
    if (reply->capacity - reply->length < size) {
        size_t capacity = reply->capacity == 0 ? CAPACITY_MIN : reply->capacity;
        while (capacity - reply->length < size)
            capacity *= 2;
        char *grown = gcrt_new_bytes(capacity);
        if (reply->length != 0)
            memcpy(grown, reply->bytes, reply->length);
        gcrt_store(&reply->bytes, grown);
        reply->capacity = capacity;
    }
    return reply->bytes + reply->length;
}

void reply_raw(struct reply *reply, struct bytes bytes)
{
    memcpy(reply_reserve(reply, bytes.length), bytes.at, bytes.length);
    reply->length += bytes.length;
}

void reply_error(struct reply *reply, const char *format, ...)
{
    char text[ERROR_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof text)
        length = sizeof text - 1;
    for (int i = 0; i < length; i++) /* what a client sent must not end the line */
        if (text[i] == '\r' || text[i] == '\n')
            text[i] = ' ';
    REPLY_TEXT(reply, "-");
    reply_raw(reply, (struct bytes){text, (size_t)length});
    REPLY_TEXT(reply, "\r\n");
}

/* A type byte, a number, a line end. */
static char *encode_line(char *to, char type, int64_t number)
{
    *to++ = type;
    to = number_format(to, number);
    *to++ = '\r';
    *to++ = '\n';
    return to;
}

enum { LINE_BYTES_MAX = 1 + NUMBER_DIGITS_MAX + 2 };

static void reply_line(struct reply *reply, char type, int64_t number)
{
    char *to = reply_reserve(reply, LINE_BYTES_MAX);
    reply->length += (size_t)(encode_line(to, type, number) - to);
}

void reply_integer(struct reply *reply, int64_t number)
{
    reply_line(reply, ':', number);
}

void reply_array(struct reply *reply, size_t count)
{
    reply_line(reply, '*', (int64_t)count);
}

void reply_bulk(struct reply *reply, struct bytes bytes)
{
    char *to = reply_reserve(reply, LINE_BYTES_MAX + bytes.length + 2);
    reply->length += (size_t)(bulk_encode(to, bytes) - to);
}

void reply_string(struct reply *reply, const char *string)
{
    reply_bulk(reply, (struct bytes){string, strlen(string)});
}

size_t bulk_size(size_t length)
{
    size_t digits = 1;
    for (size_t rest = length; rest >= 10; rest /= 10)
        digits++;
    return 1 + digits + 2 + length + 2;
}

char *bulk_encode(char *to, struct bytes bytes)
{
    to = encode_line(to, '$', (int64_t)bytes.length);
    memcpy(to, bytes.at, bytes.length);
    to += bytes.length;
    *to++ = '\r';
    *to++ = '\n';
    return to;
}
