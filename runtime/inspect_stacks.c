#include "inspect_stacks.h"

#include <stdbool.h>
#include <stddef.h>

#include "platform/pages.h"
#include "sched/goroutine.h"

/* By address. */
static struct {
    struct waiting_stack *stacks;
    size_t count;
} table;

/* Shell's, with Knuth's gaps: no recursion, no memory. */
static void sort(void)
{
    size_t gap = 1;
    while (gap < table.count / 3)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3)
        for (size_t i = gap; i < table.count; i++) {
            struct waiting_stack stack = table.stacks[i];
            size_t at = i;
            for (; at >= gap && table.stacks[at - gap].low > stack.low; at -= gap)
                table.stacks[at] = table.stacks[at - gap];
            table.stacks[at] = stack;
        }
}

const struct waiting_stack *inspect_stack_at(uintptr_t address)
{
    size_t low = 0, high = table.count;
    while (low < high) { /* stacks before `low` begin at or before the address, those from `high` on behind it */
        size_t middle = low + (high - low) / 2;
        if (table.stacks[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && address < table.stacks[low - 1].high ? &table.stacks[low - 1] : NULL;
}

static bool is_waiting(const struct goroutine *goroutine)
{
    /* Relaxed: nothing runs. */
    return atomic_load_explicit(&goroutine->status, memory_order_relaxed) == GOROUTINE_WAITING;
}

void inspect_stacks_find(void)
{
    size_t count = 0;
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        count += is_waiting(it);
    table.stacks = pages_map((count + 1) * sizeof *table.stacks);
    if (table.stacks == NULL)
        return;
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next)
        if (is_waiting(it))
            table.stacks[table.count++] = (struct waiting_stack){it->stack_low, it->stack_high, it->id};
    sort();
}
