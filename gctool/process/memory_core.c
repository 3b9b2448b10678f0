/* memory_core.c: memory as a core has it.
 *
 * A core is not believed: every offset is checked against the size of the file, and a file whose program it was is used only if its build id is
 * that of the headers in the core, or, where these were not dumped, if the core is newer.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/error.h"
#include "gctool/process/elf_image.h"
#include "gctool/process/memory.h"

enum { TABLE_ENTRIES_MAX = 1 << 20 };

struct segment {
    uint64_t low,
        high; /* of what was dumped, be it there or cut off: it must not be taken from the file, which it differs from */
    uint64_t at; /* in the core */
};

struct bytes {
    const uint8_t *at;
    size_t size;
};

enum file_state { FILE_UNSEEN, FILE_OPEN, FILE_REFUSED };

struct core_file {
    const char *path; /* in the core */
    struct bytes bytes;
    enum file_state state;
};

/* What of a file was mapped where. */
struct file_range {
    uint64_t low, high, offset;
    size_t file;
};

struct memory_core {
    struct bytes bytes;
    bool is_mapped;
    int64_t written_s; /* when its file was; 0: not known */
    struct segment *segments;
    size_t segment_count, segment_capacity;
    struct file_range *ranges;
    size_t range_count, range_capacity;
    struct core_file *files;
    size_t file_count, file_capacity;
    uint64_t missing_bytes; /* that the headers promise, behind the end of the file */
};

static bool read_bytes(const void *context, uint64_t at, void *to, size_t bytes)
{
    const struct bytes *from = context;
    if (at > from->size || bytes > from->size - at)
        return false;
    memcpy(to, from->at + at, bytes);
    return true;
}

/* ---- reading ---- */

static const struct segment *find_segment(const struct memory_core *core, uint64_t address)
{
    size_t low = 0, high = core->segment_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (core->segments[middle].high <= address)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_in = low < core->segment_count && core->segments[low].low <= address;
    return is_in ? &core->segments[low] : NULL;
}

/* From the file; the part of the request that lies in one range. 0: nothing. */
static size_t read_file(const struct memory_core *core, uint64_t address, void *to, size_t bytes)
{
    for (size_t i = 0; i < core->range_count; i++) {
        const struct file_range *range = &core->ranges[i];
        if (address < range->low || address >= range->high)
            continue;
        const struct core_file *file = &core->files[range->file];
        size_t part = bytes < range->high - address ? bytes : range->high - address;
        bool is_read = file->state == FILE_OPEN &&
                       read_bytes(&file->bytes, range->offset + (address - range->low), to, part);
        return is_read ? part : 0;
    }
    return 0;
}

static size_t read_part(const struct memory_core *core, uint64_t address, void *to, size_t bytes)
{
    const struct segment *segment = find_segment(core, address);
    if (segment == NULL)
        return read_file(core, address, to, bytes);
    size_t part = bytes < segment->high - address ? bytes : segment->high - address;
    return read_bytes(&core->bytes, segment->at + (address - segment->low), to, part) ? part : 0;
}

bool memory_core_read(const struct memory_core *core, uint64_t address, void *to, size_t bytes)
{
    for (size_t part; bytes > 0; bytes -= part, address += part, to = (char *)to + part) {
        part = read_part(core, address, to, bytes);
        if (part == 0)
            return false;
    }
    return true;
}

/* ---- notes ---- */

static int add_registers(struct memory *memory, struct bytes value)
{
    struct elf_prstatus status;
    struct memory_thread thread;
    if (value.size < sizeof status)
        return 0;
    memcpy(&status, value.at, sizeof status);
    _Static_assert(sizeof status.pr_reg == sizeof thread.registers, "a core has the registers of ptrace");
    thread.tid = status.pr_pid;
    memcpy(&thread.registers, status.pr_reg, sizeof thread.registers);
    return memory_add_thread(memory, &thread);
}

