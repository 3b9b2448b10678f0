/* Stops in place: threads that call nothing, or the C library, or have a handler of the program on their stack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <gcrt/goroutine.h>
#include <gcrt/memory.h>
#include <gcrt/run.h>

#include <link.h>
#include <pthread.h>
#include <stdatomic.h>

#include "heap/kind.h"
#include "heap/span.h"
#include "platform/fibre.h"
#include "support/child.h"
#include "support/child_run.h"

/* Under TSan, which keeps signals back, a loop that calls nothing is never stopped. */
#define NEEDS_STOPS_IN_PLACE()    \
    do {                          \
        if (FIBRE_DELAYS_SIGNALS) \
            skip();               \
    } while (0)

static _Atomic int started, ended;
static _Atomic int go_on;

static uint64_t signal_stops(void)
{
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    return stats.stop_signal_count;
}

static void wait_for(_Atomic int *count, int value)
{
    while (atomic_load(count) < value)
        gcrt_sleep(100000);
}

/* ---- loops that call nothing ---- */

static void spin(void *)
{
    atomic_fetch_add(&started, 1);
    while (!atomic_load_explicit(&go_on, memory_order_relaxed))
        ;
    atomic_fetch_add(&ended, 1);
}

static int collect_beside_loops(void *)
{
    for (int i = 0; i < 3; i++)
        gcrt_go(spin, NULL);
    wait_for(&started, 3);
    for (int i = 0; i < 50; i++)
        gcrt_collect();
    CHECK(atomic_load(&ended) == 0);
    CHECK(signal_stops() >= 3 * 45); /* all three nearly each time: a loop can be on its way to stand already */
    atomic_store(&go_on, 1);
    wait_for(&ended, 3);
    return 0;
}

static void a_loop_that_calls_nothing_is_stopped(void **)
{
    NEEDS_STOPS_IN_PLACE();
    child_passes("GCRT_PROCS=4", collect_beside_loops);
}

/* ---- pointers that only a register holds ---- */

struct held {
    uint64_t words[6];
};
GCRT_TYPE_LEAF(held_type, struct held);

static int count_held(void)
{
    int alive = 0;
    const struct span *span;
    for (uint32_t first = 1; first < heap_layout.page_top; first += span->page_count) {
        span = &heap_layout.spans[first];
        if (span->state != SPAN_USED || kinds[span->kind].type != &held_type)
            continue;
        for (uint32_t word = 0; word < span_bitmap_words(span); word++)
            alive += __builtin_popcountll(span_allocated(first)[word]);
    }
    return alive;
}

static __attribute__((noinline)) uint64_t make_hidden(void)
{
    return ~(uint64_t)gcrt_new(&held_type);
}

static __attribute__((noinline)) void clear_stack(void)
{
    volatile char bytes[16384];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = 0;
}

/* Each shows the pointer in one register alone, and hides it again when it may go on. */
#define SPIN     "movl $1, (%[started])\n1:\tcmpl $0, (%[go_on])\n\tje 1b\n\t"
#define OPERANDS [started] "r"(&started), [go_on] "r"(&go_on)

static void hold_nowhere(uint64_t hidden)
{
    __asm__ volatile(SPIN : [hidden] "+r"(hidden) : OPERANDS : "memory", "cc");
}

static void hold_in_general_register(uint64_t hidden)
{
    __asm__ volatile("notq %[hidden]\n\t" SPIN "notq %[hidden]" : [hidden] "+r"(hidden) : OPERANDS : "memory", "cc");
}

static void hold_in_xmm_register(uint64_t hidden)
{
    __asm__ volatile("notq %[hidden]\n\tmovq %[hidden], %%xmm9\n\tnotq %[hidden]\n\t" SPIN "pxor %%xmm9, %%xmm9"
                     : [hidden] "+r"(hidden)
                     : OPERANDS
                     : "memory", "cc", "xmm9");
}

/* In the upper half, which is saved elsewhere. */
__attribute__((target("avx2"))) static void hold_in_ymm_register(uint64_t hidden)
{
    __asm__ volatile("notq %[hidden]\n\tvmovq %[hidden], %%xmm8\n\tnotq %[hidden]\n\tvpxor %%ymm9, %%ymm9, %%ymm9\n\t"
                     "vinserti128 $1, %%xmm8, %%ymm9, %%ymm9\n\tvpxor %%xmm8, %%xmm8, %%xmm8\n\t" SPIN "vzeroupper"
                     : [hidden] "+r"(hidden)
                     : OPERANDS
                     : "memory", "cc", "xmm8", "xmm9");
}

