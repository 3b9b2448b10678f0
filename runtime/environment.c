#include "environment.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "environment_table.h"

extern char **environ;

enum { PROCS_MAX = 256, PERCENT_MAX = 100000, COLLECT_EVERY_MAX = 1000000 };

/* Where a parser writes why it refuses. */
struct complaint {
    char *text;
    size_t bytes;
};

static int refuse(struct complaint *complaint, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int refuse(struct complaint *complaint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(complaint->text, complaint->bytes, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

/* Decimal digits alone, no sign, no blank. */
static bool parse_number(const char *text, size_t length, unsigned long max, unsigned long *ret_number)
{
    unsigned long number = 0;
    if (length == 0 || length > 9)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (unsigned long)(text[i] - '0');
    }
    *ret_number = number;
    return number <= max;
}

/* ---- one parser a kind: 0, or -EINVAL and what was expected ---- */

static int parse_count(const char *value, unsigned *ret_count, struct complaint *complaint)
{
    unsigned long number;
    if (!parse_number(value, strlen(value), PROCS_MAX, &number) || number == 0)
        return refuse(complaint, "expected a number from 1 to %d", PROCS_MAX);
    *ret_count = (unsigned)number;
    return 0;
}

static int parse_percent(const char *value, int *ret_percent, struct complaint *complaint)
{
    unsigned long number;
    if (strcmp(value, "off") == 0) {
        *ret_percent = ENVIRONMENT_PERCENT_OFF;
        return 0;
    }
    if (!parse_number(value, strlen(value), PERCENT_MAX, &number) || number == 0)
        return refuse(complaint, "expected 'off' or a number from 1 to %d", PERCENT_MAX);
    *ret_percent = (int)number;
    return 0;
}

static int parse_mode(const char *value, bool *ret_is_mark, struct complaint *complaint)
{
    if (strcmp(value, "version") == 0)
        return refuse(complaint, "version mode is not built yet; the collector there is is 'mark'");
    if (strcmp(value, "mark") != 0)
        return refuse(complaint, "expected 'mark'");
    *ret_is_mark = true;
    return 0;
}

static int parse_text(const char *value, const char **ret_text, struct complaint *)
{
    *ret_text = value;
    return 0;
}

static int parse_log(const char *value, enum gcrt_log_level *ret_level, struct complaint *complaint)
{
    static const char *const names[] = {
        [GCRT_LOG_ERROR] = "error", [GCRT_LOG_WARNING] = "warning", [GCRT_LOG_INFO] = "info"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(value, names[i]) == 0) {
            *ret_level = (enum gcrt_log_level)i;
            return 0;
        }
    }
    return refuse(complaint, "expected 'error', 'warning' or 'info'");
}

static int parse_verify(const char *value, bool *ret_verify, struct complaint *complaint)
{
    *ret_verify = strcmp(value, "cycle") == 0;
    return *ret_verify ? 0 : refuse(complaint, "expected 'cycle'");
}

static int parse_fault(const char *value, enum invariant *ret_fault, struct complaint *complaint)
{
    static const char *const faults[] = {
#define X(name, title, text, fault, evidence) [INVARIANT_##name] = fault,
        INVARIANTS(X)
#undef X
    };
#define X(name, title, text, fault, evidence)                            \
    if (strcmp(value, #name) == 0 && faults[INVARIANT_##name] != NULL) { \
        *ret_fault = INVARIANT_##name;                                   \
        return 0;                                                        \
    }
    INVARIANTS(X)
#undef X
    return refuse(complaint, "expected the name of an invariant that can be broken: Q1, P1 or M3");
}

static bool parse_stress_item(const char *item, size_t length, struct environment_stress *stress)
{
    static const char collect[] = "collect=";
    unsigned long number;
    if (length == strlen("migrate") && memcmp(item, "migrate", length) == 0)
        return stress->migrate = true;
    if (length == strlen("barrier") && memcmp(item, "barrier", length) == 0)
        return stress->barrier = true;
    if (length < sizeof collect - 1 || memcmp(item, collect, sizeof collect - 1) != 0 ||
        !parse_number(item + sizeof collect - 1, length - (sizeof collect - 1), COLLECT_EVERY_MAX, &number) ||
        number == 0)
        return false;
    stress->collect_every = (unsigned)number;
    return true;
}

static int parse_stress(const char *value, struct environment_stress *ret_stress, struct complaint *complaint)
{
    for (const char *item = value; *item != '\0';) {
        size_t length = strcspn(item, ",");
        if (!parse_stress_item(item, length, ret_stress))
            return refuse(complaint, "'%.*s' is none of: collect=N, migrate, barrier", (int)length, item);
        item += length;
        item += *item == ',';
    }
    return 0;
}

/* ---- the table ---- */

static int complain(char *reterr, size_t reterr_bytes, const char *name, const char *value, const char *reason)
{
    snprintf(reterr, reterr_bytes, "GCRT_%s='%s': %s", name, value, reason);
    return -EINVAL;
}

static int parse_variable(const char *name, const char *value, struct environment *environment,
                          struct complaint *complaint)
{
#define X(NAME, field, kind, text) \
    if (strcmp(name, #NAME) == 0)  \
        return parse_##kind(value, &environment->field, complaint);
    GCRT_VARIABLES(X)
#undef X
    return refuse(complaint, "no such variable; there are"
#define X(NAME, field, kind, text) " GCRT_" #NAME
                  GCRT_VARIABLES(X)
#undef X
    );
}

int environment_read(const struct gcrt_options *options, struct environment *ret_environment, char *reterr,
                     size_t reterr_bytes)
{
    static const char prefix[] = "GCRT_";
    *ret_environment = (struct environment){
        .percent = 100, .is_mark = true, .fault = INVARIANT_COUNT, .log = GCRT_LOG_WARNING};
    if (options != NULL) {
        ret_environment->procs = options->procs;
        if (options->heap_percent != 0)
            ret_environment->percent = options->heap_percent < PERCENT_MAX ? (int)options->heap_percent : PERCENT_MAX;
    }
    /* Who started a program with raised privileges has no say in what it writes and where. */
    char **variables = getauxval(AT_SECURE) == 0 ? environ : NULL;
    for (char **variable = variables; variable != NULL && *variable != NULL; variable++) {
        const char *equals = strchr(*variable, '=');
        if (strncmp(*variable, prefix, sizeof prefix - 1) != 0 || equals == NULL)
            continue;
        char name[64], reason[200];
        snprintf(name, sizeof name, "%.*s", (int)(equals - *variable - (int)(sizeof prefix - 1)),
                 *variable + sizeof prefix - 1);
        struct complaint complaint = {reason, sizeof reason};
        if (parse_variable(name, equals + 1, ret_environment, &complaint) < 0)
            return complain(reterr, reterr_bytes, name, equals + 1, reason);
    }
    return 0;
}
