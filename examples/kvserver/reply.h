/* reply.h: replies as RESP2 writes them, gathered in one buffer until they are sent.
 *
 *     +OK\r\n     -ERR text\r\n     :42\r\n     $3\r\nabc\r\n     $-1\r\n (null)     *2\r\n and two replies     *-1\r\n (null)
 */
#ifndef KVSERVER_REPLY_H
#define KVSERVER_REPLY_H

#include "bytes.h"

struct reply {
    char *bytes; /* a heap object, or NULL */
    size_t length, capacity;
};

/* Room for `size` more bytes, at the returned place; who fills them adds to `length`. */
char *reply_reserve(struct reply *reply, size_t size);

/* Bytes as they are: whole replies, encoded already. */
void reply_raw(struct reply *reply, struct bytes bytes);
#define REPLY_TEXT(reply, text) reply_raw((reply), (struct bytes){(text), sizeof(text) - 1})

#define REPLY_OK(reply)         REPLY_TEXT(reply, "+OK\r\n")
#define REPLY_NULL(reply)       REPLY_TEXT(reply, "$-1\r\n")
#define REPLY_NULL_ARRAY(reply) REPLY_TEXT(reply, "*-1\r\n")

/* "-" and the text, without line ends of its own, cut after some 500 bytes. */
void reply_error(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));
void reply_integer(struct reply *reply, int64_t number);
void reply_bulk(struct reply *reply, struct bytes bytes);
void reply_string(struct reply *reply, const char *string); /* NUL-terminated, as a bulk */
void reply_array(struct reply *reply, size_t count);        /* `count` replies follow */

/* The bytes of bulk_encode(). */
size_t bulk_size(size_t length);
/* Writes "$3\r\nabc\r\n"; returns the end. */
char *bulk_encode(char *to, struct bytes bytes);

#endif
