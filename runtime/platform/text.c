#include "platform/text.h"

#include <errno.h>
#include <unistd.h>

void text_add(struct text *text, const char *string)
{
    for (; string != NULL && *string != '\0' && text->length < TEXT_BYTES; string++)
        text->bytes[text->length++] = *string;
}

static void add_number(struct text *text, uint64_t number, unsigned base)
{
    char digits[24];
    size_t length = sizeof digits;
    digits[--length] = '\0';
    do {
        digits[--length] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    text_add(text, digits + length);
}

void text_add_decimal(struct text *text, uint64_t number)
{
    add_number(text, number, 10);
}

void text_add_hex(struct text *text, uint64_t number)
{
    text_add(text, "0x");
    add_number(text, number, 16);
}

void text_add_end(struct text *text)
{
    text->bytes[text->length < TEXT_BYTES ? text->length : TEXT_BYTES - 1] = '\0';
}

void text_write(struct text *text)
{
    int saved_errno = errno;
    const char *rest = text->bytes;
    while (text->length > 0) {
        ssize_t written = write(STDERR_FILENO, rest, text->length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        rest += written;
        text->length -= (size_t)written;
    }
    text->length = 0;
    errno = saved_errno;
}
