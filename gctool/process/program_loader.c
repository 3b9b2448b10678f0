/* program_loader.c: which libraries the loader will not find, by asking it: only it knows its list of folders and its cache.
 *
 * With LD_TRACE_LOADED_OBJECTS it maps the libraries, lists them and runs nothing of them (its --list gives up at the first that is
 * missing). A loader that is not the C library's own is not asked, since it may be any program.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/process/elf_file.h"
#include "gctool/process/program.h"

extern char **environ;

static const char loader[] = "/lib64/ld-linux-x86-64.so.2";

/* Ours, by which the loader searches too, and its request to list only; the caller's to free. NULL: no memory. */
static char **make_environment(void)
{
    size_t count = 0;
    while (environ[count])
        count++;
    char **copy = calloc(count + 2, sizeof *copy);
    if (!copy)
        return NULL;
    copy[0] = (char *)(uintptr_t) "LD_TRACE_LOADED_OBJECTS=1";
    memcpy(copy + 1, environ, count * sizeof *copy);
    return copy;
}

static int spawn_loader(const char *path, int write_end, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return -error;
    char *arguments[] = {(char *)(uintptr_t)loader, (char *)(uintptr_t)path, NULL};
    char **environment = make_environment();
    error = environment ? posix_spawn_file_actions_adddup2(&actions, write_end, STDOUT_FILENO) : ENOMEM;
    if (error == 0)
        error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (error == 0)
        error = posix_spawn(ret_pid, loader, &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    return -error;
}

/* The first library of the list that is not found, or "". Lines are "\tNAME => not found". */
static void find_missing(FILE *list, char *ret_name, size_t bytes)
{
    char *line = NULL;
    size_t capacity = 0;
    ret_name[0] = '\0';
    while (getline(&line, &capacity, list) > 0) {
        char *arrow = strstr(line, " => not found");
        if (arrow && ret_name[0] == '\0')
            snprintf(ret_name, bytes, "%.*s", (int)(arrow - line - (line[0] == '\t')), line + (line[0] == '\t'));
    }
    free(line);
}

static int ask_loader(const char *path, char *ret_name, size_t bytes)
{
    int ends[2];
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    int error = spawn_loader(path, ends[1], &pid);
    close(ends[1]);
    FILE *list = error == 0 ? fdopen(ends[0], "r") : NULL;
    if (list) {
        find_missing(list, ret_name, bytes);
        fclose(list);
    } else {
        close(ends[0]);
    }
    if (error == 0)
        waitpid(pid, NULL, 0);
    return error;
}

int program_loader_check(const char *path, struct error *reterr)
{
    struct elf_file file;
    int code = elf_file_open(&file, path, reterr);
    if (code < 0)
        return code;
    bool is_asked = elf_file_has_loader(&file, loader);
    elf_file_close(&file);
    char name[256] = "";
    if (!is_asked || ask_loader(path, name, sizeof name) < 0 || name[0] == '\0')
        return 0;
    error_set(reterr, -ELIBACC, "'%s' does not start: the loader does not find %s", path, name);
    error_hint(reterr,
               "as root run ldconfig if its folder is one of the loader's; else set LD_LIBRARY_PATH to the folder, or "
               "link with -Wl,-rpath,FOLDER");
    return -ELIBACC;
}
