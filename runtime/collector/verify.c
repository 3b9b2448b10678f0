#include "collector/verify.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "heap/address.h"
#include "heap/kind.h"
#include "heap/object_words.h"
#include "heap/span.h"
#include "platform/invariant.h"
#include "platform/text.h"

/* Calls `pointer` for each declared pointer of each marked object, `context` being the object's address. */
static void visit_pointers(void (*pointer)(void *slot, void *object))
{
    struct object_words visit = {.pointer = pointer, .words = NULL};
    for (uint32_t first = 1; first < heap_layout.page_top; first += heap_layout.spans[first].page_count) {
        const struct span *span = &heap_layout.spans[first];
        const struct kind *kind = &kinds[span->kind];
        if (span->state != SPAN_USED || (kind->trace != KIND_TRACE_RANGES && kind->trace != KIND_TRACE_FUNCTION))
            continue;
        for (uint32_t slot = 0; slot < span->slot_count; slot++) {
            uintptr_t object = span_base(first) + slot * span->slot_bytes;
            if (span_marks(first)[slot] != 0)
                object_words_visit(kind, object, span->slot_bytes, visit, (void *)object);
        }
    }
}

/* ---- the evidence ---- */

static const uintptr_t *bad_slot; /* written once, by who is about to abort */
static uintptr_t bad_holder;

enum { WORDS_BEFORE = 8, WORDS_SHOWN = 32, SLOTS_A_LINE = 64, SLOTS_SHOWN = 512 };

static void show_address(const char *what, uintptr_t address, void (*line)(const char *text))
{
    struct text text = {0};
    text_add(&text, what);
    text_add_hex(&text, address);
    text_add(&text, ": ");
    address_describe(address, &text);
    text_add_end(&text);
    line(text.bytes);
}

static void show_holder(void (*line)(const char *text))
{
    const struct span *span = &heap_layout.spans[span_of(bad_holder)];
    size_t count = span->slot_bytes / sizeof(uintptr_t), bad = ((uintptr_t)bad_slot - bad_holder) / sizeof(uintptr_t);
    size_t from = bad > WORDS_BEFORE ? bad - WORDS_BEFORE : 0;
    show_address("held by ", bad_holder, line);
    for (size_t i = from; i < count && i < from + WORDS_SHOWN; i++) {
        struct text text = {0};
        uintptr_t word = ((const uintptr_t *)bad_holder)[i];
        text_add(&text, i == bad ? "--> +" : "    +");
        text_add_decimal(&text, i * sizeof(uintptr_t));
        text_add(&text, "  ");
        text_add_hex(&text, word);
        text_add(&text, "  ");
        address_describe(word, &text);
        text_add_end(&text);
        line(text.bytes);
    }
}

/* '.' free, 'a' allocated, 'M' allocated and marked, '!' marked and free; the slot in question in brackets. */
static void show_slots(uint32_t first, uint32_t bad, void (*line)(const char *text))
{
    const struct span *span = &heap_layout.spans[first];
    uint32_t from = bad / SLOTS_A_LINE * SLOTS_A_LINE;
    from = from > SLOTS_SHOWN / 2 ? from - SLOTS_SHOWN / 2 : 0;
    line("slots of its span: '.' free, 'a' allocated, 'M' allocated and marked, '!' marked and free");
    for (uint32_t slot = from; slot < span->slot_count && slot < from + SLOTS_SHOWN;) {
        struct text text = {0};
        text_add(&text, "  ");
        text_add_decimal(&text, slot);
        text_add(&text, ": ");
        do {
            bool is_allocated = span_slot_is_allocated(first, slot), is_marked = span_marks(first)[slot] != 0;
            text_add(&text, slot == bad ? "[" : NULL);
            text_add(&text, is_allocated ? is_marked ? "M" : "a" : is_marked ? "!" : ".");
            text_add(&text, slot == bad ? "]" : NULL);
        } while (++slot < span->slot_count && slot % SLOTS_A_LINE != 0);
        text_add_end(&text);
        line(text.bytes);
    }
}

static void show_bad_pointer(void (*line)(const char *text))
{
    show_address("pointer ", *bad_slot, line);
    show_holder(line);
}

static void show_free_slot(void (*line)(const char *text))
{
    uint32_t first = span_of(*bad_slot);
    show_address("pointer ", *bad_slot, line);
    show_slots(first, span_slot(&heap_layout.spans[first], *bad_slot - span_base(first)), line);
    show_holder(line);
}

/* ---- the check ---- */

static bool is_in_arenas(uintptr_t address)
{
    return address - heap_layout.base < (uint64_t)heap_layout.page_top << SPAN_PAGE_SHIFT;
}

static void check_pointer(void *slot, void *object)
{
    uintptr_t word = *(const uintptr_t *)slot;
    if (!is_in_arenas(word) || span_object_at(word) != 0 || span_object_at(word - 1) != 0)
        return;
    bad_slot = slot;
    bad_holder = (uintptr_t)object;
    uint32_t first = span_of(word);
    const struct span *span = &heap_layout.spans[first];
    if (first != 0 && span_slot(span, word - span_base(first)) < span->slot_count)
        invariant_broken(INVARIANT_M3, show_free_slot, "%#lx in object %#lx points to a free slot", word, bad_holder);
    invariant_broken(INVARIANT_P1, show_bad_pointer, "%#lx in object %#lx points to no slot in use", word, bad_holder);
}

void verify_pointers(void)
{
    visit_pointers(check_pointer);
}

/* ---- the faults ---- */

static uintptr_t victim; /* what the first declared pointer that fits points to */

static uint32_t count_marks(uint32_t first)
{
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < heap_layout.spans[first].slot_count; slot++)
        count += span_marks(first)[slot];
    return count;
}

/* The span of the victim is another one than its holder's, and for M3 stays in use. */
static void look_for_victim(void *slot, void *object)
{
    uintptr_t target = span_object_at(*(const uintptr_t *)slot);
    uint32_t first = span_of(target);
    if (victim == 0 && target != 0 && first != span_of((uintptr_t)object) &&
        (invariant_fault == INVARIANT_P1 || count_marks(first) > 1))
        victim = target;
}

void verify_lose_marks(void)
{
    if (victim != 0 || (invariant_fault != INVARIANT_P1 && invariant_fault != INVARIANT_M3))
        return;
    visit_pointers(look_for_victim);
    if (victim == 0)
        return;
    uint32_t first = span_of(victim);
    const struct span *span = &heap_layout.spans[first];
    if (invariant_fault == INVARIANT_P1)
        memset(span_marks(first), 0, span->slot_count);
    else
        span_marks(first)[span_slot(span, victim - span_base(first))] = 0;
}