/* NT_FILE: count, page size, count times (low, high, page offset), then as many names. */
static int add_files(struct memory_core *core, struct bytes value)
{
    uint64_t count, page_bytes, words[3];
    if (!read_bytes(&value, 0, &count, sizeof count) || !read_bytes(&value, 8, &page_bytes, sizeof page_bytes) ||
        count > TABLE_ENTRIES_MAX || 16 + count * sizeof words > value.size)
        return 0;
    size_t name = 16 + count * sizeof words;
    for (uint64_t i = 0; i < count && name < value.size; i++) {
        const char *path = (const char *)value.at + name;
        const char *end = memchr(path, '\0', value.size - name);
        if (end == NULL)
            return 0;
        name += (size_t)(end - path) + 1;
        bool is_last = core->file_count > 0 && strcmp(core->files[core->file_count - 1].path, path) == 0;
        int error = array_reserve(&core->ranges, &core->range_capacity, core->range_count + 1, sizeof *core->ranges);
        if (error == 0 && !is_last)
            error = array_reserve(&core->files, &core->file_capacity, core->file_count + 1, sizeof *core->files);
        if (error < 0)
            return error;
        if (!is_last)
            core->files[core->file_count++] = (struct core_file){.path = path};
        read_bytes(&value, 16 + i * sizeof words, words, sizeof words);
        if (words[0] < words[1])
            core->ranges[core->range_count++] = (struct file_range){words[0], words[1], words[2] * page_bytes,
                                                                    core->file_count - 1};
    }
    return 0;
}

static int add_note(struct memory *memory, uint32_t type, struct bytes value)
{
    struct elf_prpsinfo about;
    switch (type) {
    case NT_PRSTATUS:
        return add_registers(memory, value);
    case NT_FILE:
        return add_files(memory->core, value);
    case NT_PRPSINFO:
        if (read_bytes(&value, 0, &about, sizeof about))
            memory->pid = about.pr_pid;
        return 0;
    default:
        return 0;
    }
}

static int add_notes(struct memory *memory, const Elf64_Phdr *segment)
{
    const struct bytes *bytes = &memory->core->bytes;
    if (segment->p_offset > bytes->size)
        return 0;
    uint64_t left = bytes->size - segment->p_offset;
    struct bytes notes = {bytes->at + segment->p_offset, segment->p_filesz < left ? segment->p_filesz : left};
    Elf64_Nhdr note;
    for (uint64_t at = 0; read_bytes(&notes, at, &note, sizeof note);) {
        uint64_t value = at + sizeof note + ((uint64_t)note.n_namesz + 3) / 4 * 4;
        at = value + ((uint64_t)note.n_descsz + 3) / 4 * 4;
        if (value > notes.size || note.n_descsz > notes.size - value)
            break;
        int error = add_note(memory, note.n_type, (struct bytes){notes.at + value, note.n_descsz});
        if (error < 0)
            return error;
    }
    return 0;
}

/* ---- segments ---- */

static int add_segment(struct memory *memory, const Elf64_Phdr *header)
{
    struct memory_core *core = memory->core;
    if (header->p_vaddr + header->p_memsz < header->p_vaddr)
        return 0;
    struct memory_mapping mapping = {.low = header->p_vaddr,
                                     .high = header->p_vaddr + header->p_memsz,
                                     .path = "",
                                     .readable = (header->p_flags & PF_R) != 0,
                                     .writable = (header->p_flags & PF_W) != 0};
    uint64_t dumped = header->p_filesz < header->p_memsz ? header->p_filesz : header->p_memsz;
    uint64_t there = header->p_offset < core->bytes.size ? core->bytes.size - header->p_offset : 0;
    if (dumped > there)
        core->missing_bytes += dumped - there;
    int error = memory_add_mapping(memory, &mapping);
    if (error < 0)
        return error;
    error = array_reserve(&core->segments, &core->segment_capacity, core->segment_count + 1, sizeof *core->segments);
    if (error == 0 && dumped > 0)
        core->segments[core->segment_count++] = (struct segment){mapping.low, mapping.low + dumped, header->p_offset};
    return error;
}

static int compare_mappings(const void *left, const void *right)
{
    const struct memory_mapping *a = left, *b = right;
    return (a->low > b->low) - (a->low < b->low);
}

static int compare_segments(const void *left, const void *right)
{
    const struct segment *a = left, *b = right;
    return (a->low > b->low) - (a->low < b->low);
}

