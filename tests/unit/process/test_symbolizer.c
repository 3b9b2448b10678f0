/* Names of this test's own addresses: it knows its functions, its lines and its modules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/process/symbolizer.h"

/* A call at a known line: in outer(), through two functions that are inlined into it. */
static uint64_t return_pc;
static int inner_line, middle_line, outer_line;

__attribute__((noinline)) static void note_return_pc(void)
{
    return_pc = (uint64_t)(uintptr_t)__builtin_return_address(0);
}
__attribute__((always_inline)) static inline void inner(void)
{
    inner_line = __LINE__ + 1;
    note_return_pc();
    __asm__ volatile("");
}
__attribute__((always_inline)) static inline void middle(void)
{
    middle_line = __LINE__ + 1;
    inner();
    __asm__ volatile("");
}
__attribute__((noinline)) static void outer(void)
{
    outer_line = __LINE__ + 1;
    middle();
    __asm__ volatile("");
}

/* The module of this process that holds an address. */
struct own_module {
    uint64_t address, bias, start, end;
    uint8_t build_id[64];
    size_t build_id_bytes;
};

static void take_build_id(struct own_module *own, const uint8_t *note, size_t size)
{
    for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= size;) {
        ElfW(Nhdr) head;
        memcpy(&head, note + at, sizeof head);
        size_t text = at + sizeof head + ((head.n_namesz + 3u) & ~3u);
        if (head.n_type == NT_GNU_BUILD_ID && head.n_descsz <= sizeof own->build_id) {
            memcpy(own->build_id, note + text, head.n_descsz);
            own->build_id_bytes = head.n_descsz;
        }
        at = text + ((head.n_descsz + 3u) & ~3u);
    }
}

static int look_at_module(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    struct own_module *own = argument;
    struct own_module here = {.address = own->address, .bias = info->dlpi_addr, .start = UINT64_MAX};
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uint64_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD) {
            here.start = start < here.start ? start : here.start;
            here.end = start + segment->p_memsz > here.end ? start + segment->p_memsz : here.end;
        } else if (segment->p_type == PT_NOTE) {
            take_build_id(&here, (const uint8_t *)(uintptr_t)start, segment->p_memsz);
        }
    }
    if (own->address < here.start || own->address >= here.end)
        return 0;
    *own = here;
    return 1;
}

static struct own_module module_of(uint64_t address)
{
    struct own_module own = {.address = address};
    assert_int_equal(dl_iterate_phdr(look_at_module, &own), 1);
    return own;
}

static int add(struct symbolizer *symbolizer, const struct own_module *own, const char *path, struct error *reterr)
{
    return symbolizer_add_module(symbolizer, own->bias, own->start, own->end, own->build_id, own->build_id_bytes, path,
                                 reterr);
}

static struct symbolizer *symbolizer_of_own(const char *path)
{
    outer();
    struct own_module own = module_of(return_pc);
    struct symbolizer *symbolizer = symbolizer_new();
    assert_non_null(symbolizer);
    assert_int_equal(add(symbolizer, &own, path, NULL), 0);
    return symbolizer;
}

/* "ls" without its folder. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A copy of this program as a shell command leaves it, in which $COPY is the copy. */
static char *changed_copy(const char *command)
{
    static char path[64];
    strcpy(path, "/tmp/gctool-symbolizer-XXXXXX");
    close(mkstemp(path));
    char copy[128];
    snprintf(copy, sizeof copy, "cp /proc/%d/exe %s", (int)getpid(), path);
    assert_int_equal(system(copy), 0);
    setenv("COPY", path, 1);
    assert_int_equal(system(command), 0);
    return path;
}

static void inlined_frames_come_innermost_first_with_their_calls(void **state)
{
    (void)state;
    struct symbolizer *symbolizer = symbolizer_of_own("/proc/self/exe");
    const struct trace_frame *frames;
    assert_int_equal(symbolizer_find(symbolizer, return_pc, &frames), 3);
    const char *functions[] = {"inner", "middle", "outer"};
    int lines[] = {inner_line, middle_line, outer_line};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(frames[i].function, functions[i]);
        assert_string_equal(last_part(frames[i].file), "test_symbolizer.c");
        assert_int_equal(frames[i].line, lines[i]);
    }
    symbolizer_free(symbolizer);
}

static void the_place_is_that_of_the_call_not_of_the_return(void **state)
{
    (void)state;
    struct symbolizer *symbolizer = symbolizer_of_own("/proc/self/exe");
    const struct trace_frame *frames;
    uint64_t entry = (uint64_t)(uintptr_t)outer;
    size_t count = symbolizer_find(symbolizer, entry + 1, &frames);
    assert_int_equal(count, 1);
    assert_string_equal(frames[0].function, "outer");
    count = symbolizer_find(symbolizer, entry, &frames);
    assert_true(count == 0 || strcmp(frames[count - 1].function, "outer") != 0);
    symbolizer_free(symbolizer);
}

