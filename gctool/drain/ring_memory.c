/* See ring_memory.h. */
#include "gctool/drain/ring_memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "tracer/format/events.h"

enum { PAGE_BYTES = 4096 };

/* The kernel keeps the counter on this list only while it found it to tick evenly and alike on all processors. */
static bool tsc_is_stable(void)
{
    char sources[256] = "";
    FILE *file = fopen("/sys/devices/system/clocksource/clocksource0/available_clocksource", "re");
    if (!file)
        return false;
    bool is_listed = fgets(sources, sizeof sources, file) && strstr(sources, "tsc");
    fclose(file);
    return is_listed;
}

static uint64_t round_up(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

static struct rings_header lay_out(const struct ring_memory_sizes *sizes)
{
    struct rings_header header = {
        .magic = RINGS_MAGIC,
        .version = RINGS_VERSION,
        .ring_count = sizes->ring_count,
        .ring_words = sizes->ring_words,
        .context_capacity = sizes->context_capacity,
        .control_offset = PAGE_BYTES,
        .clock = tsc_is_stable() ? RINGS_CLOCK_TSC : RINGS_CLOCK_NS,
    };
    header.contexts_offset = header.control_offset + round_up(sizes->ring_count * sizeof(struct ring_control));
    header.words_offset = header.contexts_offset + round_up(sizes->context_capacity * sizeof(struct ring_context));
    header.total_bytes = header.words_offset + sizes->ring_count * sizes->ring_words * sizeof(uint64_t);
    header.start_ns = rings_clock_read(RINGS_CLOCK_NS);
    header.start_ticks = rings_clock_read(header.clock);
    atomic_init(&header.context_count, 1); /* node 0 */
    return header;
}

int ring_memory_make(const struct ring_memory_sizes *sizes, struct ring_memory *ret_memory, struct error *reterr)
{
    struct rings_header header = lay_out(sizes);
    *ret_memory = (struct ring_memory){.fd = memfd_create("gctool rings", 0)};
    if (ret_memory->fd < 0)
        return error_set(reterr, -errno, "cannot make the memory to record into: %s", strerror(errno));
    if (ftruncate(ret_memory->fd, (off_t)header.total_bytes) < 0) {
        int code = error_set(reterr, -errno, "cannot make the memory to record into: %s", strerror(errno));
        close(ret_memory->fd);
        return code;
    }
    char *base = mmap(NULL, header.words_offset, PROT_READ | PROT_WRITE, MAP_SHARED, ret_memory->fd, 0);
    if (base == MAP_FAILED) {
        int code = error_set(reterr, -errno, "cannot map the memory to record into: %s", strerror(errno));
        close(ret_memory->fd);
        return code;
    }
    memcpy(base, &header, sizeof header);
    ret_memory->header = (struct rings_header *)base;
    ret_memory->controls = (struct ring_control *)(base + header.control_offset);
    ret_memory->contexts = (const struct ring_context *)(base + header.contexts_offset);
    return 0;
}

int ring_memory_map(struct ring_memory *memory, uint32_t ring)
{
    if (memory->words[ring])
        return 0;
    size_t bytes = memory->header->ring_words * sizeof(uint64_t);
    off_t offset = (off_t)(memory->header->words_offset + ring * bytes);
    char *base = mmap(NULL, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return -ENOMEM;
    for (int half = 0; half < 2; half++) {
        if (mmap(base + half * bytes, bytes, PROT_READ, MAP_SHARED | MAP_FIXED, memory->fd, offset) == MAP_FAILED) {
            munmap(base, 2 * bytes);
            return -ENOMEM;
        }
    }
    memory->words[ring] = (uint64_t *)base;
    return 0;
}

void ring_memory_free(struct ring_memory *memory)
{
    size_t bytes = memory->header->ring_words * sizeof(uint64_t);
    for (uint32_t ring = 0; ring < RINGS_COUNT_MAX; ring++)
        if (memory->words[ring])
            munmap(memory->words[ring], 2 * bytes);
    munmap(memory->header, memory->header->words_offset);
    close(memory->fd);
}
