/* ranking.h: what is known of many sites, goroutines and waits, as short ordered lists.
 *
 * Rows are made per place (the innermost frame of the program, see stacks.h), or per whole stack when asked. A filter keeps the rows in
 * which a text occurs, upper or lower case alike: in the type, in a function or file of any frame of the stack, in a name. A limit cuts
 * after sorting; what was cut is said: `left_out`. Equal rows are ordered by name and context, so that the same trace gives the same text.
 */
#ifndef GCTOOL_ANALYZE_RANKING_H
#define GCTOOL_ANALYZE_RANKING_H

#include "gctool/model/model.h"
#include "gctool/model/stacks.h"

/*  X(NAME, word, meaning) */
#define RANKING_KEYS(X)                                                       \
    X(BYTES, "bytes", "bytes; where there are none, what the section counts") \
    X(COUNT, "count", "objects, goroutines, times")                           \
    X(TIME, "time", "time alive, run or waited")                              \
    X(NAME, "name", "type, then place")

enum ranking_key {
#define X(name, word, meaning) RANKING_##name,
    RANKING_KEYS(X)
#undef X
        RANKING_KEY_COUNT
};

struct ranking_options {
    enum ranking_key sort;
    const char *filter; /* NULL: all */
    size_t limit;       /* 0: all */
    bool by_stack;      /* a row for each stack instead of each place */
};

/* Which of a site's counts is ranked. */
enum site_measure {
    SITES_ALLOCATED,
    SITES_ALIVE,
    SITES_TEMPORARY,
    SITES_DEAD,
};

struct site_row {
    struct site site; /* summed */
    const char *type; /* never NULL */
    uint32_t place;
    uint64_t objects, bytes, time_ns; /* of the measure */
    uint64_t stacks;                  /* contexts summed up here */
};

struct site_ranking {
    struct site_row *rows;
    size_t count, left_out;
    uint64_t total_objects, total_bytes; /* of all that the filter kept, those cut by the limit included */
};

struct goroutine_row {
    char *name; /* function, or given name, or address */
    uint32_t create_context, create_place, wait_context, wait_place;
    uint8_t state, wait_reason;
    uint64_t count, run_ns, ready_ns, wait_ns;
    uint64_t since_ns;   /* the earliest moment since when one of them is in this state */
    uint64_t example_id; /* of that one */
};

struct goroutine_ranking {
    struct goroutine_row *rows;
    size_t count, left_out;
    uint64_t total;
};

struct wait_row {
    char *name; /* of the goroutines */
    uint32_t context, place;
    uint8_t reason;
    uint64_t count, total_ns, longest_ns, now;
};

struct wait_ranking {
    struct wait_row *rows;
    size_t count, left_out;
    uint64_t total_ns;
};

enum {
    GROWTH_PARTS = 4,             /* of a recording */
    GROWTH_SAMPLES_OF_PART = 2,   /* collections, at least: a shorter recording has no suspects */
    GROWTH_BYTES_MIN = 16 * 1024, /* less is no suspect */
};

struct growth_row {
    const char *type; /* never NULL */
    uint32_t place, context;
    uint64_t alive_objects;           /* at the end */
    uint64_t first_bytes, last_bytes; /* the least that was alive in the first and in the last part */
    uint64_t samples[GROWTH_SAMPLES];
};

struct growth_ranking {
    struct growth_row *rows;
    size_t count, left_out;
};

/* 0 or -ENOMEM. The model is not const: places are found on first use. */
[[nodiscard]] int ranking_sites(struct model *model, enum site_measure measure, const struct ranking_options *options,
                                struct site_ranking *ret_ranking);
[[nodiscard]] int ranking_goroutines(struct model *model, const struct ranking_options *options,
                                     struct goroutine_ranking *ret_ranking);
[[nodiscard]] int ranking_waits(struct model *model, const struct ranking_options *options,
                                struct wait_ranking *ret_ranking);
[[nodiscard]] int ranking_growth(struct model *model, const struct ranking_options *options,
                                 struct growth_ranking *ret_ranking);

void site_ranking_free(struct site_ranking *ranking);
void goroutine_ranking_free(struct goroutine_ranking *ranking);
void wait_ranking_free(struct wait_ranking *ranking);
void growth_ranking_free(struct growth_ranking *ranking);

/* Whether the filter keeps a row with these names and stacks: any may be NULL, context 0 is none. */
bool ranking_keeps(const char *filter, const struct stacks *stacks, const char *const names[], size_t name_count,
                   const uint32_t contexts[], size_t context_count);

#endif
