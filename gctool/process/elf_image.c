#include "gctool/process/elf_image.h"

#include <elf.h>
#include <string.h>

enum { NOTES_BYTES_MAX = 1 << 16 };

static bool header_at(const struct elf_image *image, unsigned index, Elf64_Phdr *ret_header)
{
    return image->read(image->context, image->headers + index * sizeof *ret_header, ret_header, sizeof *ret_header);
}

bool elf_image_open(struct elf_image *image)
{
    Elf64_Ehdr header;
    if (!image->read(image->context, image->base, &header, sizeof header) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_machine != EM_X86_64 || header.e_phentsize != sizeof(Elf64_Phdr))
        return false;
    image->headers = image->base + header.e_phoff;
    image->header_count = header.e_phnum;
    image->bias = image->base;
    Elf64_Phdr segment;
    for (unsigned i = 0; i < image->header_count && header_at(image, i, &segment); i++)
        if (segment.p_type == PT_LOAD && segment.p_offset == 0)
            image->bias = image->base - segment.p_vaddr;
    return true;
}

static uint64_t padded(uint32_t bytes)
{
    return ((uint64_t)bytes + 3) / 4 * 4;
}

/* One note segment. Owners are shorter than 8 bytes, with their NUL. */
static bool find_in(const struct elf_image *image, uint64_t at, uint64_t bytes, const char *owner, uint32_t type,
                    uint64_t *ret_at, uint32_t *ret_bytes)
{
    size_t owner_bytes = strlen(owner) + 1;
    uint64_t end = at + (bytes < NOTES_BYTES_MAX ? bytes : NOTES_BYTES_MAX);
    Elf64_Nhdr note;
    while (at + sizeof note <= end && image->read(image->context, at, &note, sizeof note)) {
        uint64_t name = at + sizeof note, value = name + padded(note.n_namesz);
        char found[8];
        at = value + padded(note.n_descsz);
        if (note.n_type == type && note.n_namesz == owner_bytes && owner_bytes <= sizeof found && at <= end &&
            image->read(image->context, name, found, owner_bytes) && memcmp(found, owner, owner_bytes) == 0) {
            *ret_at = value;
            *ret_bytes = note.n_descsz;
            return true;
        }
    }
    return false;
}

bool elf_image_find_note(const struct elf_image *image, const char *owner, uint32_t type, uint64_t *ret_at,
                         uint32_t *ret_bytes)
{
    Elf64_Phdr segment;
    for (unsigned i = 0; i < image->header_count && header_at(image, i, &segment); i++) {
        if (segment.p_type != PT_NOTE)
            continue;
        uint64_t at = image->is_loaded ? image->bias + segment.p_vaddr : image->base + segment.p_offset;
        if (find_in(image, at, segment.p_filesz, owner, type, ret_at, ret_bytes))
            return true;
    }
    return false;
}

size_t elf_image_build_id(const struct elf_image *image, uint8_t ret_id[ELF_IMAGE_BUILD_ID_MAX])
{
    uint64_t at;
    uint32_t bytes;
    bool has_one = elf_image_find_note(image, "GNU", NT_GNU_BUILD_ID, &at, &bytes) && bytes <= ELF_IMAGE_BUILD_ID_MAX &&
                   image->read(image->context, at, ret_id, bytes);
    return has_one ? bytes : 0;
}
