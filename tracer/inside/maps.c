#include "tracer/inside/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_BYTES = 16384 };

static uint64_t parse_hex(const char **at)
{
    uint64_t value = 0;
    for (;; (*at)++) {
        unsigned digit = (unsigned char)**at;
        if (digit >= '0' && digit <= '9')
            value = value << 4 | (digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            value = value << 4 | (digit - 'a' + 10);
        else
            return value;
    }
}

static const char *skip_word(const char *at)
{
    while (*at != ' ' && *at != '\0')
        at++;
    while (*at == ' ')
        at++;
    return at;
}

/* 7f1c-7f1d rw-p 00001000 fd:00 1234    /path, with a NUL for the newline */
static struct mapping parse_line(const char *line)
{
    struct mapping mapping;
    mapping.low = parse_hex(&line);
    line++;
    mapping.high = parse_hex(&line);
    line = skip_word(line);
    mapping.is_readable = line[0] == 'r';
    mapping.is_writable = line[0] != '\0' && line[1] == 'w';
    mapping.is_executable = line[0] != '\0' && line[1] != '\0' && line[2] == 'x';
    mapping.is_shared = mapping.is_writable && line[2] != '\0' && line[3] == 's';
    line = skip_word(line);
    mapping.offset = parse_hex(&line);
    mapping.path = skip_word(skip_word(skip_word(line)));
    return mapping;
}

static size_t take_lines(char *buffer, size_t size, void (*each)(const struct mapping *, void *), void *context)
{
    char *line = buffer, *end = buffer + size, *newline;
    while ((newline = memchr(line, '\n', (size_t)(end - line))) != NULL) {
        *newline = '\0';
        struct mapping mapping = parse_line(line);
        each(&mapping, context);
        line = newline + 1;
    }
    size_t rest = (size_t)(end - line);
    memmove(buffer, line, rest);
    return rest < BUFFER_BYTES ? rest : 0;
}

void maps_visit(void (*each)(const struct mapping *mapping, void *context), void *context)
{
    char buffer[BUFFER_BYTES];
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    size_t size = 0;
    for (;;) {
        ssize_t got = read(fd, buffer + size, sizeof buffer - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        size = take_lines(buffer, size + (size_t)got, each, context);
    }
    close(fd);
}
