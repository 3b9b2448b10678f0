/* See goroutines.h. */
#include "gctool/model/goroutines.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>

static int group_get(struct goroutines *all, uint64_t function, uint32_t context, uint32_t *ret_group)
{
    uint32_t group = key_index_find(&all->by_group, function, context);
    if (group != KEY_INDEX_NONE) {
        *ret_group = group;
        return 0;
    }
    int error = array_reserve(&all->groups, &all->group_capacity, all->group_count + 1, sizeof *all->groups);
    if (error < 0)
        return error;
    group = (uint32_t)all->group_count;
    error = key_index_add(&all->by_group, function, context, group);
    if (error < 0)
        return error;
    all->groups[group] = (struct goroutine_group){.function = function, .context = context};
    all->group_count++;
    *ret_group = group;
    return 0;
}

static int wait_get(struct goroutines *all, uint32_t group, uint8_t reason, uint32_t context, uint32_t *ret_wait)
{
    uint64_t high = (uint64_t)group << 8 | reason;
    uint32_t wait = key_index_find(&all->by_wait, high, context);
    if (wait != KEY_INDEX_NONE) {
        *ret_wait = wait;
        return 0;
    }
    int error = array_reserve(&all->waits, &all->wait_capacity, all->wait_count + 1, sizeof *all->waits);
    if (error < 0)
        return error;
    wait = (uint32_t)all->wait_count;
    error = key_index_add(&all->by_wait, high, context, wait);
    if (error < 0)
        return error;
    all->waits[wait] = (struct goroutine_wait){.group = group, .context = context, .reason = reason};
    all->wait_count++;
    *ret_wait = wait;
    return 0;
}

/* A place for a new live goroutine. */
static int add_goroutine(struct goroutines *all, const struct goroutine *goroutine, struct goroutine **ret_goroutine)
{
    uint32_t place;
    if (all->free_count > 0) {
        place = all->free_list[all->free_count - 1];
    } else {
        if (all->count >= KEY_INDEX_NONE)
            return -ENOMEM;
        int error = array_reserve(&all->items, &all->capacity, all->count + 1, sizeof *all->items);
        if (error < 0)
            return error;
        place = (uint32_t)all->count;
    }
    int error = key_index_add(&all->by_id, 0, goroutine->id, place);
    if (error < 0)
        return error;
    if (all->free_count > 0)
        all->free_count--;
    else
        all->count++;
    all->items[place] = *goroutine;
    *ret_goroutine = &all->items[place];
    return 0;
}

static uint64_t elapsed(const struct goroutines *all, uint64_t from_ns, uint64_t to_ns)
{
    if (from_ns < all->since_ns)
        from_ns = all->since_ns;
    return to_ns > from_ns ? to_ns - from_ns : 0;
}

/* Accounts the time since the last change to the state that ends now. */
static void leave_state(struct goroutines *all, struct goroutine *goroutine, uint64_t now_ns)
{
    uint64_t ns = elapsed(all, goroutine->state_since_ns, now_ns);
    struct goroutine_wait *wait;
    switch (goroutine->state) {
    case GOROUTINE_READY:
        goroutine->ready_ns += ns;
        break;
    case GOROUTINE_RUNNING:
        goroutine->run_ns += ns;
        break;
    case GOROUTINE_WAITING:
        goroutine->wait_ns += ns;
        wait = &all->waits[goroutine->wait];
        wait->now--;
        if (now_ns >= all->since_ns) {
            wait->count++;
            wait->total_ns += ns;
            if (ns > wait->longest_ns)
                wait->longest_ns = ns;
        }
        break;
    default:
        break;
    }
}

static void enter_state(struct goroutines *all, struct goroutine *goroutine, enum goroutine_state state,
                        uint64_t now_ns)
{
    leave_state(all, goroutine, now_ns);
    goroutine->state = (uint8_t)state;
    goroutine->state_since_ns = now_ns;
    goroutine->wait_object = 0;
    goroutine->wait_reason = 0;
}

/* The live goroutine `id`; made up when nothing was heard of its creation. */
static int get(struct goroutines *all, uint64_t id, uint64_t now_ns, struct goroutine **ret_goroutine)
{
    uint32_t place = key_index_find(&all->by_id, 0, id);
    if (place != KEY_INDEX_NONE) {
        *ret_goroutine = &all->items[place];
        return 0;
    }
    struct goroutine unknown = {.id = id, .created_ns = now_ns, .state_since_ns = now_ns};
    int error = group_get(all, 0, 0, &unknown.group);
    if (error < 0)
        return error;
    error = add_goroutine(all, &unknown, ret_goroutine);
    if (error < 0)
        return error;
    all->inconsistent++;
    all->created++;
    all->groups[unknown.group].created++;
    return 0;
}

