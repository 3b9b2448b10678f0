#include "gctool/analyze/leaks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A candidate and an address it waits for; sorted by address, so that the waiters of an object lie together. */
struct waiter {
    uint64_t address; /* of the object's slot; outside of the heap: as it is */
    uint32_t goroutine;
    uint32_t object; /* SNAPSHOT_NONE: outside of the heap */
};

/* A stack's root words, by goroutine. */
struct stack_root {
    uint32_t goroutine, root;
};

struct finder {
    const struct snapshot *snapshot;
    struct leaks *leaks;
    enum leak_verdict revived_as;
    struct waiter *waiters;
    size_t waiter_count;
    struct stack_root *stack_roots;
    size_t stack_root_count;
    uint32_t
        *stacks; /* goroutines whose stacks can be used by who is alive, but are not yet added; each is in it once */
    size_t stack_count;
    bool *is_taken; /* by goroutine: its stack was put there */
};

static bool is_of_goroutine(uint8_t root_kind)
{
    return root_kind == HEAP_ROOT_STACK || root_kind == HEAP_ROOT_REGISTER || root_kind == HEAP_ROOT_RECORD;
}

static uint32_t goroutine_index(const struct snapshot *snapshot, uint64_t id)
{
    const struct snapshot_goroutine *goroutine = snapshot_find_goroutine(snapshot, id);
    return goroutine != NULL ? (uint32_t)(goroutine - snapshot->goroutines) : SNAPSHOT_NONE;
}

static bool is_candidate(const struct finder *finder, uint32_t goroutine)
{
    const struct snapshot_goroutine *it = &finder->snapshot->goroutines[goroutine];
    return it->waiting && it->may_leak;
}

/* ---- indices ---- */

static int compare_waiters(const void *a, const void *b)
{
    const struct waiter *first = a, *second = b;
    if (first->address != second->address)
        return first->address < second->address ? -1 : 1;
    return (first->goroutine > second->goroutine) - (first->goroutine < second->goroutine);
}

static int compare_stack_roots(const void *a, const void *b)
{
    const struct stack_root *first = a, *second = b;
    if (first->goroutine != second->goroutine)
        return first->goroutine < second->goroutine ? -1 : 1;
    return (first->root > second->root) - (first->root < second->root);
}

static void index_waiters(struct finder *finder)
{
    const struct snapshot *snapshot = finder->snapshot;
    for (uint32_t at = 0; at < snapshot->goroutine_count; at++) {
        const struct snapshot_goroutine *goroutine = &snapshot->goroutines[at];
        for (uint32_t wait = 0; is_candidate(finder, at) && wait < goroutine->wait_count; wait++) {
            uint64_t address = snapshot->waits[goroutine->first_wait + wait];
            uint32_t object = snapshot_find(snapshot, address);
            if (object != SNAPSHOT_NONE)
                address = snapshot_address(snapshot, object);
            finder->waiters[finder->waiter_count++] = (struct waiter){address, at, object};
        }
    }
    qsort(finder->waiters, finder->waiter_count, sizeof *finder->waiters, compare_waiters);
}

static void index_stack_roots(struct finder *finder)
{
    const struct snapshot *snapshot = finder->snapshot;
    for (uint32_t root = 0; root < snapshot->root_count; root++) {
        if (!is_of_goroutine(snapshot->roots[root].kind))
            continue;
        uint32_t goroutine = goroutine_index(snapshot, snapshot->roots[root].owner);
        if (goroutine != SNAPSHOT_NONE)
            finder->stack_roots[finder->stack_root_count++] = (struct stack_root){goroutine, root};
    }
    qsort(finder->stack_roots, finder->stack_root_count, sizeof *finder->stack_roots, compare_stack_roots);
}

/* ---- the fixpoint ---- */

