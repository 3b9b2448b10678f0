/* Invariant S1: it holds after everything that programs do, and heap_check() sees each way in which it can fail.
 *
 * What an observer is told is held against the heap's bitmaps: a birth is in a free slot, a death in an occupied one, and after a collection
 * exactly the slots are allocated that were born and did not die.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gcrt/goroutine.h>
#include <gcrt/memory.h>
#include <gcrt/store.h>

#include "heap/check.h"
#include "heap/heap.h"
#include "heap/kind.h"
#include "heap/span.h"
#include "observe/observe.h"
#include "platform/lock.h"
#include "support/child.h"
#include "support/child_run.h"

struct node {
    struct node *next;
    uint64_t value[5];
};
GCRT_TYPE(node_type, struct node, next);

/* ---- faults are seen ---- */

static struct node *kept;

static uint32_t span_of_kept(void)
{
    return span_of((uintptr_t)kept);
}

static void mark_a_free_slot(void)
{
    uint32_t first = span_of_kept(), slot = 0;
    while (span_slot_is_allocated(first, slot))
        slot++;
    span_marks(first)[slot] = 1;
}

static void leave_a_mark(void)
{
    uint32_t first = span_of_kept();
    span_marks(first)[span_slot(&heap_layout.spans[first], (uintptr_t)kept - span_base(first))] = 1;
}

static void use_a_slot_beyond_the_end(void)
{
    uint32_t first = span_of_kept();
    span_allocated(first)[heap_layout.spans[first].slot_count / 64] |= (uint64_t)1 << 63;
}

static void disown_a_page(void)
{
    heap_layout.owner[span_of_kept()] = 0;
}

static void change_the_kind(void)
{
    heap_layout.spans[span_of_kept()].slot_bytes += 16;
}

static void list_a_span(void)
{
    uint32_t first = span_of_kept();
    heap_layout.spans[first].next = 0;
    kinds[heap_layout.spans[first].kind].unswept = first;
}

static void lose_pages(void)
{
    heap_layout.spans[span_of_kept()].page_count = 0;
}

struct fault {
    const char *said;
    void (*make)(void);
};

static struct fault faults[] = {
    {"mark 1, allocated 0", mark_a_free_slot}, {"mark 1, allocated 1", leave_a_mark},
    {"is in use", use_a_slot_beyond_the_end},  {"is owned by 0", disown_a_page},
    {"its kind has", change_the_kind},         {"1 spans are to be swept, of 0", list_a_span},
    {"no span begins at page", lose_pages},
};

static int make_fault(void *arg)
{
    const struct fault *fault = arg;
    gcrt_store(&kept, gcrt_new(&node_type));
    gcrt_collect();
    CHECK(heap_check(HEAP_SWEPT) == NULL);
    fault->make();
    const char *what = heap_check(HEAP_SWEPT);
    CHECK(what != NULL);
    puts(what);
    return 0;
}

static void every_fault_is_seen(void **)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const struct child *child = child_goroutine("GCRT_PROCS=1", make_fault, &faults[i]);
        assert_int_equal(child->status, 0);
        assert_true(child_says(child, faults[i].said));
    }
}

static int collect_with_a_stale_mark(void *)
{
    gcrt_store(&kept, gcrt_new(&node_type));
    gcrt_collect();
    leave_a_mark();
    gcrt_collect();
    return 0;
}

static void under_stress_a_cycle_ends_with_the_fault(void **)
{
    const struct child *child = child_goroutine("GCRT_PROCS=1 GCRT_STRESS=collect=1000", collect_with_a_stale_mark,
                                                NULL);
    assert_int_equal(child->signal, SIGABRT);
    assert_true(child_says(child, "invariant S1 (span accounts): span"));
}

/* ---- what the observer hears ---- */

enum { PAGES_SEEN = 1 << 16 };

static struct lock hearing; /* workers call at the same time */
static struct heard {
    uint32_t incarnation, slot_count;
    uint64_t alive[SPAN_SLOTS_MAX / 64];
} heard[PAGES_SEEN];
static uint64_t births, deaths;

static bool is_alive(uint32_t span, uint32_t slot)
{
    return heard[span].alive[slot / 64] >> (slot % 64) & 1;
}

static void hear_span(unsigned, const struct observe_span *span)
{
    lock_take(&hearing);
    CHECK(span->span < PAGES_SEEN && span->incarnation > heard[span->span].incarnation);
    CHECK(heard[span->span].slot_count == 0); /* the last one was released */
    CHECK(span->base == span_base(span->span));
    heard[span->span] = (struct heard){.incarnation = span->incarnation, .slot_count = span->slot_count};
    lock_release(&hearing);
}

static void hear_release(unsigned, uint32_t span, uint32_t incarnation)
{
    lock_take(&hearing);
    CHECK(heard[span].incarnation == incarnation && heard[span].slot_count != 0);
    for (uint32_t slot = 0; slot < heard[span].slot_count; slot++)
        CHECK(!is_alive(span, slot));
    heard[span].slot_count = 0;
    lock_release(&hearing);
}

static void hear_birth(unsigned, uint32_t span, uint32_t slot, const void *)
{
    lock_take(&hearing);
    CHECK(slot < heard[span].slot_count && !is_alive(span, slot));
    heard[span].alive[slot / 64] |= (uint64_t)1 << (slot % 64);
    births++;
    lock_release(&hearing);
}

