/* The report of a crash, section by section. A section that faults ends there, says so, and the next one begins. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "observe/inspect.h"
#include "observe/observe.h"
#include "platform/text.h"
#include "tracer/crash/code_map.h"
#include "tracer/crash/crash_output.h"
#include "tracer/crash/crash_stack.h"
#include "tracer/inside/modules_block.h"

#define FREEZE_NS ((int64_t)100 * 1000 * 1000)
enum { CODE_BYTES_BEFORE = 32, CODE_BYTES_AFTER = 48, MEANING_BYTES = 200, NAMES_MAX = 256 };

static char directory[PATH_MAX]; /* absolute; "": no record */
static char record_path[PATH_MAX + 32];
static const struct observe_crash *crash;
static struct inspect_goroutine current; /* the goroutine that crashed */
static bool has_current;
static struct crash_registers registers;
static uintptr_t frames[CRASH_FRAMES_MAX];

/* ---- guarded sections ---- */

static sigjmp_buf end_of_section;
static volatile bool in_section;
static volatile int section_signal;
static volatile unsigned faulted_count;

/* "SIGSEGV", as strsignal() has it only for the eyes. */
static const char *signal_name(int signal_number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGILL, "SIGILL"}, {SIGFPE, "SIGFPE"}, {SIGABRT, "SIGABRT"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == signal_number)
            return names[i].name;
    return "signal";
}

static void fault(int signal_number)
{
    if (!in_section)
        return;
    section_signal = signal_number;
    siglongjmp(end_of_section, 1);
}

static void section(const char *title, void (*write_section)(void))
{
    if (sigsetjmp(end_of_section, 1) == 0) {
        in_section = true;
        if (title != NULL)
            crash_output_section(title);
        write_section();
    } else {
        char text[100];
        faulted_count = faulted_count + 1;
        snprintf(text, sizeof text, "[this section ended with %s]", signal_name(section_signal));
        crash_output_line(text);
    }
    in_section = false;
}

/* ---- names of the runtime's numbers ---- */

static struct inspect_name statuses[NAMES_MAX], wait_reasons[NAMES_MAX];

static void take_name(const struct inspect_name *name, void *table)
{
    ((struct inspect_name *)table)[name->code] = *name;
}

static void add_name(struct text *text, const struct inspect_name *name)
{
    text_add(text, name->text != NULL ? name->text : "unknown");
}

/* 'goroutine 12 [waiting: receive, 3 s] worker, started at main.c:17' */
static void add_title(struct text *title, const struct inspect_goroutine *goroutine, const char *state)
{
    text_add(title, "goroutine ");
    text_add_decimal(title, goroutine->id);
    text_add(title, " [");
    text_add(title, state);
    text_add(title, "]");
    if (goroutine->name != NULL) {
        text_add(title, " ");
        text_add(title, goroutine->name);
    }
    if (goroutine->site != NULL) {
        text_add(title, goroutine->name != NULL ? ", started at " : " started at ");
        text_add(title, goroutine->site);
    }
    text_add_end(title);
}

/* ---- sections ---- */

static void prepare(void)
{
    const greg_t *saved = crash->context->uc_mcontext.gregs;
    registers = (struct crash_registers){
        .pc = (uintptr_t)saved[REG_RIP], .sp = (uintptr_t)saved[REG_RSP], .frame = (uintptr_t)saved[REG_RBP]};
    code_map_read();
    has_current = gcrt_inspector.current(&current);
    gcrt_inspector.statuses(take_name, statuses);
    gcrt_inspector.wait_reasons(take_name, wait_reasons);
}

static void write_notes(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    crash_output_note("program", path);
}

static void write_modules(void)
{
    if (record_path[0] != '\0')
        modules_block_write();
}

