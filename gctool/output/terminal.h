/* terminal.h: what may be written to a descriptor beside plain text. */
#ifndef GCTOOL_OUTPUT_TERMINAL_H
#define GCTOOL_OUTPUT_TERMINAL_H

#include <stdbool.h>

/* A terminal that is not 'dumb', and NO_COLOR is not set; or CLICOLOR_FORCE is. */
bool terminal_has_colour(int fd);

#define STYLE_BOLD   "\033[1m"
#define STYLE_ERROR  "\033[1;31m"
#define STYLE_NOTICE "\033[1;33m"
#define STYLE_PLAIN  "\033[0m"

#endif
