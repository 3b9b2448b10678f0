/* The map: against a model, under growth, from many goroutines, while it is ranged over; and what it keeps alive, counted exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <gcrt/gcrt.h>

#include "heap/kind.h"
#include "heap/span.h"
#include "support/child.h"
#include "support/child_run.h"
#include "sync/map_table.h"
#include "sync/siphash.h"

static const char *const environments[] = {"GCRT_PROCS=1", "GCRT_PROCS=2", "GCRT_PROCS=4 GCRT_STRESS=migrate",
                                           "GCRT_PROCS=2 GCRT_STRESS=collect=3"};

static void passes_everywhere(int (*entry)(void *))
{
    for (size_t i = 0; i < sizeof environments / sizeof *environments; i++)
        child_passes(environments[i], entry);
}

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Goroutines that the test waits for; the group of <gcrt/sync.h> is tested elsewhere. */
static _Atomic int running_count;

static void run_all(int count, void (*function)(void *))
{
    running_count = count;
    for (intptr_t i = 0; i < count; i++)
        gcrt_go(function, (void *)i);
    while (running_count > 0)
        gcrt_yield();
}

/* ---- one goroutine ---- */

enum { MODEL_KEYS = 700, MODEL_STEPS = 60000, TEXT_BYTES = 24 };

struct model {
    struct gcrt_map *map;
    char texts[MODEL_KEYS][TEXT_BYTES]; /* keys by content: each call gets a copy at another address */
    void *values[MODEL_KEYS];
    size_t length;
    unsigned seen[MODEL_KEYS];
};
static struct model model;

static void model_step(uint64_t *random)
{
    unsigned index = (unsigned)(random_next(random) % MODEL_KEYS);
    void *value = (void *)(uintptr_t)(random_next(random) | 1), *former = model.values[index];
    char copy[TEXT_BYTES];
    memcpy(copy, model.texts[index], TEXT_BYTES);
    switch (random_next(random) % 6) {
    case 0:
    case 1:
        gcrt_map_store(model.map, model.texts[index], value);
        model.length += former == NULL;
        model.values[index] = value;
        break;
    case 2:
        CHECK(gcrt_map_load_or_store(model.map, model.texts[index], value) == (former != NULL ? former : value));
        model.length += former == NULL;
        model.values[index] = former != NULL ? former : value;
        break;
    case 3:
        CHECK(gcrt_map_load_and_delete(model.map, copy) == former);
        model.length -= former != NULL;
        model.values[index] = NULL;
        break;
    case 4:
        CHECK(gcrt_map_delete(model.map, copy) == (former != NULL));
        model.length -= former != NULL;
        model.values[index] = NULL;
        break;
    default:
        CHECK(gcrt_map_load(model.map, copy) == former);
    }
    CHECK(gcrt_map_length(model.map) == model.length);
}

static bool model_see(void *key, void *value, void *)
{
    size_t index = (size_t)((const char(*)[TEXT_BYTES])key - model.texts);
    CHECK(index < MODEL_KEYS && model.values[index] == value);
    model.seen[index]++;
    return true;
}

static int model_run(void *)
{
    uint64_t random = 88172645463325252u;
    for (unsigned i = 0; i < MODEL_KEYS; i++)
        snprintf(model.texts[i], TEXT_BYTES, "%.*sx%u", (int)(i % 9), "aaaaaaaaa", i);
    model.map = gcrt_map_new(&gcrt_map_strings);
    for (int i = 0; i < MODEL_STEPS; i++)
        model_step(&random);
    gcrt_map_range(model.map, model_see, NULL);
    for (unsigned i = 0; i < MODEL_KEYS; i++)
        CHECK(model.seen[i] == (model.values[i] != NULL));
    return 0;
}

static void it_behaves_as_the_model(void **)
{
    passes_everywhere(model_run);
}

static uint64_t hash_to_one(const void *)
{
    return 7;
}

static uint64_t hash_to_few(const void *key)
{
    return (uintptr_t)key / 16 % 16 << 60;
}

static bool is_same(const void *a, const void *b)
{
    return a == b;
}

static const struct gcrt_map_class poor_classes[] = {{hash_to_one, is_same}, {hash_to_few, is_same}};