static void (*hold)(uint64_t hidden);

static void hold_one(void *)
{
    uint64_t hidden = make_hidden();
    clear_stack();
    hold(hidden);
    atomic_fetch_add(&ended, 1);
}

static int count_beside_holder(void *)
{
    gcrt_go(hold_one, NULL);
    wait_for(&started, 1);
    gcrt_collect();
    int count = count_held();
    atomic_store(&go_on, 1);
    wait_for(&ended, 1);
    return count;
}

static int held_by(void (*how)(uint64_t hidden))
{
    hold = how;
    return child_goroutine("GCRT_PROCS=2", count_beside_holder, NULL)->status;
}

static void a_pointer_in_a_register_alone_keeps_its_object(void **)
{
    NEEDS_STOPS_IN_PLACE();
    assert_int_equal(held_by(hold_nowhere), 0);
    assert_int_equal(held_by(hold_in_general_register), 1);
    assert_int_equal(held_by(hold_in_xmm_register), 1);
    if (__builtin_cpu_supports("avx2"))
        assert_int_equal(held_by(hold_in_ymm_register), 1);
}

/* ---- in the C library ---- */

enum { PATTERN_BYTES = 5000 };

static void use_malloc(unsigned char seed)
{
    unsigned char *blocks[8];
    for (unsigned i = 0; i < 8; i++) {
        blocks[i] = malloc(i * 40 + 24);
        memset(blocks[i], seed + (int)i, i * 40 + 24);
    }
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned at = 0; at < i * 40 + 24; at++)
            CHECK(blocks[i][at] == (unsigned char)(seed + i));
        free(blocks[i]);
    }
}

static void use_printf(unsigned char seed)
{
    static FILE *file; /* shared: its lock is fought for */
    static _Atomic bool is_open;
    if (!atomic_load(&is_open) && !atomic_exchange(&is_open, true))
        file = fopen("/dev/null", "w");
    char text[64];
    snprintf(text, sizeof text, "%d %.3f %s", seed, seed / 8.0, "and text");
    CHECK(atoi(text) == seed && strstr(text, " and text") != NULL);
    if (file != NULL)
        CHECK(fprintf(file, "%s\n", text) == (int)strlen(text) + 1);
}

static void use_vectors(unsigned char seed)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    char from[PATTERN_BYTES], to[PATTERN_BYTES];
    for (int i = 0; i < PATTERN_BYTES - 1; i++)
        from[i] = letters[(i + seed) % 26];
    from[PATTERN_BYTES - 1] = '\0';
    for (int round = 0; round < 20; round++) {
        memcpy(to, from, sizeof to);
        CHECK(strlen(to) == PATTERN_BYTES - 1);
        CHECK(memcmp(from, to, sizeof to) == 0);
        to[PATTERN_BYTES / 2 + round] = '!';
        CHECK(strchr(to, '!') == to + PATTERN_BYTES / 2 + round);
        memmove(to + 1, to, PATTERN_BYTES - 2);
        CHECK(memchr(to, '!', sizeof to) == to + PATTERN_BYTES / 2 + round + 1);
    }
}

static int see_object(struct dl_phdr_info *, size_t, void *count)
{
    ++*(int *)count;
    for (volatile int i = 0; i < 1000; i++)
        ;
    return 0;
}

/* Holds the dynamic linker's lock, which a collection needs before it stops. */
static void use_linker(unsigned char)
{
    int count = 0;
    dl_iterate_phdr(see_object, &count);
    CHECK(count > 1);
}

static void use_errno(unsigned char seed)
{
    errno = seed;
    for (volatile int i = 0; i < 2000; i++)
        ;
    CHECK(errno == seed);
}

static void (*const uses[])(unsigned char seed) = {use_malloc, use_printf, use_vectors, use_linker, use_errno};
enum { USES = sizeof uses / sizeof uses[0] };

static void use_until_told(void *arg)
{
    unsigned use = *(const unsigned *)arg;
    for (unsigned char seed = 1; !atomic_load_explicit(&go_on, memory_order_relaxed);
         seed = (unsigned char)(seed % 200 + 1))
        uses[use](seed);
    atomic_fetch_add(&ended, 1);
}

