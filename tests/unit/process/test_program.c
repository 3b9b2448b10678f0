/* Finding programs as execvp() does, and telling which of them use libgcrt. Programs are compiled here, by $CC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "gctool/process/program.h"

static char folder[] = "/tmp/gctool-program-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    char command[PATH_MAX];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void run(const char *command)
{
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

static void assert_found(const char *name, const char *expected)
{
    char *path;
    struct error error;
    assert_int_equal(program_find(name, &path, &error), 0);
    assert_string_equal(path, expected);
    free(path);
}

static void assert_not_found(const char *name, int code, const char *hint)
{
    char *path;
    struct error error;
    assert_int_equal(program_find(name, &path, &error), code);
    assert_non_null(strstr(error.message, name));
    if (strstr(error.hint, hint) == NULL)
        fail_msg("the hint is '%s', not '%s'", error.hint, hint);
}

static void find_searches_path_in_order(void **state)
{
    (void)state;
    run("mkdir -p a b c && touch a/tool b/tool c/tool && chmod +x b/tool c/tool && mkdir a/other && touch onlyhere && "
        "chmod +x onlyhere");
    setenv("PATH", "a:b:c", 1);
    assert_found("tool", "b/tool"); /* a/tool is not executable: the search goes on */
    setenv("PATH", "a", 1);
    assert_not_found("tool", -EACCES, "chmod");
    assert_not_found("other", -EACCES, "");
    assert_not_found("nothing", -ENOENT, "no folder of PATH");
    assert_not_found("onlyhere", -ENOENT, "'./onlyhere'");
    assert_not_found("", -ENOENT, "");
    setenv("PATH", "a::b", 1);
    assert_found("onlyhere", "./onlyhere"); /* an empty folder is the current one */
    setenv("PATH", "a:b:", 1);
    assert_found("onlyhere", "./onlyhere");
    unsetenv("PATH");
    assert_found("sh", "/bin/sh");
}

static void find_takes_a_path_as_it_is(void **state)
{
    (void)state;
    setenv("PATH", "/bin:/usr/bin", 1);
    run("mkdir -p d && touch d/plain && cp /bin/true d/program && chmod -x d/plain");
    assert_found("d/program", "d/program");
    assert_found("/bin/sh", "/bin/sh");
    assert_not_found("d/plain", -EACCES, "chmod");
    assert_not_found("./d", -EACCES, "directory");
    assert_not_found("d/none", -ENOENT, "");
    assert_not_found("d/program/none", -ENOTDIR, "");
}

static void assert_check(const char *path, int code, const char *hint)
{
    struct error error = {0};
    int got = program_check(path, &error);
    if (got != code || strstr(error.hint, hint) == NULL)
        fail_msg("%s: %d '%s' hint '%s', not %d '%s'", path, got, error.message, error.hint, code, hint);
    if (code < 0)
        assert_non_null(strstr(error.message, path));
}