static void hear_deaths(unsigned, uint32_t span, uint32_t incarnation, const uint64_t *dead, size_t word_count)
{
    lock_take(&hearing);
    CHECK(heard[span].incarnation == incarnation && word_count == (heard[span].slot_count + 63) / 64);
    for (size_t word = 0; word < word_count; word++) {
        CHECK((dead[word] & ~heard[span].alive[word]) == 0);
        heard[span].alive[word] &= ~dead[word];
        deaths += (uint64_t)__builtin_popcountll(dead[word]);
    }
    lock_release(&hearing);
}

/* ---- and nothing else of what it could hear ---- */

static void ignore_type(unsigned, uint32_t, uint64_t, uint32_t, const char *)
{
}
static void ignore_name(unsigned, enum observe_names, uint64_t, const char *)
{
}
static void ignore_worker(unsigned)
{
}
static void ignore_create(unsigned, uint64_t, uint64_t, uintptr_t, const void *)
{
}
static void ignore_goroutine(unsigned, uint64_t)
{
}
static void ignore_block(unsigned, uint64_t, uint8_t, uintptr_t, const void *)
{
}
static void ignore_stop(unsigned, uint8_t)
{
}
static void ignore_phase(unsigned, uint64_t, uint8_t)
{
}
static void ignore_cycle(unsigned, const struct observe_cycle *)
{
}
static void ignore_stack(unsigned, uintptr_t, uintptr_t)
{
}
static void ignore_end(unsigned, int, bool)
{
}

static const struct observer observer = {
    .type = ignore_type,
    .name = ignore_name,
    .span_new = hear_span,
    .span_acquired = ignore_worker,
    .span_release = hear_release,
    .birth = hear_birth,
    .deaths = hear_deaths,
    .go_create = ignore_create,
    .go_run = ignore_goroutine,
    .go_block = ignore_block,
    .go_wake = ignore_goroutine,
    .go_yield = ignore_goroutine,
    .go_end = ignore_goroutine,
    .stop_begin = ignore_stop,
    .stop_done = ignore_stop,
    .stop_end = ignore_stop,
    .phase = ignore_phase,
    .cycle = ignore_cycle,
    .stack = ignore_stack,
    .run_end = ignore_end,
};

static int open_observer(const char *, const struct observer **ret_observer, char *, size_t)
{
    *ret_observer = &observer;
    return 0;
}

static struct node *lists[8];
static _Atomic int running;

/* Lists that grow and are dropped, arrays of all sizes, some of them large. */
static __attribute__((noinline)) void churn(void *arg)
{
    uint64_t random = (uint64_t)(uintptr_t)arg + 1;
    struct node **list = arg;
    for (int i = 0; i < 8000; i++) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        struct node *node = gcrt_new(&node_type);
        gcrt_store(&node->next, *list);
        gcrt_store(list, random >> 60 == 0 ? NULL : node);
        gcrt_keep_alive(gcrt_new_bytes((random >> 33) % (i % 64 == 0 ? 100000 : 600)));
        if (i % 1024 == 0)
            gcrt_yield();
    }
    running--;
}

static __attribute__((noinline)) void compare_with_bitmaps(void)
{
    uint64_t alive = 0;
    const struct span *span;
    for (uint32_t first = 1; first < heap_layout.page_top; first += span->page_count) {
        span = &heap_layout.spans[first];
        if (span->state != SPAN_USED)
            continue;
        CHECK(heard[first].slot_count == span->slot_count && heard[first].incarnation == span->incarnation);
        for (uint32_t word = 0; word < span_bitmap_words(span); word++) {
            CHECK(span_allocated(first)[word] == heard[first].alive[word]);
            alive += (uint64_t)__builtin_popcountll(span_allocated(first)[word]);
        }
    }
    CHECK(alive == births - deaths);
    struct gcrt_stats stats;
    gcrt_stats_read(&stats);
    CHECK(alive == stats.marked_objects && stats.heap_bytes == stats.marked_bytes);
}

static int churn_observed(void *)
{
    enum { GOROUTINES = 8 };
    for (running = 0; running < GOROUTINES; running++)
        ;
    for (int i = 0; i < GOROUTINES; i++)
        gcrt_go(churn, &lists[i]);
    while (running > 0)
        gcrt_sleep(1000000);
    gcrt_collect(); /* nobody else runs */
    compare_with_bitmaps();
    CHECK(heap_check(HEAP_SWEPT) == NULL);
    CHECK(births > 100000 && deaths > 50000);
    return 0;
}

static void births_and_deaths_are_the_bitmaps(void **)
{
    observe_register(&(const struct observe_source){open_observer});
    child_passes("GCRT_PROCS=1 GCRT_TRACE=x", churn_observed);
    child_passes("GCRT_PROCS=4 GCRT_TRACE=x", churn_observed);
    child_passes("GCRT_PROCS=3 GCRT_TRACE=x GCRT_STRESS=collect=40,migrate", churn_observed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_seen),
        cmocka_unit_test(under_stress_a_cycle_ends_with_the_fault),
        cmocka_unit_test(births_and_deaths_are_the_bitmaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