int goroutines_create(struct goroutines *all, uint64_t id, uint64_t creator, uint32_t context, uint64_t function,
                      uint64_t now_ns)
{
    if (key_index_find(&all->by_id, 0, id) != KEY_INDEX_NONE) {
        all->inconsistent++; /* ids are not used twice: its end was lost */
        int error = goroutines_end(all, id, now_ns);
        if (error < 0)
            return error;
    }
    struct goroutine goroutine = {
        .id = id, .creator = creator, .created_ns = now_ns, .state_since_ns = now_ns, .state = GOROUTINE_READY};
    int error = group_get(all, function, context, &goroutine.group);
    if (error < 0)
        return error;
    struct goroutine *added;
    error = add_goroutine(all, &goroutine, &added);
    if (error < 0)
        return error;
    all->created++;
    all->groups[goroutine.group].created++;
    return 0;
}

static int move(struct goroutines *all, uint64_t id, unsigned allowed_from, enum goroutine_state to, uint64_t now_ns)
{
    struct goroutine *goroutine;
    int error = get(all, id, now_ns, &goroutine);
    if (error < 0)
        return error;
    if (goroutine->state != GOROUTINE_UNKNOWN && !(allowed_from & 1U << goroutine->state))
        all->inconsistent++;
    enter_state(all, goroutine, to, now_ns);
    return 0;
}

int goroutines_run(struct goroutines *all, uint64_t id, uint64_t now_ns)
{
    return move(all, id, 1U << GOROUTINE_READY, GOROUTINE_RUNNING, now_ns);
}

int goroutines_wake(struct goroutines *all, uint64_t id, uint64_t now_ns)
{
    return move(all, id, 1U << GOROUTINE_WAITING, GOROUTINE_READY, now_ns);
}

int goroutines_yield(struct goroutines *all, uint64_t id, uint64_t now_ns)
{
    return move(all, id, 1U << GOROUTINE_RUNNING, GOROUTINE_READY, now_ns);
}

int goroutines_block(struct goroutines *all, uint64_t id, uint8_t reason, uint64_t object, uint32_t context,
                     uint64_t now_ns)
{
    struct goroutine *goroutine;
    int error = get(all, id, now_ns, &goroutine);
    if (error < 0)
        return error;
    uint32_t wait;
    error = wait_get(all, goroutine->group, reason, context, &wait);
    if (error < 0)
        return error;
    if (goroutine->state != GOROUTINE_UNKNOWN && goroutine->state != GOROUTINE_RUNNING)
        all->inconsistent++;
    enter_state(all, goroutine, GOROUTINE_WAITING, now_ns);
    goroutine->wait = wait;
    goroutine->wait_reason = reason;
    goroutine->wait_object = object;
    all->waits[wait].now++;
    return 0;
}

int goroutines_end(struct goroutines *all, uint64_t id, uint64_t now_ns)
{
    struct goroutine *goroutine;
    int error = get(all, id, now_ns, &goroutine);
    if (error < 0)
        return error;
    error = array_reserve(&all->free_list, &all->free_capacity, all->free_count + 1, sizeof *all->free_list);
    if (error < 0)
        return error;
    if (goroutine->state == GOROUTINE_WAITING)
        all->inconsistent++;
    enter_state(all, goroutine, GOROUTINE_ENDED, now_ns);
    struct goroutine_group *group = &all->groups[goroutine->group];
    group->run_ns += goroutine->run_ns;
    group->ready_ns += goroutine->ready_ns;
    group->wait_ns += goroutine->wait_ns;
    group->ended++;
    all->ended++;
    key_index_remove(&all->by_id, 0, id);
    all->free_list[all->free_count++] = (uint32_t)(goroutine - all->items);
    return 0;
}

void goroutines_finish(struct goroutines *all, uint64_t now_ns)
{
    for (size_t place = 0; place < all->count; place++) {
        struct goroutine *goroutine = &all->items[place];
        if (goroutine->state == GOROUTINE_ENDED)
            continue;
        uint64_t ns = elapsed(all, goroutine->state_since_ns, now_ns);
        if (goroutine->state == GOROUTINE_WAITING) {
            struct goroutine_wait *wait = &all->waits[goroutine->wait];
            goroutine->wait_ns += ns;
            wait->total_ns += ns;
            if (ns > wait->longest_ns)
                wait->longest_ns = ns;
        } else if (goroutine->state == GOROUTINE_RUNNING) {
            goroutine->run_ns += ns;
        } else if (goroutine->state == GOROUTINE_READY) {
            goroutine->ready_ns += ns;
        }
    }
}

const struct goroutine *goroutines_find(const struct goroutines *all, uint64_t id)
{
    uint32_t place = key_index_find(&all->by_id, 0, id);
    return place == KEY_INDEX_NONE ? NULL : &all->items[place];
}

void goroutines_free(struct goroutines *all)
{
    free(all->items);
    free(all->free_list);
    free(all->groups);
    free(all->waits);
    key_index_free(&all->by_id);
    key_index_free(&all->by_group);
    key_index_free(&all->by_wait);
    *all = (struct goroutines){0};
}