/* Sorted, and what overlaps left out: lookups halve. */
static void order(struct memory *memory)
{
    struct memory_core *core = memory->core;
    if (memory->mapping_count > 0)
        qsort(memory->mappings, memory->mapping_count, sizeof *memory->mappings, compare_mappings);
    if (core->segment_count > 0)
        qsort(core->segments, core->segment_count, sizeof *core->segments, compare_segments);
    size_t kept = 0;
    for (size_t i = 0; i < memory->mapping_count; i++)
        if (kept == 0 || memory->mappings[i].low >= memory->mappings[kept - 1].high)
            memory->mappings[kept++] = memory->mappings[i];
    memory->mapping_count = kept;
    kept = 0;
    for (size_t i = 0; i < core->segment_count; i++)
        if (kept == 0 || core->segments[i].low >= core->segments[kept - 1].high)
            core->segments[kept++] = core->segments[i];
    core->segment_count = kept;
}

/* Mappings of files get their path; those without a segment of their own are added. */
static int join_files(struct memory *memory)
{
    size_t known = memory->mapping_count;
    for (size_t i = 0; i < memory->core->range_count; i++) {
        struct file_range *range = &memory->core->ranges[i];
        const char *path = memory->core->files[range->file].path;
        size_t at = 0;
        for (size_t high = known; at < high;) {
            size_t middle = at + (high - at) / 2;
            if (memory->mappings[middle].low < range->low)
                at = middle + 1;
            else
                high = middle;
        }
        if (at < known && memory->mappings[at].low == range->low) {
            memory->mappings[at].path = path;
            memory->mappings[at].file_offset = range->offset;
            if (memory->mappings[at].writable) /* the program may have written to it */
                range->high = range->low;
            continue;
        }
        struct memory_mapping mapping = {range->low, range->high, range->offset, path, .readable = true};
        int error = memory_add_mapping(memory, &mapping);
        if (error < 0)
            return error;
    }
    order(memory);
    return 0;
}

/* ---- the files of the program ---- */

static bool map_file(const char *path, struct bytes *ret_bytes, struct stat *ret_status)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    void *bytes = MAP_FAILED;
    if (fstat(fd, ret_status) == 0 && S_ISREG(ret_status->st_mode) && ret_status->st_size > 0)
        bytes = mmap(NULL, (size_t)ret_status->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return false;
    *ret_bytes = (struct bytes){bytes, (size_t)ret_status->st_size};
    return true;
}

static bool read_core(const void *context, uint64_t at, void *to, size_t bytes)
{
    return memory_core_read(context, at, to, bytes);
}

/* Whether the file is what was loaded at `base`. */
static bool is_same(const struct memory_core *core, const struct bytes *file, const struct stat *status, uint64_t base)
{
    uint8_t ids[2][ELF_IMAGE_BUILD_ID_MAX];
    struct elf_image loaded = {.read = read_core, .context = core, .base = base, .is_loaded = true};
    struct elf_image image = {.read = read_bytes, .context = file};
    size_t loaded_bytes = elf_image_open(&loaded) ? elf_image_build_id(&loaded, ids[0]) : 0;
    size_t image_bytes = elf_image_open(&image) ? elf_image_build_id(&image, ids[1]) : 0;
    if (loaded_bytes > 0)
        return image_bytes == loaded_bytes && memcmp(ids[0], ids[1], image_bytes) == 0;
    return status->st_mtime <= core->written_s;
}

static void say_missing(struct memory *memory, const char *path, const char *why)
{
    if (memory->note[0] == '\0')
        snprintf(memory->note, sizeof memory->note, "'%.150s' %s: what lay in it alone is not known", path, why);
}

/* Where its first page was mapped; 0: nowhere. */
static uint64_t base_of(const struct memory_core *core, size_t file)
{
    for (size_t i = 0; i < core->range_count; i++)
        if (core->ranges[i].file == file && core->ranges[i].offset == 0)
            return core->ranges[i].low;
    return 0;
}

static void open_files(struct memory *memory)
{
    struct memory_core *core = memory->core;
    for (size_t i = 0; i < core->file_count; i++) {
        struct core_file *file = &core->files[i];
        struct stat status;
        uint64_t base = base_of(core, i);
        if (base == 0 || file->path[0] != '/' || strncmp(file->path, "/memfd:", strlen("/memfd:")) == 0)
            continue; /* not the begin of a program or library; memory that only looks like a file */
        file->state = FILE_REFUSED;
        if (!map_file(file->path, &file->bytes, &status))
            say_missing(memory, file->path, "is gone, or cannot be read");
        else if (is_same(core, &file->bytes, &status, base))
            file->state = FILE_OPEN;
        else
            say_missing(memory, file->path, "was changed since");
    }
}

