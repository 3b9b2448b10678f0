/* quantity.h: counts, sizes and times as people write and read them. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "17": decimal digits alone. The parsers return false, and set nothing, for anything else or too large. */
[[nodiscard]] bool quantity_count_parse(const char *text, uint64_t *ret_count);

/* "1.5s", "200ms", "10us", "7ns", "2m", "1h", or plain seconds. */
[[nodiscard]] bool quantity_duration_parse(const char *text, uint64_t *ret_ns);

enum { QUANTITY_TEXT_BYTES = 40 }; /* room for any of these */

/* Rounded to the nearest; 0 of nothing. */
uint64_t quantity_mean(uint64_t total, uint64_t count);

/* "1,234,567", "1.5 KiB", "3.1 ms". They return `ret_text`. */
const char *quantity_count_format(uint64_t count, char ret_text[QUANTITY_TEXT_BYTES]);
const char *quantity_bytes_format(uint64_t bytes, char ret_text[QUANTITY_TEXT_BYTES]);
const char *quantity_duration_format(uint64_t ns, char ret_text[QUANTITY_TEXT_BYTES]);

#endif
