/* symbolizer.c: libdwfl, one session a module, so that objects loaded one after the other at the same place do not meet. */
#include "gctool/process/symbolizer.h"

#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

/* Code of a compilation unit, as addresses in the file. */
struct unit_range {
    Dwarf_Addr start, end;
    Dwarf_Die *unit;
};

struct module {
    uint64_t start, end;
    Dwfl *session;
    Dwfl_Module *handle;
    bool units_read;
    struct unit_range *ranges; /* by start */
    size_t range_count, range_capacity;
    Dwarf_Addr bias; /* of addresses in the recorded program over those in the ranges */
};

struct symbolizer {
    struct module *modules;
    size_t count, capacity;
    struct trace_frame frames[TRACE_FRAMES_MAX];
};

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

struct symbolizer *symbolizer_new(void)
{
    return calloc(1, sizeof(struct symbolizer));
}

static int open_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* The kernel maps the same vdso into every process: ours as a file. */
static int open_vdso(void)
{
    const uint8_t *image = (const uint8_t *)getauxval(AT_SYSINFO_EHDR);
    if (image == NULL)
        return -ENOENT;
    Elf64_Ehdr header;
    memcpy(&header, image, sizeof header);
    size_t bytes = header.e_shoff + (size_t)header.e_shnum * header.e_shentsize;
    int fd = memfd_create("vdso", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (write(fd, image, bytes) != (ssize_t)bytes) {
        close(fd);
        return -EIO;
    }
    return fd;
}

/* A recorder keeps 20 bytes of a build id, which is as long as linkers make them. */
static bool same_build(Dwfl_Module *handle, const uint8_t *build_id, size_t build_id_bytes)
{
    const unsigned char *bits;
    GElf_Addr address;
    int bytes = dwfl_module_build_id(handle, &bits, &address);
    if (bytes <= 0)
        return build_id_bytes == 0;
    return build_id_bytes > 0 && build_id_bytes <= (size_t)bytes && memcmp(bits, build_id, build_id_bytes) == 0;
}

/* Opens the file in a session of its own. 0 or negative; the session may be there in either case. */
static int module_open(struct module *module, const char *path, uint64_t bias, struct error *reterr)
{
    int fd = strchr(path, '/') != NULL ? open_file(path) : open_vdso();
    if (fd < 0)
        return error_set(reterr, fd, "cannot name addresses in '%s': %s", path, strerror(-fd));
    module->session = dwfl_begin(&callbacks);
    if (module->session != NULL) {
        dwfl_report_begin(module->session);
        module->handle = dwfl_report_elf(module->session, path, path, fd, bias, true);
        dwfl_report_end(module->session, NULL, NULL);
    }
    GElf_Addr main_bias;
    if (module->handle != NULL && dwfl_module_getelf(module->handle, &main_bias) != NULL)
        return 0; /* the session owns the descriptor */
    if (module->handle == NULL)
        close(fd);
    return error_set(reterr, -ENOEXEC, "cannot name addresses in '%s': %s", path, dwfl_errmsg(-1));
}

int symbolizer_add_module(struct symbolizer *symbolizer, uint64_t bias, uint64_t start, uint64_t end,
                          const uint8_t *build_id, size_t build_id_bytes, const char *path, struct error *reterr)
{
    if (symbolizer->count == symbolizer->capacity) {
        size_t capacity = symbolizer->capacity ? symbolizer->capacity * 2 : 16;
        struct module *modules = reallocarray(symbolizer->modules, capacity, sizeof *modules);
        if (modules == NULL)
            return error_set(reterr, -ENOMEM, "cannot name addresses in '%s': out of memory", path);
        symbolizer->modules = modules;
        symbolizer->capacity = capacity;
    }
    struct module module = {.start = start, .end = end};
    int code = module_open(&module, path, bias, reterr);
    if (code == 0 && !same_build(module.handle, build_id, build_id_bytes))
        code = error_set(reterr, -ESTALE, "cannot name addresses in '%s': the file was changed since it was loaded",
                         path);
    if (code < 0) {
        dwfl_end(module.session);
        module.session = NULL;
    }
    /* An unknown module still hides what lay there before. */
    symbolizer->modules[symbolizer->count++] = module;
    return code;
}

/* ---- compilation units, by address: .debug_aranges would say it, but not all compilers write it ---- */

static bool add_range(struct module *module, struct unit_range range)
{
    if (module->range_count == module->range_capacity) {
        size_t capacity = module->range_capacity ? module->range_capacity * 2 : 64;
        struct unit_range *ranges = reallocarray(module->ranges, capacity, sizeof *ranges);
        if (ranges == NULL)
            return false;
        module->ranges = ranges;
        module->range_capacity = capacity;
    }
    module->ranges[module->range_count++] = range;
    return true;
}

static int compare_ranges(const void *left, const void *right)
{
    Dwarf_Addr a = ((const struct unit_range *)left)->start, b = ((const struct unit_range *)right)->start;
    return (a > b) - (a < b);
}

/* Without memory for all of them, those that there is memory for are known. */
static void read_units(struct module *module)
{
    bool has_room = true;
    for (Dwarf_Die *unit = NULL;
         has_room && (unit = dwfl_module_nextcu(module->handle, unit, &module->bias)) != NULL;) {
        struct unit_range range = {.unit = unit};
        Dwarf_Addr base;
        for (ptrdiff_t at = 0; has_room && (at = dwarf_ranges(unit, at, &base, &range.start, &range.end)) > 0;)
            has_room = add_range(module, range);
    }
    if (module->range_count > 0)
        qsort(module->ranges, module->range_count, sizeof module->ranges[0], compare_ranges);
    module->units_read = true;
}

/* The unit that holds the address in the file, or NULL. */
static Dwarf_Die *find_unit(const struct module *module, Dwarf_Addr address)
{
    size_t low = 0, high = module->range_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (module->ranges[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && address < module->ranges[low - 1].end ? module->ranges[low - 1].unit : NULL;
}

/* ---- frames ---- */

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* Appends a frame; its place is known later, when the scope around it says where it was called. */
static struct trace_frame *add_frame(struct symbolizer *symbolizer, size_t *count, const char *function)
{
    if (*count == TRACE_FRAMES_MAX)
        return NULL;
    struct trace_frame *frame = &symbolizer->frames[(*count)++];
    *frame = (struct trace_frame){.function = function, .file = ""};
    return frame;
}

/* Where the inlined function was called. */
static void set_call_place(struct trace_frame *frame, Dwarf_Die *inlined, Dwarf_Files *files)
{
    Dwarf_Attribute attribute;
    Dwarf_Word file, line;
    if (files != NULL && dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) == 0)
        frame->file = or_empty(dwarf_filesrc(files, file, NULL, NULL));
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) == 0)
        frame->line = (uint32_t)line;
}

