/* memory_process.c: memory of a live process, whose threads are held by ptrace.
 *
 * PTRACE_SEIZE and PTRACE_INTERRUPT stop a thread without a signal, so the program's handlers see nothing of it. A thread that was started while
 * others are being held is found by looking again until a look finds no new one. When gctool ends, in whatever way, the kernel lets all go.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/process/memory.h"

enum { PATH_BYTES_MAX = 4096, LOOKS_MAX = 100 };

bool memory_process_read(const struct memory *memory, uint64_t address, void *to, size_t bytes)
{
    struct iovec local = {to, bytes}, remote = {(void *)(uintptr_t)address, bytes};
    if (process_vm_readv(memory->pid, &local, 1, &remote, 1, 0) == (ssize_t)bytes)
        return true;
    /* Filters of system calls know the one and not the other. */
    return memory->fd >= 0 && pread(memory->fd, to, bytes, (off_t)address) == (ssize_t)bytes;
}

static int refuse(const struct memory *memory, int error, struct error *reterr)
{
    if (error == ESRCH) {
        error_set(reterr, -ESRCH, "cannot look into %s: there is no such process, or it ended meanwhile", memory->name);
        return -ESRCH;
    }
    error_set(reterr, -error, "cannot look into %s: ptrace is refused: %s", memory->name, strerror(error));
    error_hint(reterr, "another debugger may have it; else run gctool as the same user or as root, and see "
                       "/proc/sys/kernel/yama/ptrace_scope");
    return -error;
}

/* ---- threads ---- */

/* 0, 1: it is held; -errno. A thread that ended is not held, and no error. A signal may come before our stop, and must not be lost. */
static int await_stop(int tid, int *ret_signal)
{
    int status;
    while (waitpid(tid, &status, __WALL) < 0)
        if (errno != EINTR)
            return errno == ECHILD ? 0 : -errno;
    if (!WIFSTOPPED(status))
        return 0;
    *ret_signal = status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status);
    return 1;
}

static int hold_thread(struct memory *memory, int tid)
{
    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0)
        return errno == ESRCH ? 0 : -errno;
    if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) < 0)
        return errno == ESRCH ? 0 : -errno;
    struct memory_thread thread = {.tid = tid};
    int held = await_stop(tid, &thread.signal);
    if (held <= 0)
        return held;
    if (ptrace(PTRACE_GETREGS, tid, NULL, &thread.registers) < 0)
        return errno == ESRCH ? 0 : -errno;
    return memory_add_thread(memory, &thread);
}

/* How many were not held before, or -errno. */
static int hold_new(struct memory *memory)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", memory->pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return errno == ENOENT ? -ESRCH : -errno;
    int found = 0, error = 0;
    for (struct dirent *entry; error == 0 && (entry = readdir(folder)) != NULL;) {
        int tid = atoi(entry->d_name);
        if (tid <= 0 || memory_find_thread(memory, tid) != NULL)
            continue;
        size_t before = memory->thread_count;
        error = hold_thread(memory, tid);
        found += memory->thread_count > before;
    }
    closedir(folder);
    return error < 0 ? error : found;
}

static int hold_all(struct memory *memory)
{
    int found = 1;
    for (int looks = 0; found > 0 && looks < LOOKS_MAX; looks++)
        found = hold_new(memory);
    if (found < 0)
        return found;
    return memory->thread_count > 0 ? 0 : -ESRCH;
}

static void release(struct memory *memory)
{
    for (size_t i = 0; i < memory->thread_count; i++)
        ptrace(PTRACE_DETACH, memory->threads[i].tid, NULL, (void *)(intptr_t)memory->threads[i].signal);
    memory->thread_count = 0;
}

/* ---- mappings ---- */

static void free_paths(struct memory *memory)
{
    for (size_t i = 0; i < memory->mapping_count; i++)
        if (memory->mappings[i].path[0] != '\0')
            free((void *)(uintptr_t)memory->mappings[i].path);
    memory->mapping_count = 0;
}

/* "low-high rwxp offset device inode   path" */
static int add_line(struct memory *memory, char *line)
{
    unsigned long long low, high, offset;
    char rights[5];
    int at = 0;
    if (sscanf(line, "%llx-%llx %4s %llx %*s %*s %n", &low, &high, rights, &offset, &at) < 4)
        return 0;
    line[strcspn(line, "\n")] = '\0';
    struct memory_mapping mapping = {.low = low,
                                     .high = high,
                                     .file_offset = offset,
                                     .path = "",
                                     .readable = rights[0] == 'r',
                                     .writable = rights[1] == 'w',
                                     .shared = rights[3] == 's'};
    if (line[at] != '\0' && (mapping.path = strdup(line + at)) == NULL)
        return -ENOMEM;
    int error = memory_add_mapping(memory, &mapping);
    if (error < 0 && mapping.path[0] != '\0')
        free((void *)(uintptr_t)mapping.path);
    return error;
}

static int read_mappings(struct memory *memory)
{
    char path[64], line[PATH_BYTES_MAX + 128];
    snprintf(path, sizeof path, "/proc/%d/maps", memory->pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT ? -ESRCH : -errno;
    free_paths(memory);
    int error = 0;
    while (error == 0 && fgets(line, sizeof line, file) != NULL)
        error = add_line(memory, line);
    fclose(file);
    return error;
}

static int hold(struct memory *memory, struct error *reterr)
{
    struct timespec now;
    int error = hold_all(memory);
    if (error == 0)
        error = read_mappings(memory);
    clock_gettime(CLOCK_REALTIME, &now);
    memory->wall_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    return error < 0 ? refuse(memory, -error, reterr) : 0;
}

int memory_hold_process(struct memory *memory, pid_t pid, struct error *reterr)
{
    char path[64];
    *memory = (struct memory){.pid = pid, .fd = -1};
    snprintf(memory->name, sizeof memory->name, "process %d", pid);
    int error = hold(memory, reterr);
    if (error < 0) {
        memory_close(memory);
        return error;
    }
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    memory->fd = open(path, O_RDONLY | O_CLOEXEC);
    return 0;
}

int memory_let_run(struct memory *memory, long run_ns, struct error *reterr)
{
    if (memory->core != NULL)
        return 0;
    const struct timespec moment = {.tv_nsec = run_ns};
    release(memory);
    nanosleep(&moment, NULL);
    return hold(memory, reterr);
}

void memory_process_close(struct memory *memory)
{
    release(memory);
    free_paths(memory);
    if (memory->fd >= 0)
        close(memory->fd);
}
