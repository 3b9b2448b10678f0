#include "gctool/process/dump_request.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "tracer/format/control.h"

enum {
    LOOK_NS = 2 * 1000 * 1000,
    ANSWER_SECONDS = 10, /* until the program must have begun; writing may take as long as it takes */
    RING_AGAIN_LOOKS = 50,
};

/* ---- finding the page ---- */

static bool is_control(int folder, const char *name)
{
    char link[64];
    static const char prefix[] = "/memfd:" CONTROL_NAME;
    ssize_t length = readlinkat(folder, name, link, sizeof link);
    return length >= (ssize_t)sizeof prefix - 1 && memcmp(link, prefix, sizeof prefix - 1) == 0;
}

static struct control *map(int folder, const char *name, pid_t pid)
{
    int fd = openat(folder, name, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    void *page = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page == MAP_FAILED)
        return NULL;
    struct control *control = page;
    if (control->magic == CONTROL_MAGIC && control->version == CONTROL_VERSION && control->pid == (uint32_t)pid)
        return control;
    munmap(page, CONTROL_BYTES);
    return NULL;
}

static int refuse(pid_t pid, int error, struct error *reterr)
{
    if (error == ENOENT) {
        error_set(reterr, -ESRCH, "cannot dump process %d: there is no such process", pid);
        return -ESRCH;
    }
    error_set(reterr, -error, "cannot dump process %d: %s", pid, strerror(error));
    if (error == EACCES || error == EPERM)
        error_hint(reterr, "run gctool as the same user as the program, or as root");
    return -error;
}

static int find(pid_t pid, struct control **ret_control, struct error *reterr)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return refuse(pid, errno, reterr);
    struct control *control = NULL;
    for (struct dirent *entry; control == NULL && (entry = readdir(folder)) != NULL;)
        if (is_control(dirfd(folder), entry->d_name))
            control = map(dirfd(folder), entry->d_name, pid);
    closedir(folder);
    *ret_control = control;
    if (control != NULL)
        return 0;
    error_set(reterr, -ENOPKG, "cannot dump process %d: it is no program on libgcrt, or has not begun to run", pid);
    error_hint(reterr, "'gctool doctor PROGRAM' tells whether a program uses libgcrt");
    return -ENOPKG;
}

/* ---- asking ---- */

static int ask(struct control *control, pid_t pid, const char *path, struct error *reterr)
{
    uint32_t state = atomic_load_explicit(&control->state, memory_order_relaxed);
    bool is_taken = state == CONTROL_ASKED || state == CONTROL_RUNNING;
    /* The path is written while nobody looks at it; two gctools at once are kept apart by the lock of the file that both would overwrite. */
    if (is_taken)
        return error_set(reterr, -EBUSY, "cannot dump process %d: another dump is being made", pid);
    memcpy(control->path, path, strlen(path) + 1);
    /* Release: pairs with the program's acquire: it sees the path. */
    if (!atomic_compare_exchange_strong_explicit(&control->state, &state, CONTROL_ASKED, memory_order_release,
                                                 memory_order_relaxed))
        return error_set(reterr, -EBUSY, "cannot dump process %d: another dump is being made", pid);
    return 0;
}

static int await(struct control *control, pid_t pid, struct error *reterr)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    for (long long looks = 0;; looks++) {
        /* Acquire: pairs with the release of program and child: answer and file are complete. */
        uint32_t state = atomic_load_explicit(&control->state, memory_order_acquire);
        if (state == CONTROL_DONE)
            return 0;
        if (state == CONTROL_FAILED)
            return error_set(reterr, -control->error, "cannot dump process %d: it could not write '%s': %s", pid,
                             control->path, strerror(control->error));
        if (looks % RING_AGAIN_LOOKS == 0 && kill(pid, state == CONTROL_ASKED ? SIGURG : 0) < 0)
            return error_set(reterr, -ECANCELED, "cannot dump process %d: it ended meanwhile", pid);
        if (state == CONTROL_ASKED && looks * LOOK_NS > ANSWER_SECONDS * 1000000000LL) {
            uint32_t asked = CONTROL_ASKED;
            if (!atomic_compare_exchange_strong(&control->state, &asked, CONTROL_IDLE))
                continue;
            error_set(reterr, -ETIMEDOUT, "cannot dump process %d: it does not answer", pid);
            error_hint(reterr, "it may be stopped, or blocked in the kernel: see /proc/%d/status", pid);
            return -ETIMEDOUT;
        }
        nanosleep(&pause, NULL);
    }
}

static int make_absolute(const char *path, char absolute[CONTROL_PATH_BYTES], struct error *reterr)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(reterr, -errno, "cannot write '%s': %s", path, strerror(errno));
    close(fd);
    char *real = realpath(path, NULL);
    if (real == NULL || strlen(real) >= CONTROL_PATH_BYTES) {
        free(real);
        return error_set(reterr, -ENAMETOOLONG, "cannot write '%s': its path is too long", path);
    }
    memcpy(absolute, real, strlen(real) + 1);
    free(real);
    return 0;
}

int dump_request(pid_t pid, const char *path, struct dump_answer *ret_answer, struct error *reterr)
{
    struct control *control = NULL;
    char absolute[CONTROL_PATH_BYTES];
    int error = find(pid, &control, reterr);
    if (error < 0)
        return error;
    error = make_absolute(path, absolute, reterr);
    if (error == 0)
        error = ask(control, pid, absolute, reterr);
    if (error == 0)
        error = await(control, pid, reterr);
    if (error == 0)
        ret_answer->pause_ns = control->pause_ns;
    munmap(control, CONTROL_BYTES);
    return error;
}
