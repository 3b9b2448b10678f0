/* Where marking begins: globals of libraries loaded on the way, ranges named by many threads at once; and what is no root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <gcrt/goroutine.h>
#include <gcrt/memory.h>
#include <gcrt/store.h>

#include "support/child.h"
#include "support/child_run.h"
#include "support/heap_alive.h"

struct mark {
    uint64_t number, check;
};
GCRT_TYPE_LEAF(mark_type, struct mark);

/* Hidden from the caller's frame, so that only `slot` can keep it. */
static __attribute__((noinline)) void put_mark(void *slot, uint64_t number)
{
    struct mark *mark = gcrt_new(&mark_type);
    *mark = (struct mark){number, ~number};
    gcrt_store((void **)slot, (void *)mark);
}

static void check_mark(void *slot, uint64_t number)
{
    const struct mark *mark = *(void **)slot;
    CHECK(mark->number == number && mark->check == ~number);
}

/* Allocations that take the place of whatever was freed too early. */
static __attribute__((noinline)) void overwrite_freed(void)
{
    for (int i = 0; i < 2000; i++)
        *(struct mark *)gcrt_new(&mark_type) = (struct mark){1, 1};
}

/* ---- loaded libraries ---- */

/* Every copy is an object of its own for the dynamic linker. */
static void copy_plugin(char *ret_path, size_t path_bytes, int number)
{
    char from[4096];
    struct stat status;
    snprintf(from, sizeof from, "%s/tests/unit/plugin_globals.so", getenv("BUILD") != NULL ? getenv("BUILD") : ".");
    snprintf(ret_path, path_bytes, "/tmp/gcrt-plugin-%d-%d.so", (int)getpid(), number);
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(ret_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    CHECK(in >= 0 && out >= 0 && fstat(in, &status) == 0);
    CHECK(sendfile(out, in, NULL, (size_t)status.st_size) == status.st_size);
    close(in);
    close(out);
}

static void *load_plugin(int number)
{
    char path[100];
    copy_plugin(path, sizeof path, number);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    unlink(path);
    if (handle == NULL)
        puts(dlerror());
    CHECK(handle != NULL);
    return handle;
}

static _Atomic bool is_over;
static _Atomic int collectors;

static void collect_all_the_time(void *)
{
    while (!is_over)
        gcrt_collect();
    collectors--;
}

static int load_while_others_collect(void *)
{
    enum { PLUGINS = 20, COLLECTORS = 3 };
    char *places[PLUGINS];
    for (collectors = 0; collectors < COLLECTORS; collectors++)
        ;
    for (int i = 0; i < COLLECTORS; i++)
        gcrt_go(collect_all_the_time, NULL);
    for (int i = 0; i < PLUGINS; i++) {
        void *handle = load_plugin(i);
        places[i] = dlsym(handle, "plugin_data");
        put_mark(places[i] + sizeof(void *), (uint64_t)i);
        put_mark(dlsym(handle, "plugin_bss"), (uint64_t)i + 1000);
        overwrite_freed();
        check_mark(dlsym(handle, "plugin_bss"), (uint64_t)i + 1000);
    }
    is_over = true;
    while (collectors > 0)
        gcrt_yield();
    gcrt_collect();
    overwrite_freed();
    for (int i = 0; i < PLUGINS; i++)
        check_mark(places[i] + sizeof(void *), (uint64_t)i);
    return 0;
}

static void globals_of_loaded_libraries_are_roots_from_the_first_moment(void **)
{
    child_passes("GCRT_PROCS=1", load_while_others_collect);
    is_over = false;
    child_passes("GCRT_PROCS=4", load_while_others_collect);
}

/* ---- named ranges ---- */

enum { THREADS = 4, ROUNDS = 3000 };

static _Atomic int threads_left;

/* Not a goroutine: it may name roots, but not allocate. */
static void *name_roots(void *)
{
    void *kept[16] = {0};
    for (int round = 0; round < ROUNDS; round++) {
        void **place = &kept[round % 16];
        gcrt_root_free(*place);
        *place = gcrt_root_alloc(8 + (size_t)(round % 500) * 8);
        gcrt_root_add(&kept[(round + 3) % 16], 8); /* again and again */
        gcrt_root_remove(&kept[(round + 3) % 16]);
        gcrt_root_remove((char *)kept + 1); /* was never added */
    }
    for (int i = 0; i < 16; i++)
        gcrt_root_free(kept[i]);
    threads_left--;
    return NULL;
}

static void name_and_fill_roots(void *arg)
{
    uint64_t number = (uint64_t)(uintptr_t)arg;
    for (uint64_t round = 0; round < 200; round++) {
        void **memory = gcrt_root_alloc(20 * sizeof(void *));
        for (uint64_t i = 0; i < 20; i++)
            put_mark(&memory[i], number + i);
        gcrt_yield();
        overwrite_freed();
        for (uint64_t i = 0; i < 20; i++)
            check_mark(&memory[i], number + i);
        gcrt_root_free(memory);
    }
    collectors--;
}

static int collect_meanwhile(void *)
{
    enum { GOROUTINES = 4 };
    for (collectors = 0; collectors < GOROUTINES; collectors++)
        ;
    for (uint64_t i = 0; i < GOROUTINES; i++)
        gcrt_go(name_and_fill_roots, (void *)(uintptr_t)(i * 100 + 1));
    while (threads_left > 0 || collectors > 0)
        gcrt_collect();
    collect_with_clean_stack();
    CHECK(heap_alive(&mark_type) < 50); /* stale words aside, all was removed */
    return 0;
}

static int name_roots_from_many_threads(void *)
{
    pthread_t threads[THREADS];
    threads_left = THREADS;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, name_roots, NULL) == 0);
    int status = gcrt_run(NULL, collect_meanwhile, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return status;
}

static void many_threads_name_roots_while_collections_run(void **)
{
    static struct child child;
    child_run(&child, "GCRT_PROCS=3", name_roots_from_many_threads, NULL);
    if (child.status != 0)
        fail_msg("status %d, signal %d: %s", child.status, child.signal, child.text);
}

/* ---- no roots ---- */

static _Thread_local void *thread_local_slot[64];

static int hide(void *)
{
    enum { COUNT = 64 };
    void **mallocs = malloc(COUNT * sizeof(void *));
    void **pages = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (uint64_t i = 0; i < COUNT; i++) {
        put_mark(&mallocs[i], i);
        put_mark(&pages[i], i);
        put_mark(&thread_local_slot[i], i);
    }
    collect_with_clean_stack();
    CHECK(heap_alive(&mark_type) <= 4);
    gcrt_root_add(&pages[1], (COUNT - 1) * sizeof(void *));
    for (uint64_t i = 0; i < COUNT; i++)
        put_mark(&pages[i], i);
    collect_with_clean_stack();
    CHECK(heap_alive(&mark_type) >= COUNT - 1 && heap_alive(&mark_type) <= COUNT + 3);
    gcrt_root_add(&pages[1], 10 * sizeof(void *) + 7); /* replaces the size; the last word is not whole */
    collect_with_clean_stack();
    CHECK(heap_alive(&mark_type) >= 10 && heap_alive(&mark_type) <= 14);
    return 0;
}

static void malloc_memory_thread_locals_and_mappings_are_no_roots_unless_named(void **)
{
    child_passes("GCRT_PROCS=1", hide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globals_of_loaded_libraries_are_roots_from_the_first_moment),
        cmocka_unit_test(many_threads_name_roots_while_collections_run),
        cmocka_unit_test(malloc_memory_thread_locals_and_mappings_are_no_roots_unless_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
