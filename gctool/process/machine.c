/* See machine.h: one function a finding. */
#include "gctool/process/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/quantity.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* What the runtime asks for at most (runtime/heap, runtime/sched). */
#define HEAP_RESERVED_BYTES ((size_t)64 << 30)
enum { MAPPINGS_PER_STACK = 2, STACKS_PLENTY = 100000, FILES_FEW = 4096, PAGE_BYTES = 4096 };

/* The first line of a file of the kernel; false: there is none. */
static bool read_line(const char *path, char *ret_line, int line_bytes)
{
    FILE *file = fopen(path, "re");
    bool is_read = file && fgets(ret_line, line_bytes, file);
    if (file)
        fclose(file);
    if (is_read)
        ret_line[strcspn(ret_line, "\n")] = '\0';
    return is_read;
}

static long read_number(const char *path, long otherwise)
{
    char line[64];
    return read_line(path, line, sizeof line) ? strtol(line, NULL, 10) : otherwise;
}

static void examine_kernel(struct findings *findings)
{
    struct utsname name;
    uname(&name);
    bool is_x86_64 = strcmp(name.machine, "x86_64") == 0;
    findings_add(findings, "kernel", is_x86_64 ? FINDING_OK : FINDING_WRONG, "%s %s on %s", name.sysname, name.release,
                 name.machine);
    if (!is_x86_64)
        findings_fix(findings, "libgcrt is for x86-64 alone");
}

static void examine_processors(struct findings *findings)
{
    cpu_set_t mine;
    int usable = sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : 1;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    findings_add(findings, "processors", usable > 1 ? FINDING_OK : FINDING_LESS,
                 "%d of %ld usable: as many goroutines run at the same time", usable, online);
    if (usable == 1)
        findings_fix(findings, "allow more processors, as by 'taskset', to see what really runs in parallel");
}

/* Reading the clock is part of many events; without the processor's counter it is a system call. */
static void examine_clock(struct findings *findings)
{
    char source[64];
    if (!read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", source, sizeof source))
        return;
    bool is_fast = strcmp(source, "tsc") == 0 || strcmp(source, "kvm-clock") == 0 || strncmp(source, "hyperv", 6) == 0;
    findings_add(findings, "clock", is_fast ? FINDING_OK : FINDING_LESS, "clock source '%s'%s", source,
                 is_fast ? "" : ": reading the time is a system call, which makes recording slower");
    if (!is_fast)
        findings_fix(findings, "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource");
}

static bool try_guard(void)
{
    void *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return false;
    bool is_guarded = madvise(page, PAGE_BYTES, MADV_GUARD_INSTALL) == 0;
    munmap(page, PAGE_BYTES);
    return is_guarded;
}

static void examine_guards(struct findings *findings)
{
    if (try_guard()) {
        findings_add(findings, "stack guards", FINDING_OK, "MADV_GUARD_INSTALL: a goroutine's stack takes no mapping");
        return;
    }
    long mappings = read_number("/proc/sys/vm/max_map_count", 65530);
    char stacks[QUANTITY_TEXT_BYTES];
    quantity_count_format((uint64_t)mappings / MAPPINGS_PER_STACK, stacks);
    findings_add(
        findings, "stack guards", mappings / MAPPINGS_PER_STACK >= STACKS_PLENTY ? FINDING_OK : FINDING_LESS,
        "mprotect, as the kernel has no MADV_GUARD_INSTALL: vm.max_map_count %ld is enough for some %s goroutines",
        mappings, stacks);
    if (mappings / MAPPINGS_PER_STACK < STACKS_PLENTY)
        findings_fix(findings, "sysctl -w vm.max_map_count=1048576, or Linux 6.13");
}

static void examine_address_space(struct findings *findings)
{
    void *heap = mmap(NULL, HEAP_RESERVED_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                      -1, 0);
    if (heap != MAP_FAILED) {
        munmap(heap, HEAP_RESERVED_BYTES);
        findings_add(findings, "address space", FINDING_OK, "64 GiB can be reserved for the heap");
        return;
    }
    int reason = errno;
    long overcommit = read_number("/proc/sys/vm/overcommit_memory", 0);
    struct rlimit limit;
    bool is_limited = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    findings_add(findings, "address space", FINDING_LESS, "cannot reserve 64 GiB for the heap: %s; it will be smaller",
                 strerror(reason));
    if (is_limited)
        findings_fix(findings, "ulimit -v unlimited");
    else if (overcommit == 2)
        findings_fix(findings, "sysctl -w vm.overcommit_memory=0");
}

static void examine_memfd(struct findings *findings)
{
    int fd = memfd_create("gctool-doctor", MFD_CLOEXEC);
    void *memory = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, PAGE_BYTES) == 0)
        memory = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int reason = errno;
    if (memory != MAP_FAILED)
        munmap(memory, PAGE_BYTES);
    if (fd >= 0)
        close(fd);
    if (memory != MAP_FAILED) {
        findings_add(findings, "shared memory", FINDING_OK, "memfd_create: 'gctool trace' can record");
        return;
    }
    findings_add(findings, "shared memory", FINDING_WRONG, "memfd_create fails, so 'gctool trace' cannot record: %s",
                 strerror(reason));
    findings_fix(findings, "allow memfd_create in the container's seccomp profile");
}

