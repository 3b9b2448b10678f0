/* memory.h: the memory of a program that does not run: in a core, or in a process whose threads are held.
 *
 * A core has PT_LOAD segments; what of a file was only read is not dumped, but comes from the file, if it still is what it was.
 * A process is held from memory_hold_process() to memory_close(): every thread by ptrace, none of them signalled.
 */
#ifndef GCTOOL_PROCESS_MEMORY_H
#define GCTOOL_PROCESS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct error;
struct memory_core;

struct memory_mapping {
    uint64_t low, high;
    uint64_t file_offset;
    const char *path; /* "": none, or not known */
    bool readable, writable, shared;
};

struct memory_thread {
    int tid;
    int signal; /* it was about to be delivered, and is when the thread is let go; 0: none */
    struct user_regs_struct registers;
};

enum { MEMORY_NOTE_BYTES = 256, MEMORY_NAME_BYTES = 300 };

struct memory {
    struct memory_mapping *mappings; /* by address, not overlapping */
    size_t mapping_count, mapping_capacity;
    struct memory_thread *threads;
    size_t thread_count, thread_capacity;
    pid_t pid;                    /* 0: not known */
    uint64_t wall_ns;             /* of the instant; of a core, when its file was written */
    char name[MEMORY_NAME_BYTES]; /* for messages: "process 12", "core 'core.12'" */
    char note[MEMORY_NOTE_BYTES]; /* what is missing from it and why; "": nothing known */

    struct memory_core *core; /* NULL: a process */
    int fd;                   /* of a process: /proc/PID/mem */
};

/* Each: 0, or negative with `reterr`, and then nothing is open. -ENOEXEC: it is no core for x86-64. A core that was cut short is opened, with a note. */
[[nodiscard]] int memory_open_core(struct memory *memory, const char *path, struct error *reterr);
/* The bytes stay the caller's, and must stay until memory_close(). */
[[nodiscard]] int memory_open_core_bytes(struct memory *memory, const void *bytes, size_t size, const char *name,
                                         struct error *reterr);
/* -ESRCH no such process, -EPERM the kernel refuses, or another debugger has it. */
[[nodiscard]] int memory_hold_process(struct memory *memory, pid_t pid, struct error *reterr);

/* Lets the process run for so long, and holds it again. 0, or -ESRCH: it ended; no-op for a core. */
[[nodiscard]] int memory_let_run(struct memory *memory, long run_ns, struct error *reterr);

/* All of it, or false. */
[[nodiscard]] bool memory_read(const struct memory *memory, uint64_t address, void *to, size_t bytes);

/* A string, cut to `bytes` with its NUL; false and "": it cannot be read. */
bool memory_read_text(const struct memory *memory, uint64_t address, char *to, size_t bytes);

/* NULL: no thread has this id. */
const struct memory_thread *memory_find_thread(const struct memory *memory, int tid);

/* NULL: in none. */
const struct memory_mapping *memory_find_mapping(const struct memory *memory, uint64_t address);

/* -ENOMEM or 0. Of the sources. */
[[nodiscard]] int memory_add_mapping(struct memory *memory, const struct memory_mapping *mapping);
[[nodiscard]] int memory_add_thread(struct memory *memory, const struct memory_thread *thread);

void memory_close(struct memory *memory);

/* ---- of memory_core.c and memory_process.c ---- */

bool memory_core_read(const struct memory_core *core, uint64_t address, void *to, size_t bytes);
void memory_core_close(struct memory_core *take_core);
bool memory_process_read(const struct memory *memory, uint64_t address, void *to, size_t bytes);
void memory_process_close(struct memory *memory);

#endif