static void check_refuses_what_is_no_program(void **state)
{
    (void)state;
    run("printf '#!/usr/bin/python3\\n' >script; printf x >one; : >empty; head -c 64 /bin/true >cut; "
        "cp /bin/true arm; printf '\\267' | dd of=arm bs=1 seek=18 conv=notrunc status=none; mkfifo fifo");
    assert_check("script", -ENOEXEC, "gctool trace INTERPRETER script");
    const char *bad[] = {"one", "empty", "arm", "/etc/passwd"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_check(bad[i], -ENOEXEC, "");
    assert_check("cut", -ENOPKG, "");
    assert_check("fifo", -EACCES, "");
    assert_check("/tmp", -EACCES, "");
    assert_check("none", -ENOENT, "");
    run("printf 'int nothing;' | $CC -x c - -c -o object.o && $CC -shared -o plain.so object.o");
    assert_check("object.o", -ENOEXEC, "name the program");
    assert_check("plain.so", -ENOEXEC, "name the program");
}

static void check_finds_libgcrt_among_needed_libraries(void **state)
{
    (void)state;
    run("mkdir -p lib deep; echo 'int gcrt_x(void){return 0;}' | $CC -x c - -shared -fPIC -o lib/libgcrt.so.0 "
        "-Wl,-soname,libgcrt.so.0; "
        "echo 'int gcrt_x(void); int deep_x(void){return gcrt_x();}' | $CC -x c - -shared -fPIC -o deep/libdeep.so "
        "-Wl,-soname,libdeep.so -x none lib/libgcrt.so.0; "
        "echo 'int gcrt_x(void); int main(void){return gcrt_x();}' >direct.c; $CC direct.c -o direct lib/libgcrt.so.0; "
        "echo 'int deep_x(void); int main(void){return deep_x();}' >deep.c; "
        "$CC deep.c -o runpath deep/libdeep.so -Wl,--allow-shlib-undefined -Wl,--enable-new-dtags "
        "-Wl,-rpath,'$ORIGIN/deep'; "
        "$CC deep.c -o rpath deep/libdeep.so -Wl,--allow-shlib-undefined -Wl,--disable-new-dtags "
        "-Wl,-rpath,'${ORIGIN}/deep'; "
        "$CC deep.c -o nopath deep/libdeep.so -Wl,--allow-shlib-undefined");
    assert_check("direct", 0, "");
    assert_check("runpath", 0, "");
    assert_check("rpath", 0, "");
    unsetenv("LD_LIBRARY_PATH");
    assert_check("nopath", -ENOPKG, "gcrt::gcrt");
    setenv("LD_LIBRARY_PATH", "lib:deep", 1);
    assert_check("nopath", 0, "");
    unsetenv("LD_LIBRARY_PATH");
    run("rm lib/libgcrt.so.0 && strip direct");
    assert_check("direct", 0, ""); /* the name is enough */
    assert_check("/bin/true", -ENOPKG, "gcrt::gcrt");
}

static void loader_is_asked_for_libraries(void **state)
{
    (void)state;
    struct error error = {0};
    run("mkdir -p here && echo 'int far(void){return 0;}' | $CC -x c - -shared -fPIC -o here/libfar.so; "
        "echo 'int far(void); int main(void){return far();}' >far.c; $CC far.c -o far -Lhere -lfar; "
        "$CC far.c -o found -Lhere -lfar -Wl,-rpath,'$ORIGIN/here'");
    assert_int_equal(program_loader_check("./far", &error), -ELIBACC);
    assert_non_null(strstr(error.message, "libfar.so"));
    assert_non_null(strstr(error.hint, "ldconfig"));
    assert_int_equal(program_loader_check("./found", &error), 0);
    setenv("LD_LIBRARY_PATH", "here", 1);
    assert_int_equal(program_loader_check("./far", &error), 0);
    unsetenv("LD_LIBRARY_PATH");
}

static void check_finds_a_linked_in_libgcrt(void **state)
{
    (void)state;
    run("echo 'void gcrt_collect(void); int main(void){gcrt_collect();return 0;}' >s.c; "
        "$CC $INSTRUMENT s.c -o linked $BUILD/runtime/libgcrt.a -lpthread "
        "-Wl,--gc-sections "
        "-ffunction-sections && strip linked");
    assert_check("linked", 0, "");
    run("objcopy --remove-section .note.gcrt linked without");
    assert_check("without", -ENOPKG, "");
}

/* Whatever bytes: an answer, not a crash. */
static void check_survives_damaged_programs(void **state)
{
    (void)state;
    run("cp direct whole");
    FILE *file = fopen("whole", "r+b");
    assert_non_null(file);
    uint8_t head[1024];
    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    for (size_t at = 16; at < sizeof head; at++) {
        static const uint8_t values[] = {0xff, 0, 0x80};
        for (size_t i = 0; i < sizeof values; i++) {
            fseek(file, (long)at, SEEK_SET);
            fwrite(&values[i], 1, 1, file);
            fflush(file);
            int code = program_check("whole", NULL);
            assert_true(code == 0 || code == -ENOPKG || code == -ENOEXEC);
        }
        fseek(file, (long)at, SEEK_SET);
        fwrite(&head[at], 1, 1, file);
    }
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_searches_path_in_order),
        cmocka_unit_test(find_takes_a_path_as_it_is),
        cmocka_unit_test(check_refuses_what_is_no_program),
        cmocka_unit_test(check_finds_libgcrt_among_needed_libraries),
        cmocka_unit_test(loader_is_asked_for_libraries),
        cmocka_unit_test(check_finds_a_linked_in_libgcrt),
        cmocka_unit_test(check_survives_damaged_programs),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
