/* See pager.h. */
#include "gctool/output/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *pager_command(void)
{
    const char *command = getenv("GCTOOL_PAGER");
    if (!command)
        command = getenv("PAGER");
    if (!command)
        command = "less -FRX";
    return *command == '\0' || strcmp(command, "cat") == 0 ? NULL : command;
}

/* `read_end` becomes the pager's standard input. 0 or an errno value. */
static int start(const char *command, int read_end, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    char *const argv[] = {strdup("sh"), strdup("-c"), strdup(command), NULL};
    error = argv[0] && argv[1] && argv[2] ? posix_spawn_file_actions_adddup2(&actions, read_end, STDIN_FILENO) : ENOMEM;
    if (error == 0)
        error = posix_spawn(ret_pid, "/bin/sh", &actions, NULL, argv, environ);
    for (int at = 0; argv[at]; at++)
        free(argv[at]);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

pid_t pager_open(FILE **file)
{
    const char *command = pager_command();
    int ends[2];
    pid_t pid;
    if (!command || pipe2(ends, O_CLOEXEC) < 0)
        return 0;
    FILE *stream = fdopen(ends[1], "w");
    if (!stream || start(command, ends[0], &pid) != 0) {
        if (stream)
            fclose(stream);
        else
            close(ends[1]);
        close(ends[0]);
        return 0;
    }
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN); /* leaving the pager early ends nothing: what is still written is dropped */
    *file = stream;
    return pid;
}

void pager_close(pid_t pager, FILE *take_file)
{
    fclose(take_file);
    while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
        ;
}
