#include "request.h"

#include <stdio.h>

#include "number.h"

enum {
    CAPACITY_MIN = 16 * 1024,
    CAPACITY_KEPT = 64 * 1024, /* a buffer that has grown beyond is given up once it is empty */
    ARGUMENTS_AT_FIRST = 32,
    DIGITS_MAX = 32, /* of a length, more than any number has */
};

static GCRT_TYPE_LEAF(argument_type, struct argument);

/* ---- the buffer ---- */

static void move_to(struct request *request, char *input, size_t capacity)
{
    size_t length = request->end - request->begin;
    if (length != 0)
        memmove(input, request->input + request->begin, length);
    gcrt_store(&request->input, input);
    request->position -= request->begin;
    request->end = length;
    request->begin = 0;
    request->capacity = capacity;
}

/* How much is known to be missing: a bulk's length announces it, and a large one should not be copied at each doubling. But no more is taken
 * on somebody's word than has been sent already, or CAPACITY_KEPT. */
static size_t wanted_capacity(const struct request *request)
{
    size_t used = request->end - request->begin, capacity = request->capacity;
    if (used == request->capacity)
        capacity *= 2;
    size_t announced = request->position - request->begin +
                       (size_t)(request->bulk_length > 0 ? request->bulk_length : 0) + 2;
    size_t trusted = used * 4 > CAPACITY_KEPT ? used * 4 : CAPACITY_KEPT;
    if (announced > capacity)
        capacity = announced < trusted ? announced : trusted;
    return capacity < CAPACITY_MIN ? CAPACITY_MIN : capacity;
}

char *request_space(struct request *request, size_t *ret_size)
{
    if (request->begin == request->end) {
        request->position -= request->begin;
        request->begin = request->end = 0;
        if (request->capacity > CAPACITY_KEPT)
            request->capacity = 0;
    }
    if (request->capacity - request->end < CAPACITY_MIN / 4) {
        size_t capacity = wanted_capacity(request);
        bool fits = capacity == request->capacity;
        move_to(request, fits ? request->input : gcrt_new_bytes(capacity), capacity);
    }
    *ret_size = request->capacity - request->end;
    return request->input + request->end;
}

/* ---- arguments ---- */

static void add_argument(struct request *request, const char *at, size_t length)
{
    if (request->argument_count == request->argument_capacity) {
        size_t capacity = request->argument_capacity == 0 ? ARGUMENTS_AT_FIRST : request->argument_capacity * 2;
        struct argument *grown = gcrt_new_array(&argument_type, capacity);
        if (request->argument_count != 0)
            memcpy(grown, request->arguments, request->argument_count * sizeof *grown);
        gcrt_store(&request->arguments, grown);
        request->argument_capacity = capacity;
    }
    request->arguments[request->argument_count++] = (struct argument){(size_t)(at - request->input) - request->begin,
                                                                      length};
}

void request_next(struct request *request)
{
    request->begin = request->position;
    request->argument_count = 0;
    request->bulk_length = -1;
}

static enum request_state fail(struct request *request, const char *error)
{
    snprintf(request->error, sizeof request->error, "%s", error);
    return REQUEST_ERROR;
}

/* ---- arrays ---- */

/* The line at `position`, without its end, which is \r and any byte. False: it is not whole. */
static bool take_line(struct request *request, struct bytes *ret_line)
{
    char *at = request->input + request->position;
    size_t available = request->end - request->position;
    const char *end = available > 0 ? memchr(at, '\r', available) : NULL;
    if (end == NULL || (size_t)(end - at) + 1 == available)
        return false;
    *ret_line = (struct bytes){at, (size_t)(end - at)};
    request->position += ret_line->length + 2;
    return true;
}

static enum request_state incomplete_line(struct request *request, const char *error)
{
    bool is_endless = request->end - request->position > REQUEST_LINE_BYTES_MAX;
    return is_endless ? fail(request, error) : REQUEST_INCOMPLETE;
}

