#include "gctool/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/model/heap_load.h"
#include "gctool/options.h"
#include "gctool/output/diagnostic.h"
#include "gctool/process/dump_request.h"
#include "gctool/process/memory.h"
#include "gctool/process/symbolizer.h"
#include "gctool/remote/remote_snapshot.h"

/* Files that are gone or were changed name nothing, which the report shows by itself: addresses without names. */
static int add_modules(struct snapshot *snapshot, struct symbolizer *symbolizer)
{
    for (size_t i = 0; i < snapshot->module_count; i++) {
        const struct snapshot_module *module = &snapshot->modules[i];
        int error = stacks_add_module(&snapshot->stacks, module->bias, module->start, module->end, module->path);
        if (error == 0)
            error = symbolizer_add_module(symbolizer, module->bias, module->start, module->end, module->build_id,
                                          module->build_id_bytes, module->path, NULL);
        if (error == -ENOMEM)
            return error;
    }
    return 0;
}

static int name_address(struct snapshot *snapshot, struct symbolizer *symbolizer, uint64_t pc)
{
    size_t known;
    if (stacks_frames_of(&snapshot->stacks, pc, &known) != NULL && known > 0)
        return 0;
    const struct trace_frame *found;
    size_t count = symbolizer_find(symbolizer, pc, &found);
    struct stack_frame frames[TRACE_FRAMES_MAX];
    for (size_t i = 0; i < count; i++)
        frames[i] = (struct stack_frame){
            .function = found[i].function, .file = found[i].file, .line = found[i].line, .inlined = i + 1 < count};
    return count > 0 ? stacks_add_frames(&snapshot->stacks, pc, frames, count) : 0;
}

static int name_addresses(struct snapshot *snapshot, struct symbolizer *symbolizer)
{
    int error = 0;
    for (size_t i = 1; i < snapshot->stacks.context_count && error == 0; i++)
        if (snapshot->stacks.contexts[i].pc != 0)
            error = name_address(snapshot, symbolizer, snapshot->stacks.contexts[i].pc);
    for (size_t i = 0; i < snapshot->goroutine_count && error == 0; i++) /* as if called from there */
        error = name_address(snapshot, symbolizer, snapshot->goroutines[i].function + 1);
    return error;
}

static int symbolize(struct target *target)
{
    target->symbolizer = symbolizer_new();
    if (target->symbolizer == NULL)
        return -ENOMEM;
    int error = snapshot_intern_stacks(target->snapshot);
    if (error == 0)
        error = add_modules(target->snapshot, target->symbolizer);
    if (error == 0)
        error = name_addresses(target->snapshot, target->symbolizer);
    return error;
}

static bool is_pid(const char *word, pid_t *ret_pid)
{
    char *end;
    errno = 0;
    long number = strtol(word, &end, 10);
    *ret_pid = (pid_t)number;
    return errno == 0 && end != word && *end == '\0' && number > 0 && number <= INT32_MAX;
}

/* A dump that nobody keeps. */
static int load_asked(pid_t pid, struct target *target, struct error *reterr)
{
    char path[PATH_MAX];
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/gctool-XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0)
        return error_set(reterr, -errno, "cannot make the file '%s': %s", path, strerror(errno));
    close(fd);
    struct dump_answer answer;
    int error = dump_request(pid, path, &answer, reterr);
    if (error == 0)
        error = heap_load(path, &target->snapshot, &target->file, reterr);
    unlink(path);
    return error;
}

/* Reads what is held or dumped, lets it go, and says what it lacks. */
static int load_memory(struct memory *memory, struct target *target, struct error *reterr)
{
    char note[REMOTE_NOTE_BYTES];
    int error = remote_snapshot(memory, &target->snapshot, note, reterr);
    if (error == 0 && note[0] != '\0')
        diagnostic_warning("%s: %s", memory->name, note);
    memory_close(memory);
    return error;
}

static int load_held(pid_t pid, struct target *target, struct error *reterr)
{
    struct memory memory;
    int error = memory_hold_process(&memory, pid, reterr);
    return error < 0 ? error : load_memory(&memory, target, reterr);
}

/* One that does not answer is held and read; when that fails as well, the first reason is told. */
static int load_process(pid_t pid, struct target *target, struct error *reterr)
{
    int error = load_asked(pid, target, reterr);
    if (error == 0 || error == -ESRCH || error == -ECANCELED)
        return error;
    return load_held(pid, target, NULL) == 0 ? 0 : error;
}

static bool is_elf(const char *path)
{
    char magic[4] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    ssize_t bytes = pread(fd, magic, sizeof magic, 0);
    close(fd);
    return bytes == sizeof magic && memcmp(magic, "\177ELF", sizeof magic) == 0;
}

static int load_file(const char *path, struct target *target, struct error *reterr)
{
    struct memory memory;
    if (strcmp(path, "-") == 0 || !is_elf(path)) {
        int error = heap_load(path, &target->snapshot, &target->file, reterr);
        if (error == 0 && !target->snapshot->complete)
            diagnostic_warning("'%s' is not whole: 'gctool verify' says what is missing", path);
        return error;
    }
    int error = memory_open_core(&memory, path, reterr);
    return error < 0 ? error : load_memory(&memory, target, reterr);
}

static int load(const char *word, bool by_ptrace, struct target *target, struct error *reterr)
{
    pid_t pid;
    *target = (struct target){0};
    if (!is_pid(word, &pid))
        return load_file(word, target, reterr);
    return by_ptrace ? load_held(pid, target, reterr) : load_process(pid, target, reterr);
}

static int load_and_name(const char *word, bool by_ptrace, struct target *ret_target, struct error *reterr)
{
    int error = load(word, by_ptrace, ret_target, reterr);
    if (error < 0)
        return error;
    error = symbolize(ret_target);
    if (error < 0) {
        target_close(ret_target);
        return error_set(reterr, error, "cannot name the addresses in '%s': out of memory", word);
    }
    return 0;
}

int target_open(const char *word, struct target *ret_target, struct error *reterr)
{
    return load_and_name(word, false, ret_target, reterr);
}

int target_open_operand(const struct options *options, struct target *ret_target, struct error *reterr)
{
    return load_and_name(options->operands[0], options_given(options, &option_ptrace), ret_target, reterr);
}

void target_close(struct target *target)
{
    snapshot_free(target->snapshot);
    symbolizer_free(target->symbolizer);
    *target = (struct target){0};
}