static void collect_some(void *)
{
    for (int i = 0; i < 150; i++)
        gcrt_collect();
    atomic_fetch_add(&started, 1);
}

static int collect_beside_library(void *)
{
    static unsigned numbers[USES] = {0, 1, 2, 3, 4};
    for (unsigned i = 0; i < USES; i++)
        gcrt_go(use_until_told, &numbers[i]);
    for (unsigned i = 0; i < 3; i++)
        gcrt_go(use_until_told, &numbers[i]);
    gcrt_go(collect_some, NULL);
    gcrt_go(collect_some, NULL);
    wait_for(&started, 2);
    atomic_store(&go_on, 1);
    wait_for(&ended, USES + 3);
    CHECK(FIBRE_DELAYS_SIGNALS || signal_stops() > 100);
    return 0;
}

static void the_c_library_can_be_stopped_anywhere(void **)
{
    NEEDS_STOPS_IN_PLACE();
    child_passes("GCRT_PROCS=10", collect_beside_library);
}

/* ---- standing otherwise ---- */

static void collect_often(void *)
{
    for (int i = 0; i < 100; i++)
        gcrt_collect();
    atomic_fetch_add(&ended, 1);
}

static int stop_against_stop(void *)
{
    for (int i = 0; i < 4; i++)
        gcrt_go(collect_often, NULL);
    wait_for(&ended, 4);
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    CHECK(stats.cycle_count >= 100);
    return 0;
}

static void two_who_stop_wait_for_each_other(void **)
{
    child_passes("GCRT_PROCS=4", stop_against_stop);
}

static void block(void *)
{
    gcrt_block_enter();
    atomic_store(&started, 1);
    while (!atomic_load(&go_on))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    gcrt_block_leave();
    atomic_store(&ended, 1);
}

static int collect_beside_blocked(void *)
{
    gcrt_go(block, NULL);
    wait_for(&started, 1);
    for (int i = 0; i < 50; i++)
        gcrt_collect();
    CHECK(signal_stops() == 0);
    atomic_store(&go_on, 1);
    wait_for(&ended, 1);
    return 0;
}

static void a_blocking_call_needs_no_signal(void **)
{
    child_passes("GCRT_PROCS=1", collect_beside_blocked);
}

static void print_for_ever(void *)
{
    for (;;)
        printf("%d\n", atomic_fetch_add(&started, 1));
}

static void print_last(void)
{
    printf("last\n");
}

static int end_beside_printers(void *)
{
    atexit(print_last);
    for (int i = 0; i < 3; i++)
        gcrt_go(print_for_ever, NULL);
    wait_for(&started, 100);
    return 0;
}

/* print_last() waits for the lock of stdout, which a stopped thread may hold. */
static void the_end_waits_for_no_stopped_thread(void **)
{
    NEEDS_STOPS_IN_PLACE();
    for (int i = 0; i < 10; i++)
        child_passes("GCRT_PROCS=4", end_beside_printers);
}

/* Threads that are no goroutines meet a stop at any point of these calls. */
static void *poll_and_read(void *)
{
    struct gcrt_stats stats;
    uint64_t stop_count = 0;
    while (!atomic_load_explicit(&go_on, memory_order_relaxed)) {
        gcrt_poll();
        gcrt_stats_read(&stats);
        CHECK(stats.stop_count >= stop_count);
        stop_count = stats.stop_count;
    }
    return NULL;
}

static int collect_beside_a_thread(void *)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, poll_and_read, NULL) == 0);
    for (int i = 0; i < 200; i++)
        gcrt_collect();
    go_on = 1;
    pthread_join(thread, NULL);
    return 0;
}

static void other_threads_go_on_during_a_stop(void **)
{
    child_passes("GCRT_PROCS=2", collect_beside_a_thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_that_calls_nothing_is_stopped),
        cmocka_unit_test(a_pointer_in_a_register_alone_keeps_its_object),
        cmocka_unit_test(the_c_library_can_be_stopped_anywhere),
        cmocka_unit_test(two_who_stop_wait_for_each_other),
        cmocka_unit_test(a_blocking_call_needs_no_signal),
        cmocka_unit_test(the_end_waits_for_no_stopped_thread),
        cmocka_unit_test(other_threads_go_on_during_a_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
