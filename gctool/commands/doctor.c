/* gctool doctor: what this machine and a program offer to a recording, and the fix for what they do not. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/output/output.h"
#include "gctool/process/machine.h"
#include "gctool/process/program.h"
#include "gctool/process/program_debug.h"
#include "gctool/verb.h"

static const char *const state_words[] = {[FINDING_OK] = "ok", [FINDING_LESS] = "less", [FINDING_WRONG] = "wrong"};

/* ---- libgcrt ---- */

/* Folders that hold libgcrt, from that of gctool itself: those of an installation, then that of a build. */
static const char *const library_places[] = {"../lib/x86_64-linux-gnu/libgcrt.so", "../lib/libgcrt.so",
                                             "../lib64/libgcrt.so", "../runtime/libgcrt.so"};

static void examine_library(struct findings *findings)
{
    char path[PATH_MAX], place[2 * PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        return;
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    for (size_t at = 0; at < sizeof library_places / sizeof *library_places; at++) {
        snprintf(place, sizeof place, "%s/%s", path, library_places[at]);
        char *real = realpath(place, NULL);
        if (!real)
            continue;
        findings_add(findings, "libgcrt", FINDING_OK, "%s", real);
        free(real);
        return;
    }
    findings_add(findings, "libgcrt", FINDING_LESS,
                 "not installed beside gctool: only programs that bring it run here");
    findings_fix(findings, "scripts/install PREFIX installs both");
}

/* ---- a program ---- */

static void put_error(struct findings *findings, const char *name, const struct error *error)
{
    findings_add(findings, name, FINDING_WRONG, "%s", error->message);
    if (error->hint[0] != '\0')
        findings_fix(findings, "%s", error->hint);
}

/* False: there is no such program to look at. */
static bool examine_program(const char *name, struct findings *findings)
{
    struct error error = {0};
    char *path;
    if (program_find(name, &path, &error) < 0) {
        put_error(findings, "program", &error);
        return false;
    }
    findings_add(findings, "program", FINDING_OK, "%s", path);
    int checked = program_check(path, &error);
    if (checked < 0)
        put_error(findings, "uses libgcrt", &error);
    else
        findings_add(findings, "uses libgcrt", FINDING_OK, "yes: 'gctool trace' records it");
    error = (struct error){0};
    if (checked == 0 && program_loader_check(path, &error) < 0)
        put_error(findings, "libraries", &error);
    else if (checked == 0)
        findings_add(findings, "libraries", FINDING_OK, "the loader finds all of them");
    if ((checked == 0 || checked == -ENOPKG) && program_debug_examine(path, findings, &error) < 0)
        put_error(findings, "symbols", &error);
    free(path);
    return true;
}

/* ---- */

static void put_finding(struct rows *rows, const struct finding *finding)
{
    rows_put_text(rows, finding->name);
    rows_put_text(rows, state_words[finding->state]);
    rows_put_text(rows, finding->text);
    rows_put_text(rows, finding->fix[0] != '\0' ? finding->fix : NULL);
}

static int tell(const struct findings *findings, struct output *output, const char *name, const char *title)
{
    struct rows rows;
    rows_start(&rows, name, title);
    rows_add_column(&rows, "name", "what", UNIT_TEXT);
    rows_add_column(&rows, "state", "state", UNIT_TEXT);
    rows_add_column(&rows, "text", "found", UNIT_TEXT);
    rows_add_column(&rows, "fix", "fix", UNIT_STACK);
    for (size_t at = 0; at < findings->count; at++)
        put_finding(&rows, &findings->items[at]);
    int error = output_rows(output, &rows);
    rows_free(&rows);
    return error;
}

static int run(const struct options *options, struct output *output, struct error *reterr)
{
    struct findings machine = {.count = 0}, program = {.count = 0};
    machine_examine(&machine);
    examine_library(&machine);
    const char *name = options->operands[0];
    bool is_there = name == NULL || examine_program(name, &program);
    output_start(output, "gctool.doctor.v1");
    int error = tell(&machine, output, "machine", "what this machine offers to a recording");
    if (error == 0 && name)
        error = tell(&program, output, "program", name);
    output_end(output);
    if (error < 0)
        return error_set(reterr, error, "out of memory while writing what was found");
    if (!is_there)
        return STATUS_FAILED;
    return findings_any_wrong(&machine) || findings_any_wrong(&program) ? STATUS_FOUND : STATUS_FINE;
}

static const struct option *const options[] = {&option_json, &option_color, NULL};

static const struct verb_status statuses[] = {
    {"0", "nothing is wrong; some of it may be 'less'"},
    {"1", "something is wrong: what is said there does not work"},
    {"2", "PROGRAM could not be looked at, or what was found could not be written"},
    {"3", "the command line is wrong"},
    {NULL, NULL},
};

const struct verb verb_doctor = {
    .name = "doctor",
    .summary = "what this machine and a program offer to a recording, and fixes",
    .operands = "[PROGRAM]",
    .operands_max = 1,
    .operand_kind = OPERAND_FILE,
    .options = options,
    .description =
        "Tries what libgcrt and 'gctool trace' need of this machine, and says for each whether it is there ('ok'), "
        "whether it works with less ('less'), or not ('wrong'), with the fix below it. Nothing is changed.\n\n"
        "PROGRAM is found as the shell would and is not run: does it use libgcrt, are its libraries found, do its "
        "functions have names and "
        "lines, can its call stacks be followed.",
    .statuses = statuses,
    .run = run,
};
