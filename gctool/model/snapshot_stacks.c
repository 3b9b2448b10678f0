/* Stacks of goroutines as contexts, so that they are named, placed and compared as stacks of births are. */
#include <errno.h>

#include "gctool/model/snapshot.h"

/* The context of `pc` called from `parent`; made when there is none. */
static int intern(struct snapshot *snapshot, struct key_index *known, uint32_t parent, uint64_t pc,
                  uint32_t *ret_context)
{
    uint32_t context = key_index_find(known, parent, pc);
    if (context == KEY_INDEX_NONE) {
        context = snapshot->stacks.context_count != 0 ? (uint32_t)snapshot->stacks.context_count : 1;
        int error = stacks_add_context(&snapshot->stacks, context, parent, pc);
        if (error == 0)
            error = key_index_add(known, parent, pc, context);
        if (error < 0)
            return error;
    }
    *ret_context = context;
    return 0;
}

static int intern_goroutine(struct snapshot *snapshot, struct key_index *known, struct snapshot_goroutine *goroutine)
{
    uint32_t context = 0;
    for (uint32_t i = goroutine->frame_count; i-- > 0;) {
        int error = intern(snapshot, known, context, snapshot->frames[goroutine->first_frame + i], &context);
        if (error < 0)
            return error;
    }
    goroutine->stack = context;
    return 0;
}

int snapshot_intern_stacks(struct snapshot *snapshot)
{
    struct key_index known = {0};
    int error = 0;
    for (size_t i = 0; i < snapshot->goroutine_count && error == 0; i++)
        error = intern_goroutine(snapshot, &known, &snapshot->goroutines[i]);
    key_index_free(&known);
    return error == -EINVAL ? 0 : error; /* more stacks than can be told apart: the rest has none */
}
