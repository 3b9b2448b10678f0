/* See stack_trees.h. */
#include "gctool/stack_trees.h"

#include <errno.h>
#include <stdio.h>

enum { FRAMES_MAX = 256, FRAME_TEXT_BYTES = 600 }; /* of a stack: outer ones are left out beyond */

struct frame_list {
    struct stack_frame frames[FRAMES_MAX]; /* innermost first */
    size_t count;
};

static bool take_frame(const struct stack_frame *frame, void *argument)
{
    struct frame_list *list = argument;
    list->frames[list->count++] = *frame;
    return list->count < FRAMES_MAX;
}

/* The node of the type under the stack. */
static int find_node(struct frame_tree *tree, const struct stacks *stacks, uint32_t context, const char *type,
                     uint32_t *ret_node)
{
    struct frame_list list;
    list.count = 0;
    stacks_visit(stacks, context, take_frame, &list);
    uint32_t node = 0;
    int error = list.count == 0 ? frame_tree_child(tree, 0, "(stack not recorded)", FRAME_RUNTIME, &node) : 0;
    for (size_t at = list.count; at-- > 0 && error == 0;) {
        const struct stack_frame *frame = &list.frames[at];
        char text[FRAME_TEXT_BYTES] = "(deeper frames were not recorded)";
        if (frame->pc != 0)
            stack_frame_describe(frame, text, sizeof text);
        enum frame_kind kind = frame->pc == 0 || stack_frame_is_runtime(stacks, frame) ? FRAME_RUNTIME : FRAME_FUNCTION;
        error = frame_tree_child(tree, node, text, kind, &node);
    }
    return error == 0 ? frame_tree_child(tree, node, type[0] != '\0' ? type : "(unnamed type)", FRAME_OBJECT, ret_node)
                      : error;
}

int stack_trees_recording(const struct model *model, struct frame_tree *ret_tree)
{
    int error = frame_tree_start(ret_tree, "stacks", "what was allocated, by call stack");
    frame_tree_add_measure(ret_tree, "allocated_bytes", "allocated", UNIT_BYTES);
    frame_tree_add_measure(ret_tree, "alive_bytes", "still alive", UNIT_BYTES);
    for (size_t at = 0; at < model->sites.count && error == 0; at++) {
        const struct site *site = &model->sites.items[at];
        const struct type_info *type = names_find_type(&model->names, site->type);
        uint32_t node;
        error = find_node(ret_tree, &model->stacks, site->context, type != NULL ? type->name : "", &node);
        if (error < 0)
            break;
        ret_tree->nodes[node].values[0] += site->born_bytes;
        ret_tree->nodes[node].values[1] += site->alive_bytes;
    }
    return error;
}

/* Objects of a span mostly come from the same stack, one after the other. */
struct last_node {
    uint32_t birth, node;
    bool known;
};

static int add_object(struct frame_tree *tree, const struct snapshot *snapshot, const struct reach *reach,
                      const struct snapshot_span *span, uint32_t object, struct last_node *last)
{
    uint32_t birth = snapshot->births[object];
    if (!last->known || last->birth != birth) {
        int error = find_node(tree, &snapshot->stacks, birth, snapshot->types[span->type].name, &last->node);
        if (error < 0)
            return error;
        last->birth = birth;
        last->known = true;
    }
    tree->nodes[last->node].values[0] += span->slot_bytes;
    tree->nodes[last->node].values[1] += reach_has(reach, object) ? span->slot_bytes : 0;
    tree->nodes[last->node].values[2] += reach_has(reach, object) ? 0 : span->slot_bytes;
    return 0;
}

int stack_trees_heap(const struct snapshot *snapshot, const struct reach *reach, struct frame_tree *ret_tree)
{
    int error = frame_tree_start(ret_tree, "stacks", "what the heap holds, by the call stack that made it");
    frame_tree_add_measure(ret_tree, "bytes", "in the heap", UNIT_BYTES);
    frame_tree_add_measure(ret_tree, "reachable_bytes", "of these reachable", UNIT_BYTES);
    frame_tree_add_measure(ret_tree, "garbage_bytes", "of these garbage", UNIT_BYTES);
    for (size_t at = 0; at < snapshot->span_count && error == 0; at++) {
        const struct snapshot_span *span = &snapshot->spans[at];
        struct last_node last = {0};
        for (uint32_t object = 0; object < span->object_count && error == 0; object++)
            error = add_object(ret_tree, snapshot, reach, span, span->first_object + object, &last);
    }
    return error;
}
