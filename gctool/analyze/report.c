/* See report.h. */
#include "gctool/analyze/report.h"

#include "gctool/analyze/completeness.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *report_choose_sections(struct report *report, const char *words)
{
    for (int section = 0; section < SECTION_COUNT; section++)
        report->sections[section] = !words && section != SECTION_lifetimes;
    while (words && *words) {
        size_t length = strcspn(words, ",");
        bool found = false;
        for (int section = 0; section < SECTION_COUNT; section++) {
            const char *name = section_name((enum report_section)section);
            if (strlen(name) == length && strncmp(words, name, length) == 0)
                found = report->sections[section] = true;
        }
        if (!found)
            return words;
        words += length + (words[length] == ',');
    }
    return NULL;
}

/* A path as the shell takes it: quoted unless it is plain. */
static void write_shell_word(const char *word, FILE *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++) {
        if (*word == '\'')
            fputs("'\\''", out);
        else if ((unsigned char)*word >= 0x20 && *word != 0x7f)
            fputc(*word, out);
        else
            fputc('?', out);
    }
    fputc('\'', out);
}

/* What a person would want to see now. */
static void write_next(const struct report *report, const struct model *model, FILE *out)
{
    struct completeness judged = completeness_judge(model);
    bool damaged = judged.reasons[COMPLETENESS_DAMAGED] || judged.reasons[COMPLETENESS_CUT];
    fprintf(out, "gctool %s ", damaged ? "verify" : "report");
    write_shell_word(report->path, out);
    if (damaged)
        return;
    if (!report->options.ranking.by_stack && model->alive_objects > 0)
        fputs(" --section alive,goroutines --stacks", out);
    else if (!report->sections[SECTION_lifetimes])
        fputs(" --section lifetimes", out);
    else
        fputs(" --json", out);
}

static int write_json(const struct report *report, struct model *model, FILE *out)
{
    fputs("{\n  \"schema\": \"" REPORT_SCHEMA "\"", out);
    for (int section = 0; section < SECTION_COUNT; section++) {
        if (!report->sections[section])
            continue;
        struct table table;
        int error = section_make((enum report_section)section, model, &report->options, &table);
        if (error < 0)
            return error;
        fprintf(out, ",\n  \"%s\": ", table.name);
        table_write_json(&table, out);
        table_free(&table);
    }
    char *next = NULL;
    size_t next_bytes;
    FILE *memory = open_memstream(&next, &next_bytes);
    if (!memory)
        return -ENOMEM;
    write_next(report, model, memory);
    if (fclose(memory) != 0) {
        free(next);
        return -ENOMEM;
    }
    fputs(",\n  \"next\": ", out);
    json_write_string(next, next_bytes, out);
    fputs("\n}\n", out);
    free(next);
    return 0;
}

int report_write(const struct report *report, struct model *model, FILE *out)
{
    if (report->json)
        return write_json(report, model, out);
    for (int section = 0; section < SECTION_COUNT; section++) {
        if (!report->sections[section])
            continue;
        struct table table;
        int error = section_make((enum report_section)section, model, &report->options, &table);
        if (error < 0)
            return error;
        if (section != SECTION_completeness || table_row_count(&table) > 0)
            table_write_text(&table, out);
        table_free(&table);
    }
    fputs("next: ", out);
    write_next(report, model, out);
    fputc('\n', out);
    return 0;
}

bool duration_parse(const char *text, uint64_t *ret_ns)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"m", 60e9}};
    char *end;
    if (!(*text >= '0' && *text <= '9') && *text != '.')
        return false;
    errno = 0;
    double value = strtod(text, &end);
    for (size_t at = 0; at < sizeof units / sizeof *units; at++) {
        if (strcmp(end, units[at].name) != 0)
            continue;
        double ns = value * units[at].ns;
        if (errno != 0 || !isfinite(ns) || ns < 0 || ns >= 1.8e19)
            return false;
        *ret_ns = (uint64_t)(ns + 0.5);
        return true;
    }
    return false;
}
