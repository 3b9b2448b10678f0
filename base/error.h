/* error.h: what failed, on which object, why, and what to do about it.
 *
 * A function that can fail because of the world returns 0 or a negative errno value, and takes a `struct error *reterr`, which may be NULL, as
 * its last argument. The message is lower case and has no full stop; the hint says what the user can do.
 *
 *     gctool: cannot open trace 'run.gctrace': not a gctrace file (starts with 7f 45 4c 46)
 *     hint: 'gctool trace PROGRAM' makes one
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum { ERROR_MESSAGE_BYTES = 1024, ERROR_HINT_BYTES = 512 };

struct error {
    int code; /* 0: none; else a negative errno value */
    char message[ERROR_MESSAGE_BYTES];
    char hint[ERROR_HINT_BYTES]; /* "": none */
};

/* Sets code and message, and clears the hint. Returns `code`, so that a failing function can return the call. */
int error_set(struct error *reterr, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds the hint. */
void error_hint(struct error *reterr, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
