/* Select: all channels are locked, in the order of their addresses; one of the cases that can go on is done, or the goroutine waits in all of them.
 *
 * Uniform choice in one pass, by reservoir: the k-th ready case replaces the one chosen before with probability 1/k.
 *
 * The frame belongs to the goroutine, which runs elsewhere as soon as it is woken. The commit reads it while it unlocks, the lowest channel last: the
 * woken one locks that first, so it stays where it is until the commit has read all.
 */
#include <errno.h>
#include <stdint.h>

#include <gcrt/memory.h>
#include <gcrt/run.h>

#include "sync/caller.h"
#include "sync/channel.h"
#include "sync/selection.h"

enum {
    CASES_MAX = 65535,
    CASES_IN_FRAME = 8, /* more of them lie in an object of the heap that the frame keeps alive */
};

/* A number below `limit`, all of them equally likely. */
static size_t random_below(size_t limit)
{
    return (thread_random(thread_current()) >> 32) * limit >> 32;
}

/* ---- the order of locks ---- */

static void collect_entries(struct selection *selection, size_t case_count)
{
    for (size_t i = 0; i < case_count; i++)
        if (selection->cases[i].chan != NULL)
            selection->entries[selection->count++] = (struct select_entry){
                selection->cases[i].chan, (uint16_t)i, selection->cases[i].direction == GCRT_CASE_SEND};
}

/* Shell's sort with Ciura's gaps: for the few cases that a select has it is an insertion sort, and for thousands it still is quick. */
static void sort_entries(struct select_entry *entries, size_t count)
{
    static const size_t gaps[] = {17961, 7983, 3548, 1577, 701, 301, 132, 57, 23, 10, 4, 1};
    for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++)
        for (size_t i = gaps[g]; i < count; i++) {
            struct select_entry entry = entries[i];
            size_t at = i;
            for (; at >= gaps[g] && entries[at - gaps[g]].chan > entry.chan; at -= gaps[g])
                entries[at] = entries[at - gaps[g]];
            entries[at] = entry;
        }
}

/* Of several cases that wait in one list the first will be served: so those of one channel are shuffled. */
static void shuffle_equals(struct select_entry *entries, size_t count)
{
    size_t first = 0;
    for (size_t i = 1; i < count; i++) {
        if (entries[i].chan != entries[first].chan) {
            first = i;
            continue;
        }
        size_t other = first + random_below(i - first + 1);
        struct select_entry entry = entries[i];
        entries[i] = entries[other];
        entries[other] = entry;
    }
}

static bool is_first_of_channel(const struct selection *selection, size_t i)
{
    return i == 0 || selection->entries[i].chan != selection->entries[i - 1].chan;
}

static void lock_all(struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++)
        if (is_first_of_channel(selection, i))
            lock_take(&selection->entries[i].chan->lock);
}

static void unlock_all(struct selection *selection)
{
    for (size_t i = selection->count; i-- > 0;)
        if (is_first_of_channel(selection, i))
            lock_release(&selection->entries[i].chan->lock);
}

/* ---- without parking, under all locks ---- */

static bool can_go_on(const struct select_entry *entry)
{
    return entry->sends ? chan_can_send(entry->chan) : chan_can_receive(entry->chan);
}

/* One of those that can go on; NULL: none. */
static const struct select_entry *choose(const struct selection *selection)
{
    const struct select_entry *chosen = NULL;
    size_t ready_count = 0;
    for (size_t i = 0; i < selection->count; i++) {
        if (!can_go_on(&selection->entries[i]))
            continue;
        ready_count++;
        if (ready_count == 1 || random_below(ready_count) == 0)
            chosen = &selection->entries[i];
    }
    return chosen;
}

static enum chan_result perform(const struct selection *selection, const struct select_entry *entry,
                                struct goroutine **ret_woken)
{
    void *element = selection->cases[entry->case_index].element;
    return entry->sends ? chan_send_locked(entry->chan, element, ret_woken)
                        : chan_receive_locked(entry->chan, element, ret_woken);
}

/* Does one of the cases that can go on; NULL: there was none. A waiter whom another's select wins in between makes us choose again. */
static const struct select_entry *try_cases(const struct selection *selection, enum chan_result *ret_result,
                                            struct goroutine **ret_woken)
{
    const struct select_entry *chosen;
    do {
        chosen = choose(selection);
        if (chosen == NULL)
            return NULL;
        *ret_result = perform(selection, chosen, ret_woken);
    } while (*ret_result == CHAN_BLOCKED);
    return chosen;
}

