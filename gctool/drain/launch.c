/* See launch.h. */
#include "gctool/drain/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

static int read_byte(int fd)
{
    char byte;
    ssize_t count;
    do
        count = read(fd, &byte, 1);
    while (count < 0 && errno == EINTR);
    return count == 1 ? byte : -1;
}

__attribute__((noreturn)) static void be_program(int gate_fd, int result_fd, int rings_fd, int stdout_fd,
                                                 const char *path, char *const arguments[])
{
    char value[16];
    if (read_byte(gate_fd) < 0)
        _exit(125);
    if (stdout_fd != STDOUT_FILENO)
        dup2(stdout_fd, STDOUT_FILENO);
    snprintf(value, sizeof value, "%d", rings_fd);
    setenv("GCRT_TRACE", value, 1);
    execv(path, arguments);
    int error = errno;
    while (write(result_fd, &error, sizeof error) < 0 && errno == EINTR)
        ;
    _exit(126);
}

int launch_prepare(int rings_fd, int stdout_fd, const char *path, char *const arguments[], struct launch *ret_launch,
                   struct error *reterr)
{
    int gate[2], result[2];
    if (pipe2(gate, O_CLOEXEC) < 0)
        return error_set(reterr, -errno, "cannot start '%s': %s", path, strerror(errno));
    if (pipe2(result, O_CLOEXEC) < 0) {
        int code = error_set(reterr, -errno, "cannot start '%s': %s", path, strerror(errno));
        close(gate[0]);
        close(gate[1]);
        return code;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[1]); /* or it would keep its own gate open */
        be_program(gate[0], result[1], rings_fd, stdout_fd, path, arguments);
    }
    int error = errno;
    close(gate[0]);
    close(result[1]);
    *ret_launch = (struct launch){.pid = pid, .gate_fd = gate[1], .result_fd = result[0]};
    if (pid > 0)
        return 0;
    close(gate[1]);
    close(result[0]);
    return error_set(reterr, -error, "cannot start '%s': %s", path, strerror(error));
}

static void reap(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

int launch_start(struct launch *take_launch, const char *path, struct error *reterr)
{
    int error = 0;
    ssize_t count;
    while (write(take_launch->gate_fd, "g", 1) < 0 && errno == EINTR)
        ;
    close(take_launch->gate_fd);
    do
        count = read(take_launch->result_fd, &error, sizeof error);
    while (count < 0 && errno == EINTR);
    close(take_launch->result_fd);
    if (count != sizeof error)
        return 0; /* closed by exec */
    reap(take_launch->pid);
    return error_set(reterr, -error, "cannot run '%s': %s", path, strerror(error));
}

void launch_cancel(struct launch *take_launch)
{
    close(take_launch->gate_fd);
    close(take_launch->result_fd);
    reap(take_launch->pid);
}
