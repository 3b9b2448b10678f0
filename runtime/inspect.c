/* The runtime as inspect.h shows it. Like run.c, this file knows all parts. */
#include "observe/inspect.h"

#include <errno.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "collector/collector.h"
#include "collector/roots.h"
#include "heap/address.h"
#include "heap/heap.h"
#include "heap/kind.h"
#include "heap/object_words.h"
#include "heap/span.h"
#include "inspect_stacks.h"
#include "observe/observe.h"
#include "platform/clock.h"
#include "platform/context.h"
#include "platform/errno_access.h"
#include "platform/fibre.h"
#include "platform/pages.h"
#include "platform/text.h"
#include "sched/goroutine.h"
#include "sched/scheduler.h"
#include "sched/stand.h"
#include "sched/stop.h"
#include "sched/thread.h"
#include "sync/channel.h"
#include "sync/parking_lot.h"

enum { DUMP_FRAMES_BYTES = 256 * 1024 }; /* more than the frames of a dump take */

/* ---- names ---- */

static uint8_t status_flags(enum goroutine_status status)
{
    if (status == GOROUTINE_WAITING)
        return INSPECT_STATUS_WAITING;
    return status == GOROUTINE_DEAD || status == GOROUTINE_IDLE ? INSPECT_STATUS_ENDED : 0;
}

static void statuses(void (*each)(const struct inspect_name *, void *), void *context)
{
    for (int status = GOROUTINE_IDLE; status <= GOROUTINE_DEAD; status++) {
        struct inspect_name name = {(uint8_t)status, status_flags((enum goroutine_status)status),
                                    goroutine_status_name((enum goroutine_status)status)};
        each(&name, context);
    }
}

