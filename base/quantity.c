/* See quantity.h. */
#include "base/quantity.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool quantity_count_parse(const char *text, uint64_t *ret_count)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        return false;
    errno = 0;
    unsigned long long count = strtoull(text, NULL, 10);
    if (errno != 0)
        return false;
    *ret_count = count;
    return true;
}

bool quantity_duration_parse(const char *text, uint64_t *ret_ns)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"m", 60e9}, {"h", 3600e9}};
    char *end;
    if (strspn(text, "0123456789.") == 0)
        return false;
    double value = strtod(text, &end);
    if (strcspn(text, "xXeE") < (size_t)(end - text))
        return false;
    for (size_t at = 0; at < sizeof units / sizeof *units; at++) {
        if (strcmp(end, units[at].name) != 0)
            continue;
        double ns = value * units[at].ns;
        if (!isfinite(ns) || ns >= 0x1p63)
            return false;
        *ret_ns = (uint64_t)(ns + 0.5);
        return true;
    }
    return false;
}

uint64_t quantity_mean(uint64_t total, uint64_t count)
{
    return count > 0 ? total / count + (total % count >= count - count / 2) : 0;
}

const char *quantity_count_format(uint64_t count, char ret_text[QUANTITY_TEXT_BYTES])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    size_t out = 0;
    for (int at = 0; at < length; at++) {
        if (at > 0 && (length - at) % 3 == 0)
            ret_text[out++] = ',';
        ret_text[out++] = digits[at];
    }
    ret_text[out] = '\0';
    return ret_text;
}

/* Two digits tell enough. */
const char *quantity_bytes_format(uint64_t bytes, char ret_text[QUANTITY_TEXT_BYTES])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t unit = 0;
    double value = (double)bytes;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1024;
        unit++;
    }
    snprintf(ret_text, QUANTITY_TEXT_BYTES, unit > 0 && value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return ret_text;
}

const char *quantity_duration_format(uint64_t ns, char ret_text[QUANTITY_TEXT_BYTES])
{
    if (ns < 1000)
        snprintf(ret_text, QUANTITY_TEXT_BYTES, "%" PRIu64 " ns", ns);
    else if (ns < 1000000)
        snprintf(ret_text, QUANTITY_TEXT_BYTES, "%.1f us", (double)ns / 1e3);
    else if (ns < 1000000000)
        snprintf(ret_text, QUANTITY_TEXT_BYTES, "%.1f ms", (double)ns / 1e6);
    else if (ns < 120000000000ULL)
        snprintf(ret_text, QUANTITY_TEXT_BYTES, "%.2f s", (double)ns / 1e9);
    else
        snprintf(ret_text, QUANTITY_TEXT_BYTES, "%llu min %llu s", ns / 60000000000ULL, ns / 1000000000ULL % 60);
    return ret_text;
}