/* Functions around the address in the file, innermost first, as they are nested in the compiled code (not as they were written:
 * getscopes_die). */
static size_t add_scopes(struct symbolizer *symbolizer, Dwarf_Die *unit, Dwarf_Addr address)
{
    size_t count = 0;
    Dwarf_Die *scopes = NULL, *nested = NULL;
    int scope_count = dwarf_getscopes(unit, address, &scopes);
    int nested_count = scope_count > 0 ? dwarf_getscopes_die(&scopes[0], &nested) : 0;
    Dwarf_Files *files = NULL;
    size_t file_count;
    if (nested_count > 0)
        (void)dwarf_getsrcfiles(unit, &files, &file_count);

    Dwarf_Die *inlined = NULL;
    for (int i = 0; i < nested_count; i++) {
        int tag = dwarf_tag(&nested[i]);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
            continue;
        struct trace_frame *frame = add_frame(symbolizer, &count, or_empty(dwarf_diename(&nested[i])));
        if (frame != NULL && inlined != NULL)
            set_call_place(frame, inlined, files);
        inlined = tag == DW_TAG_inlined_subroutine ? &nested[i] : NULL;
        if (tag == DW_TAG_subprogram)
            break;
    }
    free(scopes);
    free(nested);
    return count;
}

static void set_line(struct trace_frame *frame, Dwarf_Die *unit, Dwarf_Addr address)
{
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    int number = 0;
    if (line != NULL && dwarf_lineno(line, &number) == 0)
        frame->file = or_empty(dwarf_linesrc(line, NULL, NULL));
    frame->line = (uint32_t)number;
}

static struct module *find_module(const struct symbolizer *symbolizer, uint64_t address)
{
    for (size_t i = symbolizer->count; i-- > 0;) {
        struct module *module = &symbolizer->modules[i];
        if (address >= module->start && address < module->end)
            return module;
    }
    return NULL;
}

size_t symbolizer_find(struct symbolizer *symbolizer, uint64_t return_pc, const struct trace_frame **ret_frames)
{
    *ret_frames = symbolizer->frames;
    uint64_t address = return_pc - 1;
    struct module *module = find_module(symbolizer, address);
    if (module == NULL || module->session == NULL)
        return 0;
    if (!module->units_read)
        read_units(module);
    Dwarf_Die *unit = find_unit(module, address - module->bias);
    size_t count = unit != NULL ? add_scopes(symbolizer, unit, address - module->bias) : 0;
    if (count == 0) {
        const char *name = dwfl_module_addrname(module->handle, address);
        if (name == NULL)
            return 0;
        (void)add_frame(symbolizer, &count, name);
    }
    if (unit != NULL)
        set_line(&symbolizer->frames[0], unit, address - module->bias);
    return count;
}

struct Dwfl_Module *symbolizer_module_of(const struct symbolizer *symbolizer, uint64_t address)
{
    const struct module *module = find_module(symbolizer, address);
    return module != NULL && module->session != NULL ? module->handle : NULL;
}

struct Dwfl_Module *symbolizer_module(const struct symbolizer *symbolizer, size_t nth)
{
    return symbolizer->modules[nth].session != NULL ? symbolizer->modules[nth].handle : NULL;
}

size_t symbolizer_module_count(const struct symbolizer *symbolizer)
{
    return symbolizer->count;
}

void symbolizer_free(struct symbolizer *take_symbolizer)
{
    if (take_symbolizer == NULL)
        return;
    for (size_t i = 0; i < take_symbolizer->count; i++) {
        dwfl_end(take_symbolizer->modules[i].session);
        free(take_symbolizer->modules[i].ranges);
    }
    free(take_symbolizer->modules);
    free(take_symbolizer);
}
