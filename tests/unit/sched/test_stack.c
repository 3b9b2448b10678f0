/* Stacks: their sizes, colours, guards and reuse, and what many of them cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gcrt/goroutine.h>
#include <gcrt/memory.h>
#include <gcrt/run.h>

#include "sched/goroutine.h"
#include "sched/runtime_call.h"
#include "sched/stack.h"
#include "support/child.h"
#include "support/child_run.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
enum { IS_SANITIZED = 1, PARKED = 1000, UNGUARDED = 1 };
#else
enum { IS_SANITIZED = 0, PARKED = 100000, UNGUARDED = 17000 };
#endif

static _Atomic unsigned done, parked;

static bool commit_always(struct goroutine *, void *)
{
    return true;
}

static void park_for_ever(void *)
{
    parked++;
    runtime_enter();
    goroutine_park(WAIT_MUTEX, NULL, commit_always, NULL);
}

static void start(void (*function)(void *), void *arg, size_t stack_bytes)
{
    struct gcrt_go_options options = {.name = "stacked", .stack_bytes = stack_bytes};
    gcrt_go_with(&options, function, arg, NULL);
}

static void run_to_end(void (*function)(void *), void *arg, size_t stack_bytes)
{
    done = 0;
    start(function, arg, stack_bytes);
    while (done == 0)
        gcrt_yield();
}

/* Of field 0 (mapped) or 1 (resident) of /proc/self/statm. */
static size_t memory_bytes(int field)
{
    unsigned long pages[2];
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%lu %lu", &pages[0], &pages[1]) == 2);
    fclose(file);
    return pages[field] * 4096;
}

/* ---- sizes ---- */

/* Touches the lowest page; the guard below is overflowed in test_fatal.c. */
static void touch_the_end(void *asked_bytes)
{
    struct goroutine *self = goroutine_current();
    CHECK(self->stack_high - self->stack_low >= *(size_t *)asked_bytes);
    *(volatile char *)self->stack_low = 1;
    CHECK((uintptr_t)__builtin_frame_address(0) < self->stack_high);
    CHECK((uintptr_t)__builtin_frame_address(0) > self->stack_high - 16384);
    CHECK((uintptr_t)self / 4096 == (self->stack_high - 1) / 4096 || self->stack_high % 4096 == 0);
    done++;
}

static int sizes_are_at_least_what_was_asked(void *)
{
    static const size_t sizes[] = {0,       1,         100000, STACK_DEFAULT_BYTES, STACK_DEFAULT_BYTES + 1,
                                   1 << 20, 100 << 20, 1 << 30};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t asked_bytes = sizes[i] != 0 ? sizes[i] : STACK_DEFAULT_BYTES;
        run_to_end(touch_the_end, &asked_bytes, sizes[i]);
    }
    return 0;
}

static int ask_for_too_much(void *)
{
    start(touch_the_end, NULL, (1 << 30) + 1);
    return 0;
}

static void a_stack_has_the_size_asked_for(void **)
{
    child_passes("GCRT_PROCS=1", sizes_are_at_least_what_was_asked);
    const struct child *child = child_goroutine(NULL, ask_for_too_much, NULL);
    assert_int_equal(child->status, 2);
    assert_string_equal(child->text,
                        "gcrt: a goroutine's stack of 1073741825 bytes was asked for; at most 1 GiB is possible\n");
}

/* ---- colours ---- */

static int neighbours_differ_in_colour(void *)
{
    unsigned counts[STACK_COLOURS] = {0};
    for (int i = 0; i < 64; i++)
        start(park_for_ever, NULL, 0);
    while (parked < 64)
        gcrt_yield();
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        if (!it->is_main)
            counts[(4096 - (uintptr_t)it % 4096) / STACK_COLOUR_BYTES % STACK_COLOURS]++;
    for (unsigned colour = 0; colour < STACK_COLOURS; colour++)
        CHECK(counts[colour] >= 8);
    return 0;
}

static void stacks_come_in_eight_colours(void **)
{
    child_passes("GCRT_PROCS=1", neighbours_differ_in_colour);
}

/* ---- reuse ---- */

static uintptr_t used_stack;

static void note_stack(void *)
{
    used_stack = goroutine_current()->stack_low;
    done++;
}

static int the_warmest_comes_first(void *)
{
    run_to_end(note_stack, NULL, 0);
    uintptr_t first = used_stack;
    for (int i = 0; i < 1000; i++) {
        run_to_end(note_stack, NULL, 0);
        CHECK(used_stack == first);
    }
    return 0;
}

enum { BURST = 500 };

static void wait_for_the_burst(void *)
{
    parked++;
    while (parked < BURST)
        gcrt_yield();
    done++;
}

static unsigned count_records(void)
{
    unsigned count = 0;
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        count++;
    return count;
}

/* More than a worker keeps to itself: the others' stacks go through the shared pool and come back. */
static int a_burst_uses_the_stacks_of_the_last(void *)
{
    unsigned after_first = 0;
    for (int round = 0; round < 5; round++) {
        done = parked = 0;
        for (int i = 0; i < BURST; i++)
            start(wait_for_the_burst, NULL, 0);
        while (done < BURST)
            gcrt_yield();
        if (round == 0)
            after_first = count_records();
    }
    CHECK(after_first >= BURST + 1);
    CHECK(count_records() <= after_first + 64 * 4); /* what other workers keep */
    return 0;
}

