#include "gctool/process/layout.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "gctool/process/elf_image.h"

enum { NUMBER_MAX = 1 << 20 };

static bool read_memory(const void *context, uint64_t at, void *to, size_t bytes)
{
    return memory_read(context, at, to, bytes);
}

/* The table's address by the note of what is loaded there; 0: none. */
static uint64_t find_in(const struct memory *memory, uint64_t base)
{
    struct elf_image image = {.read = read_memory, .context = memory, .base = base, .is_loaded = true};
    uint64_t at, distance;
    uint32_t bytes;
    bool is_found = elf_image_open(&image) && elf_image_find_note(&image, "gcrt", LAYOUT_NOTE_TYPE, &at, &bytes) &&
                    bytes == sizeof distance && memory_read(memory, at, &distance, sizeof distance);
    return is_found ? at + distance : 0;
}

static int check(const struct memory *memory, const struct layout *layout, struct error *reterr)
{
    const struct gcrt_debug_layout *table = &layout->table;
    if (table->version != LAYOUT_VERSION || table->bytes != sizeof *table) {
        error_set(reterr, -ENOTSUP, "cannot read %s: its libgcrt has layout %u, this gctool reads layout %u",
                  memory->name, table->version, (unsigned)LAYOUT_VERSION);
        error_hint(reterr, "use the gctool that was installed with the program's libgcrt");
        return -ENOTSUP;
    }
    bool is_sane = memchr(table->statuses, '\0', sizeof table->statuses) != NULL;
    for (size_t i = 0; i < LAYOUT_NUMBER_COUNT; i++)
        is_sane = is_sane && (table->numbers[i] < NUMBER_MAX || i == LAYOUT_CELL_BYTES);
    static const enum layout_number sizes[] = {LAYOUT_SPAN_BYTES, LAYOUT_KIND_BYTES,  LAYOUT_TYPE_BYTES,
                                               LAYOUT_CELL_BYTES, LAYOUT_RANGE_BYTES, LAYOUT_WORKER_BYTES};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        is_sane = is_sane && table->numbers[sizes[i]] >= sizeof(uint64_t);
    is_sane = is_sane && table->numbers[LAYOUT_PAGE_SHIFT] >= 12 && table->numbers[LAYOUT_PAGE_SHIFT] < 32;
    return is_sane ? 0 : error_set(reterr, -EBADMSG, "cannot read %s: its layout table is damaged", memory->name);
}

int layout_find(const struct memory *memory, struct layout *ret_layout, struct error *reterr)
{
    for (size_t i = 0; i < memory->mapping_count; i++) {
        const struct memory_mapping *mapping = &memory->mappings[i];
        uint64_t at = mapping->readable && mapping->file_offset == 0 ? find_in(memory, mapping->low) : 0;
        if (at == 0 || !memory_read(memory, at, &ret_layout->table, offsetof(struct gcrt_debug_layout, globals)) ||
            memcmp(ret_layout->table.magic, LAYOUT_MAGIC, sizeof LAYOUT_MAGIC) != 0)
            continue;
        /* What is not there stays zero, and is refused by its version or as damaged. */
        if (!memory_read(memory, at, &ret_layout->table, sizeof ret_layout->table))
            memset(ret_layout->table.numbers, 0, sizeof ret_layout->table.numbers);
        return check(memory, ret_layout, reterr);
    }
    error_set(reterr, -ENOPKG, "cannot read %s: there is no libgcrt in it%s%s", memory->name,
              memory->note[0] != '\0' ? ", or it is not found: " : "", memory->note);
    error_hint(reterr, "'gctool doctor PROGRAM' tells whether a program uses libgcrt");
    return -ENOPKG;
}
