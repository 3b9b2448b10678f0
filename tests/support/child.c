#include "support/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void give_up(const char *what)
{
    fprintf(stderr, "child: %s: %s\n", what, strerror(errno));
    abort();
}

static void remove_runtime_variables(void)
{
    for (char **variable = environ; variable != NULL && *variable != NULL;) {
        char name[64];
        size_t length = strcspn(*variable, "=");
        if (strncmp(*variable, "GCRT_", 5) != 0 || length >= sizeof name) {
            variable++;
            continue;
        }
        memcpy(name, *variable, length);
        name[length] = '\0';
        unsetenv(name); /* the next one moves here */
    }
}

static void set_environment(const char *environment)
{
    remove_runtime_variables();
    char *list = strdup(environment != NULL ? environment : ""), *rest = list;
    for (char *item; (item = strsep(&rest, " ")) != NULL;) {
        char *equals = strchr(item, '=');
        if (equals == NULL)
            continue;
        *equals = '\0';
        setenv(item, equals + 1, 1);
    }
    free(list);
}

/* It handles these by going on with the next test, which is the parent's business. */
static void forget_cmocka(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_DFL);
}

__attribute__((noreturn)) static void be_child(int text_fd, const char *environment, int (*body)(void *arg), void *arg)
{
    dup2(text_fd, STDOUT_FILENO);
    dup2(text_fd, STDERR_FILENO);
    close(text_fd);
    setvbuf(stdout, NULL, _IONBF, 0);
    forget_cmocka();
    set_environment(environment);
    alarm(CHILD_SECONDS);
    exit(body(arg));
}

static void read_text(struct child *child, int text_fd)
{
    char beyond[4096];
    for (;;) {
        size_t room = CHILD_TEXT_BYTES - 1 - child->length;
        ssize_t count = room > 0 ? read(text_fd, child->text + child->length, room)
                                 : read(text_fd, beyond, sizeof beyond);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        child->length += room > 0 ? (size_t)count : 0;
    }
    child->text[child->length] = '\0';
}

void child_run(struct child *ret_child, const char *environment, int (*body)(void *arg), void *arg)
{
    int ends[2], wait_status;
    fflush(NULL);
    if (pipe(ends) < 0)
        give_up("pipe");
    pid_t pid = fork();
    if (pid < 0)
        give_up("fork");
    if (pid == 0) {
        close(ends[0]);
        be_child(ends[1], environment, body, arg);
    }
    close(ends[1]);
    ret_child->length = 0;
    read_text(ret_child, ends[0]);
    close(ends[0]);
    while (waitpid(pid, &wait_status, 0) < 0)
        if (errno != EINTR)
            give_up("waitpid");
    ret_child->status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
    ret_child->signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
}

bool child_says(const struct child *child, const char *part)
{
    if (strstr(child->text, part) != NULL)
        return true;
    fprintf(stderr, "not said: '%s', but (exit status %d, signal %d):\n%s\n", part, child->status, child->signal,
            child->text);
    return false;
}

void child_check_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: not true: %s\n", file, line, condition);
    _exit(CHILD_CHECK_STATUS);
}
