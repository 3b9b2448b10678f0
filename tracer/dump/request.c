/* Dumps on request through the control page (control.h), and at the end of the run (GCRT_HEAPDUMP). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "observe/inspect.h"
#include "observe/observe.h"
#include "tracer/dump/dump.h"
#include "tracer/format/control.h"

static struct control *control; /* NULL: the system gave us none; then there are no requests */
static char end_path[PATH_MAX]; /* where to at the end of the run; "": nowhere */
static pid_t child;             /* that writes what was asked for; 0: none */

/* ---- in the child ---- */

/* Sockets and files of the program must not stay open for as long as we write. */
static void keep_only(int fd)
{
    if (fd > 0)
        close_range(0, (unsigned)fd - 1, 0);
    close_range((unsigned)fd + 1, UINT_MAX, 0);
}

static int write_dump(const char *path, uint32_t pid)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    keep_only(fd);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    gcrt_inspector.settle();
    int error = dump_write(fd, &(struct dump_options){pid, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec});
    if (close(fd) < 0 && error == 0)
        error = -errno;
    return error;
}

/* ---- on request ---- */

static void fail(int error)
{
    control->error = error;
    /* Release: pairs with gctool's acquire: the error is written. */
    atomic_store_explicit(&control->state, CONTROL_FAILED, memory_order_release);
}

static void run_child(void)
{
    int error = write_dump(control->path, control->pid);
    if (error < 0)
        fail(-error);
    else /* Release: as in fail(); the file is complete. */
        atomic_store_explicit(&control->state, CONTROL_DONE, memory_order_release);
    _exit(0);
}

static void begin(void)
{
    control->path[CONTROL_PATH_BYTES - 1] = '\0';
    atomic_store_explicit(&control->state, CONTROL_RUNNING,
                          memory_order_relaxed); /* relaxed: of interest to nobody but the child */
    uint64_t pause_ns = 0;
    child = gcrt_inspector.fork(&pause_ns);
    if (child == 0)
        run_child();
    if (child < 0) {
        fail(-child);
        child = 0;
        return;
    }
    control->pause_ns = pause_ns;
}

/* A child that died without having said how it went. */
static void end_child(void)
{
    if (waitpid(child, NULL, WNOHANG) == 0)
        return;
    child = 0;
    if (atomic_load_explicit(&control->state, memory_order_relaxed) == CONTROL_RUNNING)
        fail(ECHILD);
}

static bool look(void)
{
    if (control == NULL)
        return false;
    if (child != 0)
        end_child();
    /* Acquire: pairs with gctool's release: the path is written. */
    else if (atomic_load_explicit(&control->state, memory_order_acquire) == CONTROL_ASKED)
        begin();
    return child != 0;
}

/* ---- at the end ---- */

static void run_end(void)
{
    if (end_path[0] == '\0')
        return;
    uint32_t pid = (uint32_t)getpid();
    pid_t writer = _Fork();
    if (writer == 0)
        _exit(-write_dump(end_path, pid));
    int status = 0;
    if (writer > 0)
        while (waitpid(writer, &status, 0) < 0 && errno == EINTR)
            ;
    int error = writer < 0 ? errno : WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
    if (error != 0)
        dprintf(STDERR_FILENO, "gcrt: GCRT_HEAPDUMP: cannot write '%s': %s\n", end_path, strerror(error));
}

/* ---- */

/* %p is the process id; relative to where the program was started. */
static int take_end_path(const char *value, char *reterr, size_t reterr_bytes)
{
    const char *percent = strstr(value, "%p");
    int length = percent == NULL ? snprintf(end_path, sizeof end_path, "%s", value)
                                 : snprintf(end_path, sizeof end_path, "%.*s%d%s", (int)(percent - value), value,
                                            getpid(), percent + 2);
    if (length > 0 && (size_t)length < sizeof end_path)
        return 0;
    snprintf(reterr, reterr_bytes, "not the path of a file");
    return -EINVAL;
}

static void make_control(void)
{
    int fd = memfd_create(CONTROL_NAME, MFD_CLOEXEC);
    if (fd < 0)
        return;
    void *page = ftruncate(fd, CONTROL_BYTES) < 0
                     ? MAP_FAILED
                     : mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) {
        close(fd);
        return;
    }
    control = page; /* the descriptor stays open: gctool finds the page by it */
    control->version = CONTROL_VERSION;
    control->pid = (uint32_t)getpid();
    control->magic = CONTROL_MAGIC;
}

static int dumper_open(const char *at_end, char *reterr, size_t reterr_bytes)
{
    make_control();
    return at_end != NULL ? take_end_path(at_end, reterr, reterr_bytes) : 0;
}

__attribute__((constructor)) static void dumper_register(void)
{
    static const struct observe_dumper dumper = {.open = dumper_open, .look = look, .run_end = run_end};
    observe_register_dumper(&dumper);
}
