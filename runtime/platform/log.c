#include "platform/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "platform/fatal.h"
#include "platform/text.h"

enum { MESSAGE_BYTES = 500, FATAL_STATUS = 2 };

static enum gcrt_log_level level_limit = GCRT_LOG_WARNING;
static void (*log_function)(void *arg, enum gcrt_log_level level, const char *message);
static void *log_function_arg;

void log_configure(enum gcrt_log_level level, void (*log)(void *arg, enum gcrt_log_level level, const char *message),
                   void *log_arg)
{
    level_limit = level;
    log_function = log;
    log_function_arg = log_arg;
}

static void write_line(const char *prefix, const char *message)
{
    struct text text = {0};
    text_add(&text, prefix);
    text_add(&text, message);
    text_add(&text, "\n");
    text_write(&text);
}

void log_message(enum gcrt_log_level level, const char *format, ...)
{
    if (level > level_limit)
        return;
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (log_function != NULL)
        log_function(log_function_arg, level, message);
    else
        write_line("gcrt: ", message);
}

void fatal_exit(const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    write_line("gcrt: ", message);
    _exit(FATAL_STATUS);
}

void fatal_abort(const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    char verdict[MESSAGE_BYTES + 32];
    snprintf(verdict, sizeof verdict, "gcrt: fatal error: %s", message);
    fatal_end(verdict, __builtin_frame_address(0), NULL);
}
