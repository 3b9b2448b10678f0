#include "gctool/model/payload.h"

#include <string.h>

#include "tracer/format/varint.h"

uint64_t payload_number(struct payload *payload)
{
    uint64_t value = 0;
    const uint8_t *next = payload->bad ? NULL : varint_read_bounded(payload->at, payload->end, &value);
    if (next == NULL) {
        payload->bad = true;
        return 0;
    }
    payload->at = next;
    return value;
}

const uint8_t *payload_bytes(struct payload *payload, uint64_t size)
{
    if (payload->bad || size > (uint64_t)(payload->end - payload->at)) {
        payload->bad = true;
        return NULL;
    }
    payload->at += size;
    return payload->at - size;
}

int payload_text(struct payload *payload, struct texts *texts, const char **ret_text)
{
    char copy[PAYLOAD_TEXT_BYTES_MAX + 1];
    uint64_t size = payload_number(payload);
    *ret_text = NULL;
    const uint8_t *from = size <= PAYLOAD_TEXT_BYTES_MAX ? payload_bytes(payload, size) : NULL;
    if (from == NULL) {
        payload->bad = true;
        return 0;
    }
    memcpy(copy, from, size);
    copy[size] = '\0';
    return texts_keep(texts, copy, ret_text);
}

int payload_module(struct payload *payload, struct texts *texts, struct snapshot_module *ret_module)
{
    ret_module->bias = payload_number(payload);
    ret_module->start = payload_number(payload);
    ret_module->end = payload_number(payload);
    uint64_t size = payload_number(payload);
    const uint8_t *build_id = size <= SNAPSHOT_BUILD_ID_BYTES ? payload_bytes(payload, size) : NULL;
    int error = payload_text(payload, texts, &ret_module->path);
    if (error < 0)
        return error;
    if (payload->bad || build_id == NULL || ret_module->path == NULL || ret_module->start >= ret_module->end) {
        payload->bad = true;
        return 0;
    }
    memcpy(ret_module->build_id, build_id, size);
    ret_module->build_id_bytes = (uint8_t)size;
    return 0;
}
