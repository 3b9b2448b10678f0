/* modules.c: what is loaded, from the mappings: a file's mappings in a row, from the one that has its ELF header. The first is the program:
 * the kernel puts libraries above it. */
#include <string.h>

#include "gctool/process/elf_image.h"
#include "gctool/remote/remote.h"

static bool read_memory(const void *context, uint64_t at, void *to, size_t bytes)
{
    return memory_read(context, at, to, bytes);
}

/* The mapping begins a loaded object. False: it is another kind of file, or its headers are not there. */
static bool begin(const struct remote *remote, const struct memory_mapping *mapping, struct snapshot_module *ret_module)
{
    struct elf_image image = {.read = read_memory, .context = remote->memory, .base = mapping->low, .is_loaded = true};
    bool is_file = mapping->path[0] == '/' || strcmp(mapping->path, "[vdso]") == 0;
    if (!is_file || mapping->file_offset != 0 || !elf_image_open(&image))
        return false;
    *ret_module = (struct snapshot_module){.bias = image.bias, .start = mapping->low, .end = mapping->high};
    _Static_assert((int)SNAPSHOT_BUILD_ID_BYTES == (int)ELF_IMAGE_BUILD_ID_MAX, "a build id fits");
    ret_module->build_id_bytes = (uint8_t)elf_image_build_id(&image, ret_module->build_id);
    return true;
}

int remote_modules(struct remote *remote)
{
    const struct memory *memory = remote->memory;
    int error = 0;
    for (size_t i = 0; i < memory->mapping_count && error == 0;) {
        const struct memory_mapping *first = &memory->mappings[i++];
        struct snapshot_module module;
        if (!begin(remote, first, &module))
            continue;
        /* What follows without a gap and without a name is its .bss. */
        while (i < memory->mapping_count &&
               (strcmp(memory->mappings[i].path, first->path) == 0 ||
                (memory->mappings[i].path[0] == '\0' && memory->mappings[i].low == module.end)))
            module.end = memory->mappings[i++].high;
        error = texts_keep(&remote->snapshot->texts, first->path, &module.path);
        if (error == 0)
            error = snapshot_add_module(remote->snapshot, &module);
        if (remote->snapshot->program == NULL)
            remote->snapshot->program = module.path;
    }
    return error;
}