static const char *cause(const siginfo_t *signal)
{
    uintptr_t address = (uintptr_t)signal->si_addr;
    if (signal->si_code <= 0)
        return signal->si_pid == getpid() ? "sent by the program itself" : "sent by another process";
    switch (signal->si_signo) {
    case SIGFPE:
        return signal->si_code == FPE_INTDIV ? "an integer divided by 0" : "arithmetic";
    case SIGILL:
        return "no instruction that the processor knows";
    case SIGSEGV:
        if (signal->si_code == SI_KERNEL)
            return "an address that no memory can have";
        if (address == registers.pc)
            return "a jump to where no code is";
        if (address < 4096)
            return "a null pointer";
        return signal->si_code == SEGV_ACCERR ? "memory that may not be used so" : "an address without memory";
    default:
        return "";
    }
}

static void write_signal(void)
{
    crash_output_text("signal", signal_name(crash->signal->si_signo));
    crash_output_text("cause", cause(crash->signal));
    if (crash->signal->si_code > 0) {
        char meaning[MEANING_BYTES] = "";
        gcrt_inspector.describe((uintptr_t)crash->signal->si_addr, meaning, sizeof meaning);
        crash_output_word("address", (uintptr_t)crash->signal->si_addr, meaning);
    } else {
        crash_output_number("sender", (uint64_t)crash->signal->si_pid);
    }
    crash_output_number("process", (uint64_t)getpid());
    crash_output_number("thread", (uint64_t)gettid());
    crash_output_number("cycle", gcrt_inspector.cycle());
}

static void write_verdict(void)
{
    if (crash->verdict != NULL) {
        crash_output_verdict(crash->verdict, true);
        return;
    }
    struct text verdict = {0};
    text_add(&verdict, "fatal error: ");
    text_add(&verdict, signal_name(crash->signal->si_signo));
    text_add(&verdict, ", ");
    text_add(&verdict, cause(crash->signal));
    text_add_end(&verdict);
    crash_output_verdict(verdict.bytes, false);
}

static void write_evidence(void)
{
    crash->evidence(crash_output_line);
}

/* Of a thread that runs no goroutine, or not on its stack: the mapping in which its stack pointer lies. */
static void find_bounds(uintptr_t sp, uintptr_t *ret_low, uintptr_t *ret_high)
{
    *ret_low = current.stack_low;
    *ret_high = current.stack_high;
    if (!has_current || sp < current.stack_low || sp >= current.stack_high)
        code_map_stack_of(sp, ret_low, ret_high);
}

static void write_crashing_stack(void)
{
    struct text title = {0};
    uintptr_t low, high;
    size_t count;
    bool is_fault = crash->frame == NULL;
    registers.bottom = has_current ? current.pc : 0;
    find_bounds(is_fault ? registers.sp : (uintptr_t)crash->frame, &low, &high);
    if (is_fault)
        count = crash_stack_walk_fault(&registers, low, high, frames, CRASH_FRAMES_MAX);
    else
        count = crash_stack_walk((uintptr_t)crash->frame, low, high, frames, CRASH_FRAMES_MAX);
    if (has_current) {
        add_title(&title, &current, "running");
    } else {
        text_add(&title, "a thread, on no goroutine's stack");
        text_add_end(&title);
    }
    crash_output_stack(title.bytes, frames, count, is_fault);
}

static void write_registers(void)
{
    static const struct {
        const char *name;
        int index;
    } table[] = {
        {"rip", REG_RIP}, {"rsp", REG_RSP}, {"rbp", REG_RBP}, {"rax", REG_RAX}, {"rbx", REG_RBX}, {"rcx", REG_RCX},
        {"rdx", REG_RDX}, {"rsi", REG_RSI}, {"rdi", REG_RDI}, {"r8", REG_R8},   {"r9", REG_R9},   {"r10", REG_R10},
        {"r11", REG_R11}, {"r12", REG_R12}, {"r13", REG_R13}, {"r14", REG_R14}, {"r15", REG_R15}, {"eflags", REG_EFL},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char meaning[MEANING_BYTES] = "";
        uintptr_t word = (uintptr_t)crash->context->uc_mcontext.gregs[table[i].index];
        gcrt_inspector.describe(word, meaning, sizeof meaning);
        crash_output_word(table[i].name, word, meaning);
    }
}