enum { LARGE_BYTES = 64 << 20 };

static void fill_stack(void *)
{
    struct goroutine *self = goroutine_current();
    for (uintptr_t page = self->stack_low; page < (uintptr_t)__builtin_frame_address(0) - 65536; page += 4096) {
        CHECK(*(volatile char *)page == 0);
        *(volatile char *)page = 1;
    }
    note_stack(NULL);
}

static int large_ones_are_given_back(void *)
{
    size_t before = memory_bytes(1);
    run_to_end(fill_stack, NULL, LARGE_BYTES);
    gcrt_yield();
    CHECK(memory_bytes(1) < before + LARGE_BYTES / 4);
    uintptr_t first = used_stack;
    run_to_end(fill_stack, NULL, LARGE_BYTES); /* the same one, zero again */
    CHECK(used_stack == first);
    return 0;
}

static void stacks_are_used_again(void **)
{
    child_passes("GCRT_PROCS=1", the_warmest_comes_first);
    child_passes("GCRT_PROCS=1", a_burst_uses_the_stacks_of_the_last);
    child_passes("GCRT_PROCS=4", a_burst_uses_the_stacks_of_the_last);
    if (!IS_SANITIZED)
        child_passes("GCRT_PROCS=1", large_ones_are_given_back);
}

/* ---- many ---- */

static int park_many(void *)
{
    size_t before = memory_bytes(1);
    for (int i = 0; i < PARKED; i++)
        gcrt_go(park_for_ever, NULL);
    while (parked < PARKED)
        gcrt_yield();
    size_t each = (memory_bytes(1) - before) / PARKED;
    printf("%d parked goroutines: %zu bytes resident each\n", PARKED, each);
    CHECK(IS_SANITIZED || each < 4096 + 512); /* its top page, and a little of the runtime's */
    return 0;
}

static void a_parked_goroutine_costs_a_page(void **)
{
    const struct child *child = child_goroutine("GCRT_PROCS=1", park_many, NULL);
    print_message("%s", child->text);
    assert_int_equal(child->status, 0);
}

/* ---- want ---- */

static int park_with_little_address_space(void *count)
{
    struct rlimit limit = {memory_bytes(0) + (40 << 20), RLIM_INFINITY};
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    for (unsigned i = 0; i < (unsigned)(uintptr_t)count; i++)
        gcrt_go(park_for_ever, NULL);
    while (parked < (unsigned)(uintptr_t)count)
        gcrt_yield();
    return 0;
}

/* Slabs double to 4, 8, 16, 32 MiB ...: 40 hold the first three, then it must do with smaller ones. */
static void the_last_address_space_is_used(void **)
{
    if (IS_SANITIZED)
        skip(); /* they take address space themselves */
    assert_int_equal(child_goroutine("GCRT_PROCS=1", park_with_little_address_space, (void *)140)->status, 0);
    const struct child *child = child_goroutine("GCRT_PROCS=1", park_with_little_address_space, (void *)500);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "gcrt: out of memory: no address space for the stack of another goroutine (1"));
}

/* A kernel before 6.13: madvise(2) does not know advice 102. */
static void be_an_old_kernel(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 102, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

__attribute__((noinline)) static int recurse(volatile char *outer)
{
    volatile char page[2048];
    page[0] = outer != NULL ? outer[0] : 1;
    return page[0] != 0 ? recurse(page) + page[0] : 0;
}

static void overflow(void *)
{
    recurse(NULL);
}

static int overflow_one(void *)
{
    start(overflow, NULL, 0);
    gcrt_sleep(INT64_MAX);
    return 0;
}

static int park_beyond_the_guards(void *)
{
    for (int i = 0; i < UNGUARDED; i++)
        gcrt_go(park_for_ever, NULL);
    while (parked < UNGUARDED)
        gcrt_yield();
    for (int i = 0; i < 1000; i++)
        gcrt_new_bytes(1 << 20); /* mappings are left for others */
    return 0;
}

static int run_on_old_kernel(void *entry)
{
    be_an_old_kernel();
    return gcrt_run(NULL, (int (*)(void *))(uintptr_t)entry, NULL);
}

static void old_kernels_guard_the_first_by_mprotect(void **)
{
    static struct child child;
    child_run(&child, NULL, run_on_old_kernel, (void *)(uintptr_t)overflow_one);
    assert_int_equal(child.signal, SIGSEGV);
    assert_true(child_says(&child, "fatal error: stack overflow in goroutine 2 stacked"));
    if (IS_SANITIZED)
        return; /* they have no room for so many */
    child_run(&child, "GCRT_PROCS=1", run_on_old_kernel, (void *)(uintptr_t)park_beyond_the_guards);
    assert_int_equal(child.status, 0);
    assert_true(child_says(&child, "gcrt: so many goroutines that further stacks have no guard"));
    assert_string_equal(strchr(child.text, '\n'), "\n"); /* once */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stack_has_the_size_asked_for), cmocka_unit_test(stacks_come_in_eight_colours),
        cmocka_unit_test(stacks_are_used_again),          cmocka_unit_test(a_parked_goroutine_costs_a_page),
        cmocka_unit_test(the_last_address_space_is_used), cmocka_unit_test(old_kernels_guard_the_first_by_mprotect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
