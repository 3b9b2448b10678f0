#include "tracer/inside/modules_block.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "tracer/format/heap_file.h"
#include "tracer/inside/block_output.h"
#include "tracer/inside/maps.h"

enum {
    BUILD_ID_BYTES_MAX = 64,
    ENTRY_BYTES_MAX = 5 * BLOCK_NUMBER_BYTES_MAX + BUILD_ID_BYTES_MAX + BLOCK_TEXT_BYTES_MAX
};

/* The object whose mappings are being seen; path "" : none. What follows the last of a file's mappings without a gap and without a name is its .bss. */
struct module {
    uintptr_t low, high;
    uint64_t bias;
    const void *build_id;
    size_t build_id_bytes;
    char path[BLOCK_TEXT_BYTES_MAX];
};

static void find_build_id(struct module *module, const char *notes, size_t bytes)
{
    for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= bytes;) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(notes + at);
        size_t name = at + sizeof *note, content = name + (note->n_namesz + 3U) / 4 * 4;
        at = content + (note->n_descsz + 3U) / 4 * 4;
        if (at > bytes || note->n_descsz > BUILD_ID_BYTES_MAX)
            return;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(notes + name, "GNU", 4) == 0) {
            module->build_id = notes + content;
            module->build_id_bytes = note->n_descsz;
            return;
        }
    }
}

/* The first mapping of a loaded object holds its ELF header, program headers and notes. False: another kind of file. */
static bool read_headers(struct module *module, const struct mapping *mapping)
{
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)mapping->low;
    uintptr_t bytes = mapping->high - mapping->low;
    if (mapping->offset != 0 || !mapping->is_readable || bytes < sizeof *header ||
        memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_phentsize != sizeof(ElfW(Phdr)) ||
        header->e_phoff > bytes || header->e_phnum * sizeof(ElfW(Phdr)) > bytes - header->e_phoff)
        return false;
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(mapping->low + header->e_phoff);
    for (size_t i = 0; i < header->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD && segments[i].p_offset == 0)
            module->bias = mapping->low - segments[i].p_vaddr;
    for (size_t i = 0; i < header->e_phnum && module->build_id == NULL; i++) {
        uintptr_t notes = module->bias + segments[i].p_vaddr;
        if (segments[i].p_type == PT_NOTE && notes >= mapping->low && notes < mapping->high &&
            segments[i].p_filesz <= mapping->high - notes)
            find_build_id(module, (const char *)notes, segments[i].p_filesz);
    }
    return true;
}

static void write_module(const struct module *module)
{
    if (module->path[0] == '\0')
        return;
    block_output_entry(HEAP_BLOCK_MODULES, ENTRY_BYTES_MAX);
    block_output_number(module->bias);
    block_output_number(module->low);
    block_output_number(module->high);
    block_output_number(module->build_id_bytes);
    block_output_bytes(module->build_id, module->build_id_bytes);
    block_output_text(module->path);
}

static void see(const struct mapping *mapping, void *context)
{
    struct module *module = context;
    bool goes_on = module->path[0] != '\0' && (strcmp(mapping->path, module->path) == 0 ||
                                               (mapping->path[0] == '\0' && mapping->low == module->high));
    if (goes_on) {
        module->high = mapping->high;
        return;
    }
    write_module(module);
    module->path[0] = '\0';
    module->build_id = NULL;
    module->build_id_bytes = 0;
    module->low = mapping->low;
    module->high = mapping->high;
    bool is_file = mapping->path[0] == '/' || strcmp(mapping->path, "[vdso]") == 0;
    if (is_file && strlen(mapping->path) < sizeof module->path && read_headers(module, mapping))
        memcpy(module->path, mapping->path, strlen(mapping->path) + 1);
}

void modules_block_write(void)
{
    struct module module = {.path = ""};
    maps_visit(see, &module);
    write_module(&module);
}
