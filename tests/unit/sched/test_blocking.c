/* Blocking calls: the worker goes to others meanwhile, and the goroutine comes back with its registers, its errno and its memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gcrt/goroutine.h>
#include <gcrt/memory.h>
#include <gcrt/run.h>

#include "support/child.h"
#include "support/child_run.h"

static int ends[2];
static _Atomic int done;

static char read_blocking(int fd)
{
    char byte = 0;
    gcrt_block_enter();
    ssize_t count = read(fd, &byte, 1);
    gcrt_block_leave();
    CHECK(count == 1);
    return byte;
}

static void write_byte(void *arg)
{
    char byte = (char)(intptr_t)arg;
    done++;
    CHECK(write(ends[1], &byte, 1) == 1);
}

/* ---- the worker is handed on ---- */

static int others_run(void *)
{
    CHECK(pipe(ends) == 0);
    gcrt_go(write_byte, (void *)(intptr_t)'b'); /* runs only when our worker does */
    CHECK(read_blocking(ends[0]) == 'b');
    CHECK(done == 1);
    return 0;
}

static void write_late(void *arg)
{
    gcrt_sleep(20000000);
    write_byte(arg);
}

static int timers_run_meanwhile(void *)
{
    CHECK(pipe(ends) == 0);
    gcrt_go(write_late, (void *)(intptr_t)'c');
    CHECK(read_blocking(ends[0]) == 'c');
    return 0;
}

/* All workers idle for long enough that the monitor, too, has gone to sleep; then a timer wakes the poller, not a goroutine. */
static int the_monitor_is_back_after_a_long_sleep(void *)
{
    CHECK(pipe(ends) == 0);
    gcrt_sleep(300000000);
    gcrt_go(write_byte, (void *)(intptr_t)'d');
    CHECK(read_blocking(ends[0]) == 'd');
    return 0;
}

static void read_into_done(void *)
{
    CHECK(read_blocking(ends[0]) == 'e');
    done++;
}

/* The same, and what ends the sleep is the end of a blocking call, which finds an idle worker. */
static int the_monitor_is_back_after_a_long_call(void *)
{
    int first[2];
    CHECK(pipe(ends) == 0 && pipe(first) == 0);
    if (fork() == 0) {
        usleep(300000);
        _exit(write(first[1], "1", 1) == 1 ? 0 : 1);
    }
    CHECK(read_blocking(first[0]) == '1');
    gcrt_go(write_byte, (void *)(intptr_t)'e');
    read_into_done(NULL);
    CHECK(done == 2);
    return 0;
}

enum { CALLERS = 40 };

static void read_and_count(void *)
{
    CHECK(read_blocking(ends[0]) == 'x');
    done++;
}

/* Many more calls than workers, each on a thread of its own; those are used again. */
static int many_calls_at_once(void *)
{
    CHECK(pipe(ends) == 0);
    for (int round = 0; round < 3; round++) {
        done = 0;
        for (int i = 0; i < CALLERS; i++)
            gcrt_go(read_and_count, NULL);
        gcrt_sleep(30000000);
        CHECK(done == 0);
        for (int i = 0; i < CALLERS; i++)
            CHECK(write(ends[1], "x", 1) == 1);
        while (done < CALLERS)
            gcrt_sleep(1000000);
    }
    return 0;
}

static void the_worker_goes_to_others(void **)
{
    static const char *const environments[] = {"GCRT_PROCS=1", "GCRT_PROCS=2", "GCRT_PROCS=2 GCRT_STRESS=migrate"};
    for (int i = 0; i < 3; i++) {
        child_passes(environments[i], others_run);
        child_passes(environments[i], timers_run_meanwhile);
        child_passes(environments[i], many_calls_at_once);
    }
    child_passes("GCRT_PROCS=1", the_monitor_is_back_after_a_long_sleep);
    child_passes("GCRT_PROCS=1", the_monitor_is_back_after_a_long_call);
}

/* ---- what survives ---- */

