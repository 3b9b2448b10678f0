/* goroutines.c: the goroutines of a program: what each waits for, its frames, and the roots that it holds.
 *
 * Where a goroutine's registers are:
 *
 *     parked, runnable     in its saved context, on its stack
 *     in a blocking call   in its record
 *     running              in the thread that has it: in what a stop's signal saved; else the thread's own, unless the thread is on its scheduler's
 *                          stack, when the goroutine's are in its saved context as well
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include "gctool/remote/remote.h"

enum { RED_ZONE_BYTES = 128, TEXT_BYTES = 512 };

/* Where a walk by frame pointers begins. pc as a return address. */
struct place {
    uint64_t pc, frame, stack_pointer;
};

struct running {
    bool is_on_thread; /* its registers are those of the thread */
    const struct memory_thread *thread;
    uint64_t signal_low, signal_high; /* what a stop's signal saved; 0: nothing */
};

/* ---- the thread that has it ---- */

static struct running find_running(const struct remote *remote, const struct record *goroutine)
{
    struct running running = {0};
    struct record thread;
    uint64_t at = remote_u64(remote, layout_address(&remote->layout, LAYOUT_AT_THREADS));
    for (uint32_t i = 0; at != 0 && i < REMOTE_LIST_MAX; i++) {
        if (!remote_record(remote, at, LAYOUT_THREAD_BYTES, &thread))
            break;
        at = record_u64(remote, &thread, LAYOUT_THREAD_NEXT);
        if (record_u64(remote, &thread, LAYOUT_THREAD_CURRENT) != goroutine->address)
            continue;
        running.thread = memory_find_thread(remote->memory, (int)record_u32(remote, &thread, LAYOUT_THREAD_TID));
        running.signal_low = record_u64(remote, &thread, LAYOUT_THREAD_SIGNAL_CONTEXT);
        running.signal_high = record_u64(remote, &thread, LAYOUT_THREAD_SIGNAL_STACK_HIGH);
        uint64_t sp = running.thread != NULL ? running.thread->registers.rsp : 0;
        bool is_scheduler = sp >= record_u64(remote, &thread, LAYOUT_THREAD_STACK_LOW) &&
                            sp < record_u64(remote, &thread, LAYOUT_THREAD_STACK_HIGH);
        running.is_on_thread = running.thread != NULL && running.signal_low == 0 && !is_scheduler;
        break;
    }
    return running;
}

static struct place find_place(const struct remote *remote, const struct record *goroutine,
                               const struct running *running)
{
    const struct layout *layout = &remote->layout;
    uint64_t saved = record_u64(remote, goroutine, LAYOUT_GOROUTINE_STACK_POINTER);
    if (running->signal_low != 0) {
        uint64_t at = running->signal_low + offsetof(ucontext_t, uc_mcontext.gregs);
        return (struct place){remote_u64(remote, at + REG_RIP * sizeof(greg_t)) + 1,
                              remote_u64(remote, at + REG_RBP * sizeof(greg_t)), saved};
    }
    if (running->is_on_thread) {
        const struct user_regs_struct *registers = &running->thread->registers;
        uint64_t sp = registers->rsp, low = record_u64(remote, goroutine, LAYOUT_GOROUTINE_STACK_LOW);
        bool is_on_stack = sp >= low && sp < record_u64(remote, goroutine, LAYOUT_GOROUTINE_STACK_HIGH);
        return (struct place){registers->rip + 1, registers->rbp,
                              is_on_stack && sp - low > RED_ZONE_BYTES ? sp - RED_ZONE_BYTES : low};
    }
    if (record_u8(remote, goroutine, LAYOUT_GOROUTINE_STATUS) == layout_number(layout, LAYOUT_STATUS_SYSCALL)) {
        uint64_t at = goroutine->address + layout_number(layout, LAYOUT_GOROUTINE_BLOCKING);
        return (struct place){remote_u64(remote, at + layout_number(layout, LAYOUT_BLOCKING_CALLER) * sizeof(uint64_t)),
                              remote_u64(remote, at + layout_number(layout, LAYOUT_BLOCKING_FRAME) * sizeof(uint64_t)),
                              saved};
    }
    return (struct place){remote_u64(remote, saved + layout_number(layout, LAYOUT_CONTEXT_PC)),
                          remote_u64(remote, saved + layout_number(layout, LAYOUT_CONTEXT_FRAME)), saved};
}

