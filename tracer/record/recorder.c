/* See recorder.h. The beginning: the memory that GCRT_TRACE names is mapped, checked and claimed. */
#include "tracer/record/recorder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tracer/record/births.h"
#include "tracer/record/contexts.h"
#include "tracer/record/producer.h"

struct recorder recorder;

/* Births before the first that is timed: a short program has a sample too, but not of its first page faults. */
enum { FIRST_SAMPLE = 100 };

static const char WHAT_IT_IS[] = "it is set by 'gctool trace' and by nothing else";

/* GCRT_TRACE is the number of the descriptor that gctool lets its child inherit. */
static int parse_descriptor(const char *argument)
{
    char *end;
    errno = 0;
    long number = strtol(argument, &end, 10);
    if (errno != 0 || end == argument || *end != '\0' || number < 0 || number > INT_MAX)
        return -1;
    return (int)number;
}

static bool lies_inside(uint64_t offset, uint64_t count, uint64_t bytes_each, uint64_t total_bytes)
{
    uint64_t bytes;
    return !__builtin_mul_overflow(count, bytes_each, &bytes) && offset <= total_bytes &&
           bytes <= total_bytes - offset && offset % 64 == 0;
}

static bool is_sound(const struct rings_header *header, uint64_t file_bytes)
{
    return header->total_bytes <= file_bytes && header->ring_count >= 1 && header->ring_count <= RINGS_COUNT_MAX &&
           header->ring_words >= 2 && (header->ring_words & (header->ring_words - 1)) == 0 &&
           header->context_capacity >= 1 && header->context_capacity <= 1ULL << EVENT_CONTEXT_BITS &&
           (header->clock == RINGS_CLOCK_TSC || header->clock == RINGS_CLOCK_NS) &&
           lies_inside(header->control_offset, header->ring_count, sizeof(struct ring_control), header->total_bytes) &&
           lies_inside(header->contexts_offset, header->context_capacity, sizeof(struct ring_context),
                       header->total_bytes) &&
           lies_inside(header->words_offset, header->ring_count, header->ring_words * sizeof(uint64_t),
                       header->total_bytes);
}

/* Maps the memory and looks whether it is what it should be. 0 or -Exxx and a message. */
static int map_rings(int fd, struct rings_header **ret_header, char *reterr, size_t reterr_bytes)
{
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0) {
        snprintf(reterr, reterr_bytes, "not an open descriptor; %s", WHAT_IT_IS);
        return -EBADF;
    }
    if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size < sizeof(struct rings_header)) {
        snprintf(reterr, reterr_bytes, "not the memory of a recording; %s", WHAT_IT_IS);
        return -EINVAL;
    }
    void *memory = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (memory == MAP_FAILED) {
        int error = errno;
        snprintf(reterr, reterr_bytes, "cannot map the memory of the recording: %s", strerror(error));
        return -error;
    }
    /* A core would hold the whole of it, holes too, and fill them in memory first. Where it cannot be said, cores are large. */
    madvise(memory, (size_t)status.st_size, MADV_DONTDUMP);
    struct rings_header *header = memory;
    bool is_ours = header->magic == RINGS_MAGIC, is_same_version = is_ours && header->version == RINGS_VERSION;
    if (!is_same_version || !is_sound(header, (uint64_t)status.st_size)) {
        if (is_ours && !is_same_version)
            snprintf(reterr, reterr_bytes,
                     "gctool and the libgcrt of this program are of different versions (rings %u and %d)",
                     header->version, RINGS_VERSION);
        else
            snprintf(reterr, reterr_bytes, "not the memory of a recording; %s", WHAT_IT_IS);
        munmap(memory, (size_t)status.st_size);
        return -EINVAL;
    }
    *ret_header = header;
    return 0;
}

static void *map_private(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static int map_own(const struct rings_header *header)
{
    size_t producer_bytes = RINGS_COUNT_MAX * sizeof(struct producer);
    uint64_t index_size = contexts_index_size(header->context_capacity);
    recorder.producers = map_private(producer_bytes);
    recorder.context_index = map_private(index_size * sizeof(uint32_t));
    if (recorder.producers == NULL || recorder.context_index == NULL ||
        madvise(recorder.producers, producer_bytes, MADV_WIPEONFORK) < 0)
        return -errno;
    recorder.context_index_mask = index_size - 1;
    return 0;
}

/* The least of a few: what a pair of readings measures when nothing lies between. */
static uint64_t measure_clock(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 100; i++) {
        uint64_t begin = recorder_ticks(), ticks = recorder_ticks() - begin;
        least = ticks < least ? ticks : least;
    }
    return least;
}

static void set_up(struct rings_header *header)
{
    char *base = (char *)header;
    recorder.header = header;
    recorder.contexts = (struct ring_context *)(base + header->contexts_offset);
    recorder.start_ticks = header->start_ticks;
    recorder.clock = header->clock;
    recorder.clock_read_ticks = measure_clock();
    ssize_t length = readlink("/proc/self/exe", recorder.program_path, sizeof recorder.program_path - 1);
    recorder.program_path[length > 0 ? length : 0] = '\0';
    for (uint32_t i = 0; i < header->ring_count; i++) {
        struct producer *producer = producer_of(i);
        producer->words = (uint64_t *)(base + header->words_offset) + i * header->ring_words;
        producer->mask = header->ring_words - 1;
        producer->control = (struct ring_control *)(base + header->control_offset) + i;
        producer->until_sample = FIRST_SAMPLE;
    }
}

static int recorder_open(const char *argument, const struct observer **ret_observer, char *reterr, size_t reterr_bytes)
{
    struct rings_header *header = NULL;
    int fd = parse_descriptor(argument);
    int error = map_rings(fd, &header, reterr, reterr_bytes);
    if (error < 0)
        return error;
    uint64_t total_bytes = header->total_bytes;
    /* What this program starts is not recorded: it finds neither the variable nor the descriptor. */
    close(fd);
    unsetenv("GCRT_TRACE");
    uint32_t owner = 0;
    /* Sequentially consistent: the first process wins, once. Another one, started by the same parent, goes on unrecorded. */
    if (!atomic_compare_exchange_strong(&header->owner_pid, &owner, (uint32_t)getpid())) {
        munmap(header, total_bytes);
        return 0;
    }
    error = map_own(header);
    if (error < 0) {
        snprintf(reterr, reterr_bytes, "no memory for the recorder: %s", strerror(-error));
        return error;
    }
    set_up(header);
    births_start();
    /* Release: pairs with the drainer's acquire; it only wants to know that somebody came. */
    atomic_store_explicit(&header->state, RINGS_ATTACHED, memory_order_release);
    *ret_observer = &recorder_observer;
    return 0;
}

__attribute__((constructor)) static void recorder_register(void)
{
    static const struct observe_source source = {.open = recorder_open};
    observe_register(&source);
}