/* ---- parking ---- */

static struct waiter_list *list_of(const struct select_entry *entry)
{
    return entry->sends ? &entry->chan->senders : &entry->chan->receivers;
}

static void add_waiters(struct selection *selection)
{
    struct goroutine *goroutine = goroutine_current();
    for (size_t i = 0; i < selection->count; i++) {
        const struct select_entry *entry = &selection->entries[i];
        struct waiter *waiter = &selection->waiters[i];
        *waiter = (struct waiter){
            .goroutine = goroutine, .to = selection->cases[entry->case_index].element, .winner = &selection->winner};
        waiters_add(list_of(entry), waiter);
    }
}

static void remove_losers(struct selection *selection, const struct waiter *winner)
{
    for (size_t i = 0; i < selection->count; i++)
        if (&selection->waiters[i] != winner)
            waiters_remove(list_of(&selection->entries[i]), &selection->waiters[i]);
}

static bool commit_unlock_all(struct goroutine *, void *arg)
{
    unlock_all(arg);
    return true;
}

/* Takes the locks along, and returns with them. */
static const struct select_entry *wait_for_one(struct selection *selection, enum chan_result *ret_result)
{
    add_waiters(selection);
    goroutine_current()->selection = selection;
    goroutine_park(WAIT_SELECT, NULL, commit_unlock_all, selection);
    lock_all(selection);
    /* Relaxed: its waker has made us run, so its store is seen. */
    const struct waiter *winner = atomic_load_explicit(&selection->winner, memory_order_relaxed);
    remove_losers(selection, winner);
    *ret_result = winner->ok ? CHAN_DONE : CHAN_CLOSED;
    return &selection->entries[winner - selection->waiters];
}

void select_visit_channels(const void *selection, void (*each)(const struct gcrt_chan *chan, void *context),
                           void *context)
{
    const struct selection *waits = selection;
    for (size_t i = 0; i < waits->count; i++)
        if (is_first_of_channel(waits, i))
            each(waits->entries[i].chan, context);
}

/* ---- the public calls ---- */

static int finish(const struct selection *selection, const struct select_entry *chosen, enum chan_result result)
{
    if (chosen->sends && result == CHAN_CLOSED)
        chan_panic_closed();
    selection->cases[chosen->case_index].ok = result == CHAN_DONE;
    return chosen->case_index;
}

static int run(struct selection *selection, size_t case_count, bool may_park)
{
    collect_entries(selection, case_count);
    if (selection->count == 0 && may_park)
        chan_park_for_ever(WAIT_EMPTY_SELECT);
    sort_entries(selection->entries, selection->count);
    shuffle_equals(selection->entries, selection->count);

    enum chan_result result;
    struct goroutine *woken = NULL;
    lock_all(selection);
    const struct select_entry *chosen = try_cases(selection, &result, &woken);
    if (chosen == NULL && may_park)
        chosen = wait_for_one(selection, &result);
    unlock_all(selection);
    if (woken != NULL)
        goroutine_ready(woken);
    return chosen != NULL ? finish(selection, chosen, result) : -EAGAIN;
}

static int start(struct gcrt_case *cases, size_t count, bool may_park, const char *call)
{
    if (count > CASES_MAX)
        gcrt_panic("%s: %zu cases, but at most %d are possible", call, count, CASES_MAX);
    struct select_entry entries[CASES_IN_FRAME];
    struct waiter waiters[CASES_IN_FRAME];
    struct selection selection = {.cases = cases, .entries = entries, .waiters = waiters};
    if (count > CASES_IN_FRAME) {
        selection.waiters = gcrt_new_conservative(count * (sizeof *waiters + sizeof *entries));
        selection.entries = (struct select_entry *)(selection.waiters + count);
    }
    caller_enter(call);
    int chosen = run(&selection, count, may_park);
    runtime_leave();
    return chosen;
}

int gcrt_select(struct gcrt_case *cases, size_t count)
{
    return start(cases, count, true, __func__);
}

int gcrt_select_try(struct gcrt_case *cases, size_t count)
{
    return start(cases, count, false, __func__);
}