/* ---- opening ---- */

static int not_a_core(const struct memory *memory, struct error *reterr)
{
    error_set(reterr, -ENOEXEC, "cannot read %s: it is no core of an x86-64 program", memory->name);
    error_hint(reterr, "TARGET is a process id, a heap dump, or a core");
    return -ENOEXEC;
}

static int read_headers(struct memory *memory, struct error *reterr)
{
    struct memory_core *core = memory->core;
    Elf64_Ehdr header;
    Elf64_Shdr first = {0};
    struct elf_image image = {.read = read_bytes, .context = &core->bytes};
    if (!elf_image_open(&image) || !read_bytes(&core->bytes, 0, &header, sizeof header) || header.e_type != ET_CORE)
        return not_a_core(memory, reterr);
    uint64_t count = header.e_phnum;
    if (count == PN_XNUM) /* then the first section header has it */
        count = read_bytes(&core->bytes, header.e_shoff, &first, sizeof first) ? first.sh_info : 0;
    int error = 0;
    Elf64_Phdr segment;
    for (uint64_t i = 0; i < count && error == 0; i++) {
        if (!read_bytes(&core->bytes, header.e_phoff + i * sizeof segment, &segment, sizeof segment))
            break;
        if (segment.p_type == PT_NOTE)
            error = add_notes(memory, &segment);
        else if (segment.p_type == PT_LOAD)
            error = add_segment(memory, &segment);
    }
    order(memory);
    if (error == 0)
        error = join_files(memory);
    return error < 0 ? error_set(reterr, error, "cannot read %s: out of memory", memory->name) : 0;
}

static int open_core(struct memory *memory, struct error *reterr)
{
    int error = read_headers(memory, reterr);
    if (error < 0) {
        memory_close(memory);
        return error;
    }
    if (memory->core->missing_bytes > 0)
        snprintf(memory->note, sizeof memory->note, "it is cut short: %llu bytes are missing",
                 (unsigned long long)memory->core->missing_bytes);
    open_files(memory);
    return 0;
}

int memory_open_core_bytes(struct memory *memory, const void *bytes, size_t size, const char *name,
                           struct error *reterr)
{
    *memory = (struct memory){.fd = -1};
    snprintf(memory->name, sizeof memory->name, "core '%.250s'", name);
    memory->core = calloc(1, sizeof *memory->core);
    if (memory->core == NULL)
        return error_set(reterr, -ENOMEM, "cannot read %s: out of memory", memory->name);
    memory->core->bytes = (struct bytes){bytes, size};
    return open_core(memory, reterr);
}

int memory_open_core(struct memory *memory, const char *path, struct error *reterr)
{
    struct bytes bytes;
    struct stat status;
    errno = 0;
    if (!map_file(path, &bytes, &status))
        return error_set(reterr, errno != 0 ? -errno : -ENOEXEC, "cannot read core '%s': %s", path,
                         errno != 0 ? strerror(errno) : "it is empty, or no file");
    *memory = (struct memory){.fd = -1, .wall_ns = (uint64_t)status.st_mtime * 1000000000};
    snprintf(memory->name, sizeof memory->name, "core '%.250s'", path);
    memory->core = calloc(1, sizeof *memory->core);
    if (memory->core == NULL) {
        munmap((void *)(uintptr_t)bytes.at, bytes.size);
        return error_set(reterr, -ENOMEM, "cannot read %s: out of memory", memory->name);
    }
    memory->core->bytes = bytes;
    memory->core->is_mapped = true;
    memory->core->written_s = status.st_mtime;
    return open_core(memory, reterr);
}

void memory_core_close(struct memory_core *core)
{
    for (size_t i = 0; i < core->file_count; i++)
        if (core->files[i].bytes.at != NULL)
            munmap((void *)(uintptr_t)core->files[i].bytes.at, core->files[i].bytes.size);
    if (core->is_mapped)
        munmap((void *)(uintptr_t)core->bytes.at, core->bytes.size);
    free(core->segments);
    free(core->ranges);
    free(core->files);
    free(core);
}