static void wait_reasons(void (*each)(const struct inspect_name *, void *), void *context)
{
    static const struct inspect_name names[] = {
#define X(name, text, can_leak) {WAIT_##name, can_leak, text},
        GCRT_WAIT_REASONS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        each(&names[i], context);
}

static void types(void (*each)(const struct inspect_type *, void *), void *context)
{
    uint32_t last = 0;
    for (uint32_t id = 1; id < kind_count(); id++) { /* the kinds of a type are in a row */
        if (kinds[id].type_id == last)
            continue;
        last = kinds[id].type_id;
        struct text text = {0};
        kind_name(&kinds[id], &text);
        struct inspect_type type = {last, kinds[id].shape, kinds[id].type->size, text.bytes};
        each(&type, context);
    }
}

/* ---- objects ---- */

static void settle(void)
{
    gcrt_observer = NULL; /* what it writes to is shared with the parent */
    heap_caches_flush();
    heap_sweep_all();
    inspect_stacks_find();
}

static void spans(void (*each)(const struct inspect_span *, void *), void *context)
{
    for (uint32_t first = 1; first < heap_layout.page_top; first += heap_layout.spans[first].page_count) {
        const struct span *span = &heap_layout.spans[first];
        if (span->state != SPAN_USED)
            continue;
        struct inspect_span shown = {span_base(first),     span->slot_bytes, first,
                                     span->incarnation,    span->slot_count, kinds[span->kind].type_id,
                                     span_allocated(first)};
        each(&shown, context);
    }
}

/* What a declared pointer points to: an object, or the stack of one who waits. 0: neither. */
static uintptr_t target_of(uintptr_t address)
{
    uintptr_t slot = span_object_at(address);
    return slot == 0 && inspect_stack_at(address) != NULL ? address : slot;
}

/* As the marker takes words: itself, or what it is just behind. */
static bool resolve(uintptr_t word, uintptr_t *ret_target, bool *ret_interior)
{
    *ret_target = target_of(word);
    if (*ret_target == 0)
        *ret_target = span_object_at(word - 1);
    *ret_interior = *ret_target != word;
    return *ret_target != 0;
}

struct edge_visit {
    void (*each)(const struct inspect_edge *, void *);
    void *context;
};

static void show_pointer(void *slot, void *context)
{
    const struct edge_visit *visit = context;
    uintptr_t word = *(const uintptr_t *)slot;
    struct inspect_edge edge = {.word = slot, .target = target_of(word)};
    if (edge.target == 0)
        return;
    edge.interior = edge.target != word;
    visit->each(&edge, visit->context);
}

static void show_words(uintptr_t low, uintptr_t high, void *context)
{
    const struct edge_visit *visit = context;
    for (const uintptr_t *word = (const uintptr_t *)low; (uintptr_t)(word + 1) <= high; word++) {
        struct inspect_edge edge = {.word = word, .conservative = true};
        if (resolve(*word, &edge.target, &edge.interior))
            visit->each(&edge, visit->context);
    }
}

static void edges(const struct inspect_span *span, uint32_t slot, void (*each)(const struct inspect_edge *, void *),
                  void *context)
{
    struct edge_visit visit = {each, context};
    const struct span *of = &heap_layout.spans[span->span];
    object_words_visit(&kinds[of->kind], span->base + slot * span->slot_bytes, span->slot_bytes,
                       (struct object_words){show_pointer, show_words}, &visit);
}

/* ---- roots ---- */

struct root_visit {
    void (*each)(const struct inspect_root *, void *);
    void *context;
};

/* A stack is not held by itself, nor by the lists of those who wait. */
static bool says_nothing(const struct inspect_root *root)
{
    const struct waiting_stack *stack = inspect_stack_at(root->target);
    return stack != NULL && (stack->goroutine == root->owner || lot_owns(root->word));
}

static UNSANITIZED void show_root(const struct root_range *range, void *context)
{
    const struct root_visit *visit = context;
    uintptr_t low = ((uintptr_t)range->low + sizeof(void *) - 1) & ~(uintptr_t)(sizeof(void *) - 1);
    for (const uintptr_t *word = (const uintptr_t *)low; (const void *)(word + 1) <= range->high; word++) {
        struct inspect_root root = {.word = word, .owner = range->goroutine, .kind = (uint8_t)range->kind};
        if (resolve(*word, &root.target, &root.interior) && !says_nothing(&root))
            visit->each(&root, visit->context);
    }
}

static void roots(void (*each)(const struct inspect_root *, void *), void *context)
{
    struct root_visit visit = {each, context};
    roots_visit(show_root, &visit);
}

struct range_visit {
    void (*each)(uintptr_t low, uintptr_t high, void *);
    void *context;
};

/* Whole pages: what else lies in them is of the same loaded object. */
static void show_data(const struct root_range *range, void *context)
{
    const struct range_visit *visit = context;
    const uintptr_t in_page = PAGE_BYTES - 1;
    if (range->kind == ROOT_DATA)
        visit->each((uintptr_t)range->low & ~in_page, ((uintptr_t)range->high + in_page) & ~in_page, visit->context);
}

static void searched_memory(void (*each)(uintptr_t low, uintptr_t high, void *), void *context)
{
    pages_visit(each, context);
    roots_visit(show_data, &(struct range_visit){each, context});
    for (const struct thread *it = thread_first(); it != NULL; it = it->all_next)
        each(it->stack_low, it->frames_high, context);
    /* The dump's own frames lie below those of gcrt_run's caller, or on the stack of one of the threads above. */
    const void *caller_low, *caller_high;
    scheduler_caller_stack(&caller_low, &caller_high);
    uintptr_t high = (uintptr_t)caller_low & ~(uintptr_t)(sizeof(void *) - 1);
    each(high - DUMP_FRAMES_BYTES, high, context);
}

/* ---- goroutines ---- */

/* Where its stack is walked from: where it parked, or the place where a signal stopped it. */
static UNSANITIZED void find_frame(const struct goroutine *goroutine, struct inspect_goroutine *shown)
{
    for (struct thread *it = thread_first(); it != NULL; it = it->all_next) {
        if (it->current != goroutine)
            continue;
        if (!stand_is(it)) /* after a fatal signal: whoever did not come to stand */
            return;
        if (it->signal_context != 0) {
            const mcontext_t *context = &((const ucontext_t *)it->signal_context)->uc_mcontext;
            shown->frame = (uintptr_t)context->gregs[REG_RBP];
            shown->pc = (uintptr_t)context->gregs[REG_RIP] + 1; /* as if it were a return address */
            return;
        }
    }
    const char *saved = goroutine->stack_pointer;
    if (atomic_load_explicit(&goroutine->status, memory_order_relaxed) == GOROUTINE_SYSCALL) {
        shown->frame = (uintptr_t)goroutine->blocking_registers[BLOCKING_RBP];
        shown->pc = (uintptr_t)goroutine->blocking_registers[BLOCKING_PC];
        return;
    }
    memcpy(&shown->frame, saved + CONTEXT_RBP_OFFSET, sizeof shown->frame);
    memcpy(&shown->pc, saved + CONTEXT_RIP_OFFSET, sizeof shown->pc);
}

static struct inspect_goroutine show_goroutine(const struct goroutine *goroutine, uint8_t status)
{
    return (struct inspect_goroutine){
        .record = goroutine,
        .id = goroutine->id,
        .creator = goroutine->creator,
        .status = status,
        .wait_reason = atomic_load_explicit(&goroutine->wait_reason, memory_order_relaxed),
        .function = (uintptr_t)goroutine->function,
        .stack_low = goroutine->stack_low,
        .stack_high = goroutine->stack_high,
        .name = goroutine->name,
        .site = goroutine->site,
    };
}

static bool current(struct inspect_goroutine *ret_goroutine)
{
    const struct goroutine *goroutine = goroutine_current();
    if (goroutine != NULL)
        *ret_goroutine = show_goroutine(goroutine, GOROUTINE_RUNNING);
    ret_goroutine->pc = (uintptr_t)context_bottom;
    return goroutine != NULL;
}

static void goroutines(void (*each)(const struct inspect_goroutine *, void *), void *context)
{
    int64_t now_ns = clock_monotonic_ns();
    for (const struct goroutine *it = goroutine_first(); it != NULL; it = it->all_next) {
        uint8_t status = atomic_load_explicit(&it->status, memory_order_relaxed); /* relaxed: nothing runs */
        if (status == GOROUTINE_IDLE || status == GOROUTINE_DEAD)
            continue;
        struct inspect_goroutine shown = show_goroutine(it, status);
        if (status == GOROUTINE_WAITING && now_ns > it->wait_since_ns)
            shown.waiting_ns = (uint64_t)(now_ns - it->wait_since_ns);
        find_frame(it, &shown);
        each(&shown, context);
    }
}

struct wait_visit {
    void (*each)(uintptr_t object, void *);
    void *context;
};

static void show_channel(const struct gcrt_chan *chan, void *context)
{
    const struct wait_visit *visit = context;
    visit->each((uintptr_t)chan, visit->context);
}

static void waits(const void *record, void (*each)(uintptr_t object, void *), void *context)
{
    const struct goroutine *goroutine = record;
    struct wait_visit visit = {each, context};
    const void *object = atomic_load_explicit(&goroutine->wait_object, memory_order_relaxed);
    if (atomic_load_explicit(&goroutine->status, memory_order_relaxed) != GOROUTINE_WAITING)
        return;
    if (atomic_load_explicit(&goroutine->wait_reason, memory_order_relaxed) == WAIT_SELECT)
        select_visit_channels(goroutine->selection, show_channel, &visit);
    else if (object != NULL)
        each((uintptr_t)object, context);
}

static bool describe(uintptr_t word, char *ret_text, size_t bytes)
{
    struct text text = {0};
    bool is_known = address_describe(word, &text);
    size_t length = text.length < bytes - 1 ? text.length : bytes - 1;
    memcpy(ret_text, text.bytes, length);
    ret_text[length] = '\0';
    return is_known;
}

static int fork_stopped(uint64_t *ret_stop_ns)
{
    roots_refresh();
    if (!world_stop_from_outside(STOP_DUMP))
        return -EBUSY;
    int64_t begin_ns = clock_monotonic_ns();
    int pid = _Fork();
    if (pid == 0)
        return 0;
    int error = errno_read();
    *ret_stop_ns = (uint64_t)(clock_monotonic_ns() - begin_ns);
    world_start();
    return pid > 0 ? pid : -error;
}

const struct inspector gcrt_inspector = {
    .settle = settle,
    .statuses = statuses,
    .wait_reasons = wait_reasons,
    .types = types,
    .spans = spans,
    .edges = edges,
    .roots = roots,
    .goroutines = goroutines,
    .waits = waits,
    .searched_memory = searched_memory,
    .resolve = resolve,
    .cycle = collector_cycle_count,
    .fork = fork_stopped,
    .current = current,
    .describe = describe,
    .freeze = world_freeze,
};
