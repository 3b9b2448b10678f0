/* waiting_stacks.c: the stacks of goroutines that wait, by address. */
#include <stdlib.h>

#include "base/array.h"
#include "gctool/remote/remote.h"

const struct waiting_stack *remote_stack_at(const struct remote *remote, uint64_t address)
{
    size_t low = 0, high = remote->stack_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (remote->stacks[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && address < remote->stacks[low - 1].high ? &remote->stacks[low - 1] : NULL;
}

uint64_t remote_target(const struct remote *remote, uint64_t word)
{
    uint64_t slot = heap_image_slot_at(&remote->heap, word);
    return slot == 0 && remote_stack_at(remote, word) != NULL ? word : slot;
}

static int compare(const void *left, const void *right)
{
    const struct waiting_stack *a = left, *b = right;
    return (a->low > b->low) - (a->low < b->low);
}

static int add(struct remote *remote, const struct record *record)
{
    uint8_t status = record_u8(remote, record, LAYOUT_GOROUTINE_STATUS);
    if (status >= LAYOUT_STATUS_COUNT || (remote->layout.table.statuses[status].flags & LAYOUT_WAITING) == 0)
        return 0;
    int error = array_reserve(&remote->stacks, &remote->stack_capacity, remote->stack_count + 1,
                              sizeof *remote->stacks);
    if (error == 0)
        remote->stacks[remote->stack_count++] = (struct waiting_stack){
            record_u64(remote, record, LAYOUT_GOROUTINE_STACK_LOW),
            record_u64(remote, record, LAYOUT_GOROUTINE_STACK_HIGH), record_u64(remote, record, LAYOUT_GOROUTINE_ID)};
    return error;
}

int remote_stacks(struct remote *remote)
{
    const struct layout *layout = &remote->layout;
    uint64_t at = remote_u64(remote, layout_address(layout, LAYOUT_AT_GOROUTINES));
    struct record record;
    int error = 0;
    for (uint32_t i = 0; at != 0 && i < REMOTE_LIST_MAX && error == 0; i++) {
        if (!remote_record(remote, at, LAYOUT_GOROUTINE_BYTES, &record))
            break; /* remote_goroutines() counts it */
        error = add(remote, &record);
        at = record_u64(remote, &record, LAYOUT_GOROUTINE_NEXT);
    }
    if (remote->stack_count > 0)
        qsort(remote->stacks, remote->stack_count, sizeof *remote->stacks, compare);
    return error;
}