/* As much of it as lies in one mapping of code. */
static __attribute__((no_sanitize("address"))) void write_code(void)
{
    static uint8_t bytes[CODE_BYTES_BEFORE + CODE_BYTES_AFTER];
    uintptr_t from = registers.pc, to = registers.pc;
    while (registers.pc - from < CODE_BYTES_BEFORE && code_map_has(from - 1))
        from--;
    while (to - registers.pc < CODE_BYTES_AFTER && code_map_has(to))
        to++;
    for (uintptr_t at = from; at < to; at++)
        bytes[at - from] = *(const uint8_t *)at;
    if (to > registers.pc)
        crash_output_code(from, registers.pc, bytes, to - from);
    else
        crash_output_line("there is no code");
}

static void write_goroutine(const struct inspect_goroutine *goroutine, void *)
{
    if (has_current && goroutine->id == current.id)
        return;
    struct text state = {0}, title = {0};
    add_name(&state, &statuses[goroutine->status]);
    if (statuses[goroutine->status].flags & INSPECT_STATUS_WAITING) {
        text_add(&state, ": ");
        add_name(&state, &wait_reasons[goroutine->wait_reason]);
    }
    text_add_end(&state);
    add_title(&title, goroutine, state.bytes);
    size_t count = 0;
    if (goroutine->pc != 0) {
        frames[0] = goroutine->pc;
        count = 1 + crash_stack_walk(goroutine->frame, goroutine->stack_low, goroutine->stack_high, frames + 1,
                                     CRASH_FRAMES_MAX - 1);
    }
    crash_output_stack(title.bytes, frames, count, false);
}

static void write_goroutines(void)
{
    gcrt_inspector.goroutines(write_goroutine, NULL);
}

static void freeze(void)
{
    gcrt_inspector.freeze(FREEZE_NS);
}

/* ---- */

static int open_record(void)
{
    record_path[0] = '\0';
    if (directory[0] == '\0')
        return -1;
    snprintf(record_path, sizeof record_path, "%s/%d.gccrash", directory, getpid());
    int fd = open(record_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        record_path[0] = '\0';
    return fd;
}

static void write_end(int error)
{
    struct text end = {0};
    text_add(&end, "end of report");
    if (record_path[0] != '\0') {
        text_add(&end, error == 0 ? "; 'gctool crash " : ", not all of which is in '");
        text_add(&end, record_path);
        text_add(&end, error == 0 ? "' names the addresses" : "'");
    } else {
        text_add(&end, directory[0] != '\0' ? "; its record could not be written to GCRT_CRASH_DIR"
                                            : "; GCRT_CRASH_DIR=DIRECTORY keeps a record for 'gctool crash'");
    }
    text_add(&end, "\n");
    text_write(&end);
}

/* The most important first: whatever happens later, it is out. */
static void report(const struct observe_crash *what)
{
    crash = what;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    int fd = open_record();
    crash_output_start(fd, (uint32_t)getpid(), (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
    section(NULL, prepare);
    section(NULL, write_notes);
    section(NULL, write_modules);
    section(NULL, write_verdict);
    if (crash->evidence != NULL)
        section("invariant", write_evidence);
    section("crashing stack", write_crashing_stack);
    section("signal", write_signal);
    section("registers", write_registers);
    section("code", write_code);
    section(NULL, freeze);
    section("goroutines", write_goroutines);
    int error = crash_output_finish();
    if (fd >= 0)
        close(fd);
    write_end(error);
}

static int reporter_open(const char *where, char *reterr, size_t reterr_bytes)
{
    struct stat status;
    if (where == NULL)
        return 0;
    /* Absolute, since the program may go elsewhere. */
    if (realpath(where, directory) == NULL || stat(directory, &status) < 0 || !S_ISDIR(status.st_mode)) {
        directory[0] = '\0';
        snprintf(reterr, reterr_bytes, "not a directory");
        return -ENOTDIR;
    }
    return 0;
}

__attribute__((constructor)) static void reporter_register(void)
{
    static const struct observe_reporter reporter = {.open = reporter_open, .report = report, .fault = fault};
    observe_register_reporter(&reporter);
}
