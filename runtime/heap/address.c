#include "heap/address.h"

#include "heap/kind.h"
#include "heap/span.h"
#include "platform/text.h"

static void describe_slot(uintptr_t address, uint32_t first, struct text *text)
{
    const struct span *span = &heap_layout.spans[first];
    uint64_t offset = address - span_base(first);
    uint32_t slot = span_slot(span, offset);
    if (slot >= span->slot_count) {
        text_add(text, "behind the last slot of span ");
        text_add_decimal(text, first);
        return;
    }
    kind_name(&kinds[span->kind], text);
    text_add(text, " ");
    text_add_hex(text, span_base(first) + slot * span->slot_bytes);
    if (offset != slot * span->slot_bytes) {
        text_add(text, "+");
        text_add_decimal(text, offset - slot * span->slot_bytes);
    }
    text_add(text, ", slot ");
    text_add_decimal(text, slot);
    text_add(text, " of span ");
    text_add_decimal(text, first);
    text_add(text, span_slot_is_allocated(first, slot) ? ", allocated" : ", free");
    text_add(text, span_marks(first)[slot] != 0 ? ", marked" : ", unmarked");
}

bool address_describe(uintptr_t address, struct text *text)
{
    if (address - heap_layout.base >= (uint64_t)heap_layout.page_top << SPAN_PAGE_SHIFT)
        return false;
    uint32_t first = span_of(address);
    if (first != 0)
        describe_slot(address, first, text);
    else
        text_add(text, "free pages of the heap");
    return true;
}