/* ---- frames ---- */

/* Frame records: the caller's frame pointer, then the return address. */
static size_t walk(const struct remote *remote, const struct place *place, uint64_t low, uint64_t high,
                   uint64_t frames[HEAP_FRAMES_MAX])
{
    size_t count = 0;
    if (place->pc == 0)
        return 0;
    frames[count++] = place->pc;
    uint64_t frame = place->frame, pair[2];
    while (count < HEAP_FRAMES_MAX && frame >= low && frame % sizeof frame == 0 && frame < high &&
           high - frame >= sizeof pair && memory_read(remote->memory, frame, pair, sizeof pair) && pair[1] != 0) {
        frames[count++] = pair[1];
        if (pair[0] <= frame)
            break;
        frame = pair[0];
    }
    return count;
}

/* ---- waits ---- */

/* Entries are in order of channel; each channel once. */
static size_t find_selected(const struct remote *remote, uint64_t selection, uint64_t waits[HEAP_WAITS_MAX])
{
    const struct layout *layout = &remote->layout;
    uint64_t entries = remote_u64(remote, selection + layout_number(layout, LAYOUT_SELECTION_ENTRIES));
    uint64_t count = remote_u64(remote, selection + layout_number(layout, LAYOUT_SELECTION_COUNT));
    size_t found = 0;
    for (uint64_t i = 0; i < count && i < UINT16_MAX && found < HEAP_WAITS_MAX; i++) {
        uint64_t channel = remote_u64(remote, entries + i * layout_number(layout, LAYOUT_ENTRY_BYTES) +
                                                  layout_number(layout, LAYOUT_ENTRY_CHANNEL));
        if (channel != 0 && (found == 0 || waits[found - 1] != channel))
            waits[found++] = channel;
    }
    return found;
}

static size_t find_waits(const struct remote *remote, const struct record *record, uint64_t waits[HEAP_WAITS_MAX])
{
    if (record_u8(remote, record, LAYOUT_GOROUTINE_WAIT_REASON) == layout_number(&remote->layout, LAYOUT_REASON_SELECT))
        return find_selected(remote, record_u64(remote, record, LAYOUT_GOROUTINE_SELECTION), waits);
    waits[0] = record_u64(remote, record, LAYOUT_GOROUTINE_WAIT_OBJECT);
    return waits[0] != 0;
}

/* ---- one goroutine ---- */

static int keep_text(struct remote *remote, uint64_t address, const char **ret_text)
{
    char text[TEXT_BYTES];
    memory_read_text(remote->memory, address, text, sizeof text);
    return texts_keep(&remote->snapshot->texts, text, ret_text);
}

static int keep_name(struct remote *remote, const struct layout_name *name, const char **ret_text)
{
    char text[LAYOUT_NAME_BYTES];
    memcpy(text, name->text, sizeof name->text);
    text[sizeof name->text] = '\0';
    return texts_keep(&remote->snapshot->texts, text, ret_text);
}

static uint64_t waiting_ns(const struct remote *remote, const struct record *record)
{
    struct timespec now;
    if (remote->memory->core != NULL) /* its clock stands in no core */
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t now_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    uint64_t since_ns = record_u64(remote, record, LAYOUT_GOROUTINE_WAIT_SINCE);
    return now_ns > since_ns ? now_ns - since_ns : 0;
}

static int describe(struct remote *remote, const struct record *record, struct snapshot_goroutine *shown)
{
    const struct gcrt_debug_layout *table = &remote->layout.table;
    const struct layout_name *status = &table->statuses[record_u8(remote, record, LAYOUT_GOROUTINE_STATUS)];
    uint8_t reason = record_u8(remote, record, LAYOUT_GOROUTINE_WAIT_REASON);
    *shown = (struct snapshot_goroutine){
        .id = record_u64(remote, record, LAYOUT_GOROUTINE_ID),
        .creator = record_u64(remote, record, LAYOUT_GOROUTINE_CREATOR),
        .function = record_u64(remote, record, LAYOUT_GOROUTINE_FUNCTION),
        .stack_low = record_u64(remote, record, LAYOUT_GOROUTINE_STACK_LOW),
        .stack_high = record_u64(remote, record, LAYOUT_GOROUTINE_STACK_HIGH),
        .waiting = (status->flags & LAYOUT_WAITING) != 0,
        .ended = (status->flags & LAYOUT_ENDED) != 0,
        .may_leak = reason < LAYOUT_REASON_COUNT_MAX && (table->reasons[reason].flags & LAYOUT_MAY_LEAK) != 0,
    };
    if (shown->waiting)
        shown->waiting_ns = waiting_ns(remote, record);
    int error = keep_name(remote, status, &shown->status);
    if (error == 0 && reason < LAYOUT_REASON_COUNT_MAX)
        error = keep_name(remote, &table->reasons[reason], &shown->wait_reason);
    if (error == 0)
        error = keep_text(remote, record_u64(remote, record, LAYOUT_GOROUTINE_NAME), &shown->name);
    return error == 0 ? keep_text(remote, record_u64(remote, record, LAYOUT_GOROUTINE_SITE), &shown->site) : error;
}

