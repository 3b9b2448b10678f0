/* trace_contexts.c: stack nodes, each told by its distance to its caller's. */
#include <errno.h>
#include <stdlib.h>

#include "tracer/format/trace_tables.h"
#include "tracer/format/varint.h"

bool trace_context_append(struct trace_payload *payload, uint32_t id, const struct ring_context *node,
                          uint64_t *last_pc)
{
    if (payload->size + 3 * VARINT_BYTES_MAX > TRACE_BLOCK_RAW_MAX)
        return false;
    uint8_t *to = payload->bytes + payload->size;
    if (payload->count == 0) {
        to = varint_write(to, id);
        *last_pc = 0;
    }
    to = varint_write(to, id - node->parent);
    to = varint_write(to, zigzag_delta(node->pc, *last_pc));
    *last_pc = node->pc;
    payload->size = (size_t)(to - payload->bytes);
    payload->count++;
    return true;
}

static int context_put(struct trace_contexts *contexts, uint32_t id, const struct ring_context *node)
{
    struct ring_context **page = &contexts->pages[id / TRACE_CONTEXT_PAGE];
    if (*page == NULL)
        *page = calloc(TRACE_CONTEXT_PAGE, sizeof **page);
    if (*page == NULL)
        return -ENOMEM;
    (*page)[id % TRACE_CONTEXT_PAGE] = *node;
    contexts->end = id + 1;
    contexts->count++;
    return 0;
}

int trace_contexts_read(struct trace_contexts *contexts, const uint8_t *bytes, size_t size, const char **ret_reason)
{
    const uint8_t *end = bytes + size;
    uint64_t id, distance, delta, pc = 0;
    *ret_reason = "a context that makes no sense";
    bytes = varint_read_bounded(bytes, end, &id);
    if (bytes == NULL || id == 0 || id < contexts->end)
        return -EBADMSG;
    for (; bytes < end; id++) {
        bytes = varint_read_bounded(bytes, end, &distance);
        if (bytes != NULL)
            bytes = varint_read_bounded(bytes, end, &delta);
        if (bytes == NULL || id >= TRACE_CONTEXT_MAX || distance == 0 || distance > id)
            return -EBADMSG;
        pc = zigzag_apply(delta, pc);
        /* The parent may have been in a lost block: then the stack begins here. */
        uint32_t parent = (uint32_t)(id - distance);
        struct ring_context above = {0};
        if (parent != 0 && !trace_contexts_find(contexts, parent, &above))
            parent = 0;
        struct ring_context node = {.pc = pc, .parent = parent, .depth = above.depth + 1};
        if (node.depth > RINGS_CONTEXT_DEPTH_MAX + 1)
            continue; /* no recorder makes these: not known, as if lost */
        int error = context_put(contexts, (uint32_t)id, &node);
        if (error < 0)
            return error;
    }
    return 0;
}

bool trace_contexts_find(const struct trace_contexts *contexts, uint32_t id, struct ring_context *ret_node)
{
    *ret_node = (struct ring_context){0};
    if (id == 0 || id >= contexts->end || contexts->pages[id / TRACE_CONTEXT_PAGE] == NULL)
        return false;
    const struct ring_context *node = &contexts->pages[id / TRACE_CONTEXT_PAGE][id % TRACE_CONTEXT_PAGE];
    if (node->depth == 0)
        return false;
    *ret_node = *node;
    return true;
}

void trace_contexts_free(struct trace_contexts *contexts)
{
    for (size_t i = 0; i < sizeof contexts->pages / sizeof contexts->pages[0]; i++)
        free(contexts->pages[i]);
}