static int fill_and_empty(const struct gcrt_map_class *map_class, uintptr_t count)
{
    struct gcrt_map *map = gcrt_map_new(map_class);
    for (uintptr_t i = 0; i < count; i++) /* NULL is a key, too */
        gcrt_map_store(map, (void *)(i * 16), (void *)(i + 1));
    CHECK(gcrt_map_length(map) == count);
    for (uintptr_t i = 0; i < count; i++)
        CHECK(gcrt_map_load(map, (void *)(i * 16)) == (void *)(i + 1));
    CHECK(gcrt_map_load(map, (void *)(count * 16)) == NULL);
    for (uintptr_t i = 0; i < count; i++)
        CHECK(gcrt_map_load_and_delete(map, (void *)(i * 16)) == (void *)(i + 1));
    CHECK(gcrt_map_length(map) == 0);
    return 0;
}

static int use_poor_hashes(void *)
{
    struct gcrt_stats stats;
    fill_and_empty(&poor_classes[0], 500);
    fill_and_empty(&poor_classes[1], 8000);
    gcrt_collect();
    gcrt_stats_read(&stats);
    CHECK(stats.span_bytes < 8 << 20); /* hashes that nothing tells apart do not double the directory */
    return 0;
}

static void equal_hashes_cost_time_and_nothing_else(void **)
{
    child_passes("GCRT_PROCS=1", use_poor_hashes);
}

static int grow_large(void *)
{
    return fill_and_empty(&gcrt_map_identity, 300000);
}

static void many_keys_are_all_found(void **)
{
    child_passes("GCRT_PROCS=1", grow_large);
    child_passes("GCRT_PROCS=1 GCRT_STRESS=collect=100", grow_large);
}

static bool note_key(void *key, void *, void *arg)
{
    *(void **)arg = key;
    return false;
}

static int store_equal_keys(void *)
{
    char first[] = "key", second[] = "key";
    void *key = NULL;
    struct gcrt_map *map = gcrt_map_new(&gcrt_map_strings);
    gcrt_map_store(map, first, first);
    gcrt_map_store(map, second, second);
    gcrt_map_range(map, note_key, &key);
    CHECK(key == first);
    CHECK(gcrt_map_load(map, "key") == second);
    return 0;
}

static void of_equal_keys_the_first_stays(void **)
{
    child_passes(NULL, store_equal_keys);
}

static int store_null(void *)
{
    gcrt_map_store(gcrt_map_new(&gcrt_map_identity), (void *)8, NULL);
    return 0;
}

static int load_or_store_null(void *)
{
    gcrt_map_load_or_store(gcrt_map_new(&gcrt_map_identity), (void *)8, NULL);
    return 0;
}

static void a_value_of_null_panics(void **)
{
    assert_true(child_says(child_goroutine(NULL, store_null, NULL), "panic: gcrt_map_store: the value is NULL"));
    assert_true(child_says(child_goroutine(NULL, load_or_store_null, NULL),
                           "panic: gcrt_map_load_or_store: the value is NULL"));
}

/* ---- the hash of strings ---- */

/* The figures are those of CPython 3.11, which hashes bytes so: PYTHONHASHSEED=0 python3 -c 'print(hex(hash(b"a") & (1 << 64) - 1))'. */
static void siphash_is_the_published_one(void **)
{
    const struct siphash_key key = {{0, 0}};
    assert_int_equal(siphash_1_3(&key, "a", 1), 0x407448d2b89b1813);
    assert_int_equal(siphash_1_3(&key, "abcdefg", 7), 0x6db12aae9070f506);
    assert_int_equal(siphash_1_3(&key, "abcdefgh", 8), 0x3f7b849c0b8e35ea);
    assert_int_equal(siphash_1_3(&key, "abcdefghi", 9), 0xf89b34a3d11eb6e5);
    assert_int_equal(siphash_1_3(&key, "key:000000000012", 16), 0x4e18f9405d635107);
}

static int print_hash(void *)
{
    printf("%016llx", (unsigned long long)gcrt_map_strings.hash("a string"));
    return 0;
}

static void each_process_hashes_strings_differently(void **)
{
    char first[17] = {0};
    memcpy(first, child_goroutine(NULL, print_hash, NULL)->text, 16);
    assert_string_not_equal(first, child_goroutine(NULL, print_hash, NULL)->text);
}

/* ---- range beside changes ---- */

enum { RANGE_KEYS = 5000, RANGE_PASSING = 20000 };

static struct gcrt_map *ranged;
static unsigned char seen_fixed[RANGE_KEYS], seen_passing[RANGE_PASSING];
static uintptr_t next_passing;

/* Keys 1..RANGE_KEYS stay; higher ones come and go while we look, which splits tables and doubles the directory. */
static bool see_and_change(void *key, void *, void *)
{
    uintptr_t number = (uintptr_t)key;
    if (number <= RANGE_KEYS)
        seen_fixed[number - 1]++;
    else
        seen_passing[number - RANGE_KEYS - 1]++;
    for (int i = 0; i < 4 && next_passing < RANGE_PASSING; i++) {
        void *passing = (void *)(++next_passing + RANGE_KEYS);
        gcrt_map_store(ranged, passing, passing);
        if (i == 0)
            gcrt_map_delete(ranged, passing);
    }
    if (number % 1000 == 0)
        gcrt_yield();
    return true;
}

