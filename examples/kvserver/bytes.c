#include "bytes.h"

GCRT_TYPE_LEAF(char_type, char);
static GCRT_TYPE_TAIL_OF(text_type, struct text, char_type, bytes);

struct text *text_new(struct bytes bytes)
{
    struct text *text = gcrt_new_tail(&text_type, bytes.length);
    text->length = bytes.length;
    memcpy(text->bytes, bytes.at, bytes.length);
    return text;
}
