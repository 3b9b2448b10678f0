/* text.h: a line put together in a buffer on the stack, with nothing that a signal handler may not call. Too long: cut. */
#ifndef RUNTIME_PLATFORM_TEXT_H
#define RUNTIME_PLATFORM_TEXT_H

#include <stddef.h>
#include <stdint.h>

enum { TEXT_BYTES = 1024 };

struct text {
    size_t length;
    char bytes[TEXT_BYTES];
};

void text_add(struct text *text, const char *string); /* NULL: nothing */
void text_add_decimal(struct text *text, uint64_t number);
void text_add_hex(struct text *text, uint64_t number); /* 0x... */

/* Puts a NUL behind the text, over its last byte when it is full. */
void text_add_end(struct text *text);

/* Writes it to stderr by write(2) and empties it. */
void text_write(struct text *text);

#endif