/* '$' and the length of a bulk. */
static enum request_state read_bulk_length(struct request *request)
{
    struct bytes line;
    int64_t length;
    if (!take_line(request, &line))
        return incomplete_line(request, "too big bulk count string");
    if (line.length == 0 || line.at[0] != '$') {
        snprintf(request->error, sizeof request->error, "expected '$', got '%c'", line.length != 0 ? line.at[0] : ' ');
        return REQUEST_ERROR;
    }
    if (!number_parse((struct bytes){line.at + 1, line.length - 1}, &length) || length < 0 ||
        length > REQUEST_BULK_BYTES_MAX)
        return fail(request, "invalid bulk length");
    request->bulk_length = length;
    return REQUEST_READY;
}

static enum request_state read_bulks(struct request *request)
{
    while (request->missing_arguments > 0) {
        if (request->bulk_length < 0) {
            enum request_state state = read_bulk_length(request);
            if (state != REQUEST_READY)
                return state;
        }
        size_t length = (size_t)request->bulk_length;
        if (request->end - request->position < length + 2)
            return REQUEST_INCOMPLETE;
        add_argument(request, request->input + request->position, length);
        request->position += length + 2;
        request->bulk_length = -1;
        request->missing_arguments--;
    }
    return REQUEST_READY;
}

static enum request_state read_array(struct request *request)
{
    struct bytes line;
    if (!take_line(request, &line))
        return incomplete_line(request, "too big mbulk count string");
    if (!number_parse((struct bytes){line.at + 1, line.length - 1}, &request->missing_arguments) ||
        request->missing_arguments > REQUEST_ARGUMENTS_MAX)
        return fail(request, "invalid multibulk length");
    return read_bulks(request);
}

/* ---- lines ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What follows a backslash between double quotes: x and two hexadecimal digits, a letter of C, or itself. Returns the end. */
static char *unescape(char *from, const char *end, char *ret_byte)
{
    static const char letters[][2] = {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'b', '\b'}, {'a', '\a'}};
    if (end - from >= 3 && from[0] == 'x' && hex_digit(from[1]) >= 0 && hex_digit(from[2]) >= 0) {
        *ret_byte = (char)(hex_digit(from[1]) * 16 + hex_digit(from[2]));
        return from + 3;
    }
    *ret_byte = *from;
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (*from == letters[i][0])
            *ret_byte = letters[i][1];
    return from + 1;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

/* The word at `from`, its quotes taken away in place. Returns its end; NULL: a quote is not closed, or something follows a closing one. */
static char *take_word(struct request *request, char *from, const char *end)
{
    char *word = from, *to = from, quote = 0;
    while (from < end && (quote != 0 || !is_space(*from))) {
        char byte = *from++;
        if (quote == 0 && (byte == '"' || byte == '\'')) {
            quote = byte;
            continue;
        }
        if (quote != 0 && byte == quote) {
            if (from < end && !is_space(*from))
                return NULL;
            quote = 0;
            break;
        }
        if (quote == '"' && byte == '\\' && from < end)
            from = unescape(from, end, &byte);
        else if (quote == '\'' && byte == '\\' && from < end && *from == '\'')
            byte = *from++;
        *to++ = byte;
    }
    if (quote != 0)
        return NULL;
    add_argument(request, word, (size_t)(to - word));
    return from;
}

static enum request_state read_line(struct request *request)
{
    char *at = request->input + request->position;
    char *line_end = memchr(at, '\n', request->end - request->position);
    if (line_end == NULL)
        return incomplete_line(request, "too big inline request");
    request->position += (size_t)(line_end - at) + 1;
    const char *end = line_end > at && line_end[-1] == '\r' ? line_end - 1 : line_end;
    while (at < end) {
        if (is_space(*at)) {
            at++;
            continue;
        }
        at = take_word(request, at, end);
        if (at == NULL)
            return fail(request, "unbalanced quotes in request");
    }
    return REQUEST_READY;
}

enum request_state request_read(struct request *request)
{
    if (request->missing_arguments > 0)
        return read_bulks(request);
    if (request->position == request->end)
        return REQUEST_INCOMPLETE;
    return request->input[request->position] == '*' ? read_array(request) : read_line(request);
}