/* Fills the registers that calls preserve with value .. value + 5, blocks, and returns their sum. */
uint64_t block_with_full_registers(uint64_t value);
__asm__(".text\n"
        "block_with_full_registers:\n\t"
        "pushq %rbp\n\tpushq %rbx\n\tpushq %r12\n\tpushq %r13\n\tpushq %r14\n\tpushq %r15\n\t"
        "subq $8, %rsp\n\t"
        "movq %rdi, %rbx\n\tleaq 1(%rdi), %rbp\n\tleaq 2(%rdi), %r12\n\t"
        "leaq 3(%rdi), %r13\n\tleaq 4(%rdi), %r14\n\tleaq 5(%rdi), %r15\n\t"
        "call gcrt_block_enter\n\t"
        "call sched_yield\n\t"
        "call gcrt_block_leave\n\t"
        "leaq (%rbx,%rbp), %rax\n\taddq %r12, %rax\n\taddq %r13, %rax\n\taddq %r14, %rax\n\taddq %r15, %rax\n\t"
        "addq $8, %rsp\n\t"
        "popq %r15\n\tpopq %r14\n\tpopq %r13\n\tpopq %r12\n\tpopq %rbx\n\tpopq %rbp\n\t"
        "ret\n");

static int registers_survive(void *)
{
    for (uint64_t i = 0; i < 1000; i++)
        CHECK(block_with_full_registers(i << 32) == 6 * (i << 32) + 15);
    return 0;
}

static int errno_survives(void *)
{
    CHECK(pipe(ends) == 0);
    for (int i = 0; i < 50; i++) {
        gcrt_block_enter();
        usleep(100);
        errno = i + 1;
        gcrt_block_leave();
        CHECK(errno == i + 1);
    }
    CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
    gcrt_block_enter();
    ssize_t count = read(ends[0], &count, 1);
    gcrt_block_leave();
    CHECK(count < 0 && errno == EBADF);
    return 0;
}

struct node {
    uint64_t value;
};
GCRT_TYPE_LEAF(node_type, struct node);

static void collect_and_write(void *)
{
    for (int i = 0; i < 3; i++)
        gcrt_collect();
    for (int i = 0; i < 1000; i++)
        ((struct node *)gcrt_new(&node_type))->value = 0xdead;
    CHECK(write(ends[1], "m", 1) == 1);
}

/* A collection does not wait for the call, and keeps what only the blocked goroutine's frame or registers hold. */
static int memory_survives(void *)
{
    CHECK(pipe(ends) == 0);
    for (int i = 0; i < 20; i++) {
        struct node *node = gcrt_new(&node_type);
        node->value = (uint64_t)i;
        gcrt_go(collect_and_write, NULL);
        CHECK(read_blocking(ends[0]) == 'm');
        CHECK(node->value == (uint64_t)i);
    }
    return 0;
}

static void the_goroutine_comes_back_as_it_was(void **)
{
    static const char *const environments[] = {"GCRT_PROCS=1", "GCRT_PROCS=2 GCRT_STRESS=migrate"};
    for (int i = 0; i < 2; i++) {
        child_passes(environments[i], registers_survive);
        child_passes(environments[i], errno_survives);
        child_passes(environments[i], memory_survives);
    }
}

/* ---- misuse and refusals ---- */

static int leave_without_enter(void *)
{
    gcrt_block_leave();
    return 0;
}

static int enter_twice(void *)
{
    gcrt_block_enter();
    gcrt_block_enter();
    return 0;
}

static int yield_inside(void *)
{
    gcrt_block_enter();
    gcrt_yield();
    return 0;
}

static int exit_inside(void *)
{
    gcrt_block_enter();
    gcrt_exit(0);
}

static void misuse_panics_by_name(void **)
{
    static const struct {
        int (*entry)(void *arg);
        const char *text;
    } cases[] = {
        {leave_without_enter, "panic: gcrt_block_leave called without gcrt_block_enter"},
        {enter_twice, "panic: gcrt_block_enter called twice"},
        {yield_inside, "panic: gcrt_yield called in a blocking call"},
        {exit_inside, "panic: gcrt_exit called in a blocking call"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct child *child = child_goroutine(NULL, cases[i].entry, NULL);
        assert_int_equal(child->signal, SIGABRT);
        assert_true(child_says(child, cases[i].text));
    }
}

/* With one worker and no further thread the blocked call could last for ever: said, not hung. */
static int block_without_threads(void *)
{
    struct rlimit limit = {0, 0};
    CHECK(pipe(ends) == 0);
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    read_blocking(ends[0]);
    return 0;
}

static void a_thread_that_cannot_be_started_is_named(void **)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* they take address space themselves */
#endif
    const struct child *child = child_goroutine("GCRT_PROCS=1", block_without_threads, NULL);
    assert_int_equal(child->status, 2);
    assert_true(child_says(child, "gcrt: cannot start another thread: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worker_goes_to_others),
        cmocka_unit_test(the_goroutine_comes_back_as_it_was),
        cmocka_unit_test(misuse_panics_by_name),
        cmocka_unit_test(a_thread_that_cannot_be_started_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