static int add_roots(struct remote *remote, const struct record *record, const struct snapshot_goroutine *shown,
                     const struct running *running, const struct place *place)
{
    const struct layout *layout = &remote->layout;
    uint64_t at = record->address, arg = at + layout_number(layout, LAYOUT_GOROUTINE_ARG);
    bool is_on_stack = place->stack_pointer >= shown->stack_low && place->stack_pointer <= shown->stack_high;
    int error = remote_root_words(remote, is_on_stack ? place->stack_pointer : shown->stack_low, shown->stack_high,
                                  HEAP_ROOT_STACK, shown->id);
    if (error == 0)
        error = remote_root_words(remote, arg, arg + sizeof arg, HEAP_ROOT_RECORD, shown->id);
    if (error == 0 &&
        record_u8(remote, record, LAYOUT_GOROUTINE_STATUS) == layout_number(layout, LAYOUT_STATUS_SYSCALL)) {
        uint64_t registers = at + layout_number(layout, LAYOUT_GOROUTINE_BLOCKING);
        error = remote_root_words(remote, registers,
                                  registers + layout_number(layout, LAYOUT_BLOCKING_COUNT) * sizeof(uint64_t),
                                  HEAP_ROOT_REGISTER, shown->id);
    }
    if (error == 0 && running->signal_low != 0)
        error = remote_root_words(remote, running->signal_low, running->signal_high, HEAP_ROOT_REGISTER, shown->id);
    else if (error == 0 && running->is_on_thread)
        error = remote_root_registers(remote, &running->thread->registers, shown->id);
    return error;
}

static int add_goroutine(struct remote *remote, const struct record *record)
{
    struct snapshot_goroutine shown;
    struct running running = {0};
    uint64_t frames[HEAP_FRAMES_MAX], waits[HEAP_WAITS_MAX];
    uint8_t status = record_u8(remote, record, LAYOUT_GOROUTINE_STATUS);
    if (status >= LAYOUT_STATUS_COUNT) {
        remote->unread_goroutines++;
        return 0;
    }
    int error = describe(remote, record, &shown);
    if (error < 0 || shown.ended)
        return error;
    if (status == layout_number(&remote->layout, LAYOUT_STATUS_RUNNING))
        running = find_running(remote, record);
    struct place place = find_place(remote, record, &running);
    size_t frame_count = walk(remote, &place, shown.stack_low, shown.stack_high, frames);
    size_t wait_count = shown.waiting ? find_waits(remote, record, waits) : 0;
    error = add_roots(remote, record, &shown, &running, &place);
    if (error == 0)
        error = snapshot_add_goroutine(remote->builder, &shown, frames, frame_count, waits, wait_count);
    return error == -EINVAL ? 0 : error;
}

int remote_goroutines(struct remote *remote)
{
    const struct layout *layout = &remote->layout;
    uint64_t at = remote_u64(remote, layout_address(layout, LAYOUT_AT_GOROUTINES));
    struct record record;
    int error = 0;
    for (uint32_t i = 0; at != 0 && error == 0; i++) {
        if (i == REMOTE_LIST_MAX || !remote_record(remote, at, LAYOUT_GOROUTINE_BYTES, &record)) {
            remote->unread_goroutines++; /* and all behind it */
            break;
        }
        error = add_goroutine(remote, &record);
        at = record_u64(remote, &record, LAYOUT_GOROUTINE_NEXT);
    }
    return error;
}