static int range_beside_changes(void *)
{
    ranged = gcrt_map_new(&gcrt_map_identity);
    for (uintptr_t i = 1; i <= RANGE_KEYS; i++)
        gcrt_map_store(ranged, (void *)i, (void *)i);
    gcrt_map_range(ranged, see_and_change, NULL);
    for (int i = 0; i < RANGE_KEYS; i++)
        CHECK(seen_fixed[i] == 1);
    for (int i = 0; i < RANGE_PASSING; i++)
        CHECK(seen_passing[i] <= 1);
    return 0;
}

static bool count_to_three(void *, void *, void *arg)
{
    return ++*(int *)arg < 3;
}

static int range_until_false(void *)
{
    int count = 0;
    struct gcrt_map *map = gcrt_map_new(&gcrt_map_identity);
    gcrt_map_range(map, count_to_three, &count);
    CHECK(count == 0);
    for (uintptr_t i = 1; i <= 10; i++)
        gcrt_map_store(map, (void *)i, (void *)i);
    gcrt_map_range(map, count_to_three, &count);
    CHECK(count == 3);
    return 0;
}

static void range_sees_what_stays_exactly_once(void **)
{
    passes_everywhere(range_beside_changes);
}

static void range_ends_when_it_is_told_to(void **)
{
    child_passes(NULL, range_until_false);
}

/* ---- many goroutines ---- */

enum { RACERS = 8, RACE_KEYS = 3000, ROUNDS = 3 };

static struct gcrt_map *raced;
static _Atomic(void *) winners[RACE_KEYS];
static _Atomic unsigned taken_count;

/* For each key all of them see the same winner, whoever that is. */
static void race_to_store(void *racer)
{
    for (uintptr_t i = 0; i < RACE_KEYS; i++) {
        void *mine = (void *)((uintptr_t)racer + 1);
        void *winner = gcrt_map_load_or_store(raced, (void *)(i * 8), mine), *expected = NULL;
        if (!atomic_compare_exchange_strong(&winners[i], &expected, winner))
            CHECK(expected == winner);
        if (i % 100 == 0)
            gcrt_yield();
    }
    running_count--;
}

static void race_to_take(void *)
{
    for (uintptr_t i = 0; i < RACE_KEYS; i++) {
        void *value = gcrt_map_load_and_delete(raced, (void *)(i * 8));
        if (value != NULL) {
            CHECK(value == winners[i]);
            taken_count++;
        }
    }
    running_count--;
}

static int race(void *)
{
    raced = gcrt_map_new(&gcrt_map_identity);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < RACE_KEYS; i++)
            winners[i] = NULL;
        run_all(RACERS, race_to_store);
        CHECK(gcrt_map_length(raced) == RACE_KEYS);
        taken_count = 0;
        run_all(RACERS, race_to_take);
        CHECK(taken_count == RACE_KEYS);
        CHECK(gcrt_map_length(raced) == 0);
    }
    return 0;
}

static void one_goroutine_wins_each_key(void **)
{
    passes_everywhere(race);
}

/* Each has keys of its own, all in the same map; what it stored last is what it loads. */
static void churn_own_keys(void *racer)
{
    uint64_t random = (uint64_t)(uintptr_t)racer * 7919 + 1;
    static uintptr_t own_values[RACERS][256];
    uintptr_t *own = own_values[(uintptr_t)racer];
    for (int step = 0; step < 30000; step++) {
        uintptr_t index = random_next(&random) % 256;
        void *key = (void *)(((uintptr_t)racer * 256 + index) * 8);
        CHECK(gcrt_map_load(raced, key) == (void *)own[index]);
        own[index] = random_next(&random) % 3;
        if (own[index] == 0)
            gcrt_map_delete(raced, key);
        else
            gcrt_map_store(raced, key, (void *)own[index]);
    }
    running_count--;
}

static bool has_value(void *, void *value, void *)
{
    CHECK(value == (void *)1 || value == (void *)2);
    return true;
}

static void range_often(void *)
{
    for (int i = 0; i < 50; i++) {
        gcrt_map_range(raced, has_value, NULL);
        gcrt_yield();
    }
    running_count--;
}

static void churn_or_range(void *racer)
{
    if ((uintptr_t)racer < RACERS)
        churn_own_keys(racer);
    else
        range_often(racer);
}

