/* number.h: integers as the protocol writes them. */
#ifndef KVSERVER_NUMBER_H
#define KVSERVER_NUMBER_H

#include "bytes.h"

enum { NUMBER_DIGITS_MAX = 20 }; /* "-9223372036854775808" */

/* Exactly what number_format() writes: no spaces, no '+', no leading zeroes, no overflow. */
bool number_parse(struct bytes digits, int64_t *ret_number);

/* Returns the end. */
char *number_format(char *to, int64_t number);

#endif