static void addresses_outside_every_module_are_not_known(void **state)
{
    (void)state;
    struct symbolizer *symbolizer = symbolizer_of_own("/proc/self/exe");
    const struct trace_frame *frames;
    struct own_module own = module_of(return_pc);
    const uint64_t outside[] = {0, 1, own.start, own.end + 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        assert_int_equal(symbolizer_find(symbolizer, outside[i], &frames), 0);
    symbolizer_free(symbolizer);
}

static void without_dwarf_the_symbol_table_names_functions(void **state)
{
    (void)state;
    char *path = changed_copy("strip --strip-debug $COPY");
    struct symbolizer *symbolizer = symbolizer_of_own(path);
    const struct trace_frame *frames;
    assert_int_equal(symbolizer_find(symbolizer, return_pc, &frames), 1);
    assert_string_equal(frames[0].function, "outer");
    assert_string_equal(frames[0].file, "");
    assert_int_equal(frames[0].line, 0);
    symbolizer_free(symbolizer);
    unlink(path);
}

static void a_stripped_program_has_no_names(void **state)
{
    (void)state;
    char *path = changed_copy("strip $COPY");
    struct symbolizer *symbolizer = symbolizer_of_own(path);
    const struct trace_frame *frames;
    assert_int_equal(symbolizer_find(symbolizer, return_pc, &frames), 0);
    symbolizer_free(symbolizer);
    unlink(path);
}

static void separate_debug_information_is_found(void **state)
{
    (void)state;
    char *path = changed_copy(
        "objcopy --only-keep-debug $COPY $COPY.debug && strip $COPY && objcopy --add-gnu-debuglink=$COPY.debug $COPY");
    struct symbolizer *symbolizer = symbolizer_of_own(path);
    const struct trace_frame *frames;
    assert_int_equal(symbolizer_find(symbolizer, return_pc, &frames), 3);
    assert_string_equal(frames[0].function, "inner");
    assert_int_equal(frames[2].line, outer_line);
    symbolizer_free(symbolizer);
    assert_int_equal(system("rm $COPY $COPY.debug"), 0);
}

static void a_file_of_another_build_is_not_believed(void **state)
{
    (void)state;
    outer();
    struct own_module own = module_of(return_pc);
    assert_int_not_equal(own.build_id_bytes, 0);
    struct symbolizer *symbolizer = symbolizer_new();
    assert_int_equal(add(symbolizer, &own, "/proc/self/exe", NULL), 0);
    own.build_id[own.build_id_bytes - 1] ^= 1;
    struct error error;
    assert_int_equal(add(symbolizer, &own, "/proc/self/exe", &error), -ESTALE);
    assert_non_null(strstr(error.message, "changed since"));
    const struct trace_frame *frames;
    assert_int_equal(symbolizer_find(symbolizer, return_pc, &frames), 0);

    /* None was recorded, but the file has one. */
    own.build_id_bytes = 0;
    assert_int_equal(add(symbolizer, &own, "/proc/self/exe", &error), -ESTALE);
    symbolizer_free(symbolizer);
}

static void the_module_told_last_counts(void **state)
{
    (void)state;
    struct symbolizer *symbolizer = symbolizer_of_own("/proc/self/exe");
    struct own_module own = module_of(return_pc);
    struct error error;
    assert_int_equal(add(symbolizer, &own, "/nowhere/at/all", &error), -ENOENT);
    assert_non_null(strstr(error.message, "/nowhere/at/all"));
    const struct trace_frame *frames;
    assert_int_equal(symbolizer_find(symbolizer, return_pc, &frames), 0);
    assert_int_equal(add(symbolizer, &own, "/proc/self/exe", NULL), 0);
    assert_int_equal(symbolizer_find(symbolizer, return_pc, &frames), 3);
    symbolizer_free(symbolizer);
}

static void files_that_are_no_programs_are_refused(void **state)
{
    (void)state;
    struct symbolizer *symbolizer = symbolizer_new();
    struct error error;
    const char *paths[] = {"/etc/passwd", "/tmp", "/dev/null"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_int_equal(symbolizer_add_module(symbolizer, 0, 0, 4096, NULL, 0, paths[i], &error), -ENOEXEC);
    symbolizer_free(symbolizer);
}

static void the_vdso_is_known(void **state)
{
    (void)state;
    uint64_t vdso = getauxval(AT_SYSINFO_EHDR);
    if (vdso == 0)
        skip();
    struct own_module own = module_of(vdso);
    struct symbolizer *symbolizer = symbolizer_new();
    assert_int_equal(add(symbolizer, &own, "linux-vdso.so.1", NULL), 0);
    bool known = false;
    const struct trace_frame *frames;
    for (uint64_t pc = own.start; pc < own.end && !known; pc++)
        known = symbolizer_find(symbolizer, pc, &frames) == 1 && strstr(frames[0].function, "clock_gettime") != NULL;
    assert_true(known);
    symbolizer_free(symbolizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inlined_frames_come_innermost_first_with_their_calls),
        cmocka_unit_test(the_place_is_that_of_the_call_not_of_the_return),
        cmocka_unit_test(addresses_outside_every_module_are_not_known),
        cmocka_unit_test(without_dwarf_the_symbol_table_names_functions),
        cmocka_unit_test(a_stripped_program_has_no_names),
        cmocka_unit_test(separate_debug_information_is_found),
        cmocka_unit_test(a_file_of_another_build_is_not_believed),
        cmocka_unit_test(the_module_told_last_counts),
        cmocka_unit_test(files_that_are_no_programs_are_refused),
        cmocka_unit_test(the_vdso_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
