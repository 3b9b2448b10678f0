/* diagnostic.h: what is told beside the data, on standard error: 'gctool: ' and the message, then 'hint: '.
 * Control characters, as a file name can hold them, are shown as '?'. */
#ifndef GCTOOL_OUTPUT_DIAGNOSTIC_H
#define GCTOOL_OUTPUT_DIAGNOSTIC_H

#include "base/error.h"

struct output;

void diagnostic_error(const struct error *error);
void diagnostic_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same error as a JSON document (docs/formats/error.schema.json). */
void diagnostic_error_json(const struct error *error, struct output *output);

#endif