static void add_stack_roots(struct finder *finder, uint32_t goroutine)
{
    size_t low = 0, high = finder->stack_root_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (finder->stack_roots[middle].goroutine < goroutine)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < finder->stack_root_count && finder->stack_roots[low].goroutine == goroutine; low++)
        reach_add_root(&finder->leaks->reach, finder->stack_roots[low].root);
}

static size_t first_waiter_from(const struct finder *finder, uint64_t address)
{
    size_t low = 0, high = finder->waiter_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (finder->waiters[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void take_stack(struct finder *finder, uint32_t goroutine)
{
    if (!finder->is_taken[goroutine])
        finder->stacks[finder->stack_count++] = goroutine;
    finder->is_taken[goroutine] = true;
}

static void revive(struct finder *finder, const struct waiter *waiter)
{
    struct leak *leak = &finder->leaks->items[waiter->goroutine];
    if (leak->verdict != LEAK_LEAKED)
        return;
    leak->verdict = (uint8_t)finder->revived_as;
    leak->woken_by = waiter->object;
    leak->woken_by_outside = waiter->object == SNAPSHOT_NONE ? waiter->address : 0;
    take_stack(finder, waiter->goroutine);
}

/* Those outside of the heap in [low, high); what lies in an object is revived by the object. */
static void revive_outside(struct finder *finder, uint64_t low, uint64_t high)
{
    for (size_t at = first_waiter_from(finder, low); at < finder->waiter_count && finder->waiters[at].address < high;
         at++)
        if (finder->waiters[at].object == SNAPSHOT_NONE)
            revive(finder, &finder->waiters[at]);
}

/* The first word that points to a stack and is held by this object, or by this owner when it is SNAPSHOT_NONE. */
static size_t first_stack_word_of(const struct finder *finder, uint32_t object, uint64_t owner)
{
    const struct snapshot_stack_word *words = finder->snapshot->stack_words;
    size_t low = 0, high = finder->snapshot->stack_word_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (words[middle].object < object || (words[middle].object == object && words[middle].owner < owner))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void take_stacks_held_by_object(struct finder *finder, uint32_t object)
{
    const struct snapshot *snapshot = finder->snapshot;
    for (size_t at = first_stack_word_of(finder, object, 0);
         at < snapshot->stack_word_count && snapshot->stack_words[at].object == object; at++)
        if (snapshot->stack_words[at].kind != HEAP_EDGE_WEAK)
            take_stack(finder, snapshot->stack_words[at].goroutine);
}

static void take_stacks_held_by_stack(struct finder *finder, uint64_t owner)
{
    const struct snapshot *snapshot = finder->snapshot;
    for (size_t at = first_stack_word_of(finder, SNAPSHOT_NONE, owner);
         at < snapshot->stack_word_count && snapshot->stack_words[at].owner == owner; at++)
        if (is_of_goroutine(snapshot->stack_words[at].kind))
            take_stack(finder, snapshot->stack_words[at].goroutine);
}

/* By roots that are of no goroutine: those that are scanned, or those that are not. */
static void take_stacks_held_by_roots(struct finder *finder, bool scanned)
{
    const struct snapshot *snapshot = finder->snapshot;
    for (size_t at = first_stack_word_of(finder, SNAPSHOT_NONE, 0); at < snapshot->stack_word_count; at++) {
        const struct snapshot_stack_word *word = &snapshot->stack_words[at];
        if (!is_of_goroutine(word->kind) && scanned == (word->kind != HEAP_ROOT_UNSCANNED))
            take_stack(finder, word->goroutine);
    }
}

/* The words of a stack that can be used are roots, and what others wait for on it is alive. */
static void add_stacks(struct finder *finder)
{
    while (finder->stack_count > 0) {
        uint32_t goroutine = finder->stacks[--finder->stack_count];
        const struct snapshot_goroutine *it = &finder->snapshot->goroutines[goroutine];
        add_stack_roots(finder, goroutine);
        revive_outside(finder, it->stack_low, it->stack_high);
        take_stacks_held_by_stack(finder, it->id);
    }
}

static void object_reached(struct reach *reach, uint32_t object, void *argument)
{
    struct finder *finder = argument;
    uint64_t address = snapshot_address(reach->snapshot, object);
    for (size_t at = first_waiter_from(finder, address);
         at < finder->waiter_count && finder->waiters[at].address == address; at++)
        revive(finder, &finder->waiters[at]);
    take_stacks_held_by_object(finder, object);
    add_stacks(finder);
}

/* Candidates begin as leaked; everybody else is alive. */
static void begin_verdicts(struct finder *finder)
{
    for (uint32_t at = 0; at < finder->snapshot->goroutine_count; at++) {
        struct leak *leak = &finder->leaks->items[at];
        *leak = (struct leak){.verdict = is_candidate(finder, at) ? LEAK_LEAKED : LEAK_NONE, .woken_by = SNAPSHOT_NONE};
        if (leak->verdict == LEAK_NONE)
            take_stack(finder, at);
    }
}

/* What is waited for outside of the heap and of all stacks is a global, or memory of somebody else: alive. */
static void revive_by_globals(struct finder *finder)
{
    for (size_t at = 0; at < finder->waiter_count; at++)
        if (finder->waiters[at].object == SNAPSHOT_NONE &&
            snapshot_find_stack(finder->snapshot, finder->waiters[at].address) == SNAPSHOT_NONE)
            revive(finder, &finder->waiters[at]);
}

static void run_fixpoint(struct finder *finder)
{
    struct reach *reach = &finder->leaks->reach;
    finder->revived_as = LEAK_ALIVE;
    begin_verdicts(finder);
    for (size_t root = 0; root < finder->snapshot->root_count; root++)
        if (!is_of_goroutine(finder->snapshot->roots[root].kind) &&
            finder->snapshot->roots[root].kind != HEAP_ROOT_UNSCANNED)
            reach_add_root(reach, root);
    take_stacks_held_by_roots(finder, true);
    revive_by_globals(finder);
    add_stacks(finder);
    reach_run(reach, object_reached, finder);

    finder->revived_as = LEAK_UNDECIDED;
    reach_next_wave(reach);
    for (size_t root = 0; root < finder->snapshot->root_count; root++)
        if (finder->snapshot->roots[root].kind == HEAP_ROOT_UNSCANNED)
            reach_add_root(reach, root);
    take_stacks_held_by_roots(finder, false);
    add_stacks(finder);
    reach_run(reach, object_reached, finder);
}

/* ---- what leaked goroutines keep alive ---- */

/* Who keeps an object that nobody alive reaches: a goroutine's index, or one of these. */
enum { KEPT_BY_NOBODY = UINT32_MAX, KEPT_BY_SEVERAL = UINT32_MAX - 1 };

struct keepers {
    uint32_t *by_object, *stack;
    size_t depth;
};

static void keep(const struct finder *finder, struct keepers *keepers, uint32_t object, uint32_t goroutine)
{
    uint32_t *keeper = &keepers->by_object[object];
    if (reach_has(&finder->leaks->reach, object) && finder->leaks->reach.steps[object].wave == 1)
        return;
    uint32_t next = *keeper == KEPT_BY_NOBODY || *keeper == goroutine ? goroutine : KEPT_BY_SEVERAL;
    if (*keeper == next)
        return;
    *keeper = next;
    keepers->stack[keepers->depth++] = object;
}

/* An object is on the stack at most once at a time with each of the two keepers it can get, hence twice the objects. */
static void follow(const struct finder *finder, struct keepers *keepers)
{
    const struct snapshot *snapshot = finder->snapshot;
    while (keepers->depth > 0) {
        uint32_t object = keepers->stack[--keepers->depth];
        for (uint64_t edge = snapshot->edge_begin[object]; edge < snapshot->edge_begin[object + 1]; edge++)
            if (snapshot->edges[edge].kind != HEAP_EDGE_WEAK)
                keep(finder, keepers, snapshot->edges[edge].target, keepers->by_object[object]);
    }
}

static void sum_up(struct finder *finder, const struct keepers *keepers)
{
    const struct snapshot *snapshot = finder->snapshot;
    for (uint32_t object = 0; object < snapshot->object_count; object++) {
        uint32_t keeper = keepers->by_object[object];
        if (keeper == KEPT_BY_NOBODY)
            continue;
        uint64_t *objects = &finder->leaks->shared_objects, *bytes = &finder->leaks->shared_bytes;
        if (keeper != KEPT_BY_SEVERAL) {
            objects = &finder->leaks->items[keeper].kept_objects;
            bytes = &finder->leaks->items[keeper].kept_bytes;
        }
        *objects += 1;
        *bytes += snapshot_bytes(snapshot, object);
    }
}

static int measure_kept(struct finder *finder)
{
    size_t objects = finder->snapshot->object_count;
    struct keepers keepers = {malloc((objects + 1) * sizeof(uint32_t)), malloc((2 * objects + 1) * sizeof(uint32_t)),
                              0};
    if (keepers.by_object != NULL && keepers.stack != NULL) {
        memset(keepers.by_object, 0xff, objects * sizeof(uint32_t));
        for (size_t at = 0; at < finder->stack_root_count; at++) {
            uint32_t goroutine = finder->stack_roots[at].goroutine;
            if (finder->leaks->items[goroutine].verdict >= LEAK_UNDECIDED) {
                keep(finder, &keepers, finder->snapshot->roots[finder->stack_roots[at].root].target, goroutine);
                follow(finder, &keepers);
            }
        }
        sum_up(finder, &keepers);
    }
    bool failed = keepers.by_object == NULL || keepers.stack == NULL;
    free(keepers.by_object);
    free(keepers.stack);
    return failed ? -ENOMEM : 0;
}

/* ---- */

static int allocate(struct finder *finder)
{
    const struct snapshot *snapshot = finder->snapshot;
    finder->leaks->items = calloc(snapshot->goroutine_count + 1, sizeof *finder->leaks->items);
    finder->waiters = calloc(snapshot->wait_count + 1, sizeof *finder->waiters);
    finder->stack_roots = calloc(snapshot->root_count + 1, sizeof *finder->stack_roots);
    finder->stacks = calloc(snapshot->goroutine_count + 1, sizeof *finder->stacks);
    finder->is_taken = calloc(snapshot->goroutine_count + 1, sizeof *finder->is_taken);
    bool failed = finder->leaks->items == NULL || finder->waiters == NULL || finder->stack_roots == NULL ||
                  finder->stacks == NULL || finder->is_taken == NULL;
    return failed ? -ENOMEM : reach_start(&finder->leaks->reach, snapshot);
}

int leaks_find(const struct snapshot *snapshot, struct leaks *ret_leaks)
{
    *ret_leaks = (struct leaks){0};
    struct finder finder = {.snapshot = snapshot, .leaks = ret_leaks};
    int error = allocate(&finder);
    if (error == 0) {
        index_waiters(&finder);
        index_stack_roots(&finder);
        run_fixpoint(&finder);
        error = measure_kept(&finder);
    }
    for (size_t at = 0; error == 0 && at < snapshot->goroutine_count; at++) {
        ret_leaks->leaked += ret_leaks->items[at].verdict == LEAK_LEAKED;
        ret_leaks->undecided += ret_leaks->items[at].verdict == LEAK_UNDECIDED;
    }
    free(finder.waiters);
    free(finder.stack_roots);
    free(finder.stacks);
    free(finder.is_taken);
    if (error < 0)
        leaks_free(ret_leaks);
    return error;
}

void leaks_free(struct leaks *leaks)
{
    free(leaks->items);
    reach_end(&leaks->reach);
    *leaks = (struct leaks){0};
}