static int churn(void *)
{
    raced = gcrt_map_new(&gcrt_map_identity);
    run_all(RACERS + 1, churn_or_range);
    return 0;
}

static void goroutines_with_their_own_keys_do_not_disturb_each_other(void **)
{
    passes_everywhere(churn);
}

/* ---- what it keeps alive ---- */

struct key_object {
    uint64_t number;
};
GCRT_TYPE_LEAF(key_object_type, struct key_object);
struct value_object {
    uint64_t number[2];
};
GCRT_TYPE_LEAF(value_object_type, struct value_object);

enum { KEPT = 1000 };

static uint64_t hash_object(const void *key)
{
    return ((const struct key_object *)key)->number;
}

static bool equal_objects(const void *a, const void *b)
{
    return ((const struct key_object *)a)->number == ((const struct key_object *)b)->number;
}

static const struct gcrt_map_class object_class = {hash_object, equal_objects};
static struct gcrt_map *keeper;

static uint64_t count_alive(const struct gcrt_type *type)
{
    uint64_t alive = 0;
    const struct span *span;
    for (uint32_t first = 1; first < heap_layout.page_top; first += span->page_count) {
        span = &heap_layout.spans[first];
        if (span->state != SPAN_USED || kinds[span->kind].type != type)
            continue;
        for (uint32_t word = 0; word < span_bitmap_words(span); word++)
            alive += (uint64_t)__builtin_popcountll(span_allocated(first)[word]);
    }
    return alive;
}

/* Steps run in goroutines that end, so that no frame of the test holds what they touched; and each runs on clean memory below. */
static void expect_alive(uint64_t keys, uint64_t values)
{
    gcrt_collect();
    CHECK(count_alive(&key_object_type) == keys);
    CHECK(count_alive(&value_object_type) == values);
}

static void store_objects(void *)
{
    for (uint64_t i = 0; i < KEPT; i++) {
        struct key_object *key = gcrt_new(&key_object_type);
        key->number = i;
        gcrt_map_store(keeper, key, gcrt_new(&value_object_type));
    }
    running_count--;
}

static void replace_values(void *)
{
    for (uint64_t i = 0; i < KEPT; i++) {
        struct key_object key = {i};
        CHECK(gcrt_map_load(keeper, &key) != NULL);
        struct key_object *equal = gcrt_new(&key_object_type);
        equal->number = i;
        gcrt_map_store(keeper, equal, gcrt_new(&value_object_type));
    }
    running_count--;
}

static void delete_odd(void *)
{
    for (uint64_t i = 1; i < KEPT; i += 2) {
        struct key_object key = {i};
        CHECK(gcrt_map_delete(keeper, &key));
    }
    running_count--;
}

static bool delete_each(void *key, void *, void *)
{
    CHECK(gcrt_map_delete(keeper, key));
    return true;
}

static void delete_rest(void *)
{
    gcrt_map_range(keeper, delete_each, NULL);
    running_count--;
}

static int keep_and_free(void *)
{
    keeper = gcrt_map_new(&object_class);
    run_all(1, store_objects);
    expect_alive(KEPT, KEPT);
    run_all(1, replace_values);
    expect_alive(KEPT, KEPT);
    run_all(1, delete_odd);
    expect_alive(KEPT / 2, KEPT / 2);
    run_all(1, delete_rest);
    expect_alive(0, 0);
    CHECK(count_alive(&map_entry_type) == 0); /* the arrays of empty tables are gone, too */
    run_all(1, store_objects);
    gcrt_store(&keeper, NULL);
    expect_alive(0, 0);
    return 0;
}

static void what_is_deleted_is_freed_and_the_rest_stays(void **)
{
    child_passes("GCRT_PROCS=1", keep_and_free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_behaves_as_the_model),
        cmocka_unit_test(equal_hashes_cost_time_and_nothing_else),
        cmocka_unit_test(many_keys_are_all_found),
        cmocka_unit_test(of_equal_keys_the_first_stays),
        cmocka_unit_test(a_value_of_null_panics),
        cmocka_unit_test(siphash_is_the_published_one),
        cmocka_unit_test(each_process_hashes_strings_differently),
        cmocka_unit_test(range_sees_what_stays_exactly_once),
        cmocka_unit_test(range_ends_when_it_is_told_to),
        cmocka_unit_test(one_goroutine_wins_each_key),
        cmocka_unit_test(goroutines_with_their_own_keys_do_not_disturb_each_other),
        cmocka_unit_test(what_is_deleted_is_freed_and_the_rest_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