static void examine_files(struct findings *findings)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    bool is_few = limit.rlim_cur < FILES_FEW;
    findings_add(findings, "open files", is_few ? FINDING_LESS : FINDING_OK, "at most %" PRIu64 ", sockets included",
                 (uint64_t)limit.rlim_cur);
    if (is_few)
        findings_fix(findings, "ulimit -n %" PRIu64, limit.rlim_max < FILES_FEW ? FILES_FEW : (uint64_t)limit.rlim_max);
}

static void examine_file_size(struct findings *findings)
{
    struct rlimit limit;
    char bytes[QUANTITY_TEXT_BYTES];
    if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
        return;
    if (limit.rlim_cur == RLIM_INFINITY) {
        findings_add(findings, "file size", FINDING_OK, "not limited");
        return;
    }
    findings_add(findings, "file size", FINDING_LESS, "a trace ends at %s",
                 quantity_bytes_format(limit.rlim_cur, bytes));
    findings_fix(findings, "ulimit -f unlimited");
}

/* A crash is looked into by a core or by a debugger: where the one goes, and whether the other may attach. */
static void examine_cores(struct findings *findings)
{
    char pattern[256];
    struct rlimit limit;
    if (!read_line("/proc/sys/kernel/core_pattern", pattern, sizeof pattern) || getrlimit(RLIMIT_CORE, &limit) < 0)
        return;
    if (pattern[0] == '|') {
        findings_add(findings, "cores", FINDING_OK, "given to '%s'", pattern + 1);
    } else if (limit.rlim_cur == 0) {
        findings_add(findings, "cores", FINDING_LESS, "not written: the limit is 0");
        findings_fix(findings, "ulimit -c unlimited");
    } else {
        findings_add(findings, "cores", FINDING_OK, "written to '%s'", pattern);
    }
}

static void examine_ptrace(struct findings *findings)
{
    long scope = read_number("/proc/sys/kernel/yama/ptrace_scope", 0);
    static const char *const texts[] = {"can attach to any program of the same user", "can attach to what it started",
                                        "can attach as root alone", "cannot attach at all"};
    if (scope < 0 || scope > 3)
        return;
    findings_add(findings, "debuggers", scope < 2 ? FINDING_OK : FINDING_LESS, "%s", texts[scope]);
    if (scope == 2)
        findings_fix(findings, "sysctl -w kernel.yama.ptrace_scope=1");
    else if (scope == 3)
        findings_fix(findings, "set kernel.yama.ptrace_scope to 1 and start the machine anew");
}

void machine_examine(struct findings *findings)
{
    examine_kernel(findings);
    examine_processors(findings);
    examine_clock(findings);
    examine_guards(findings);
    examine_address_space(findings);
    examine_memfd(findings);
    examine_files(findings);
    examine_file_size(findings);
    examine_cores(findings);
    examine_ptrace(findings);
}
