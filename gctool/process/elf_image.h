/* elf_image.h: the program headers and notes of an ELF file, in its bytes or where it is loaded. Bounds-checked: neither is trusted. */
#ifndef GCTOOL_PROCESS_ELF_IMAGE_H
#define GCTOOL_PROCESS_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads all of it, or tells false. */
typedef bool elf_image_read(const void *context, uint64_t at, void *to, size_t bytes);

struct elf_image {
    elf_image_read *read;
    const void *context;
    uint64_t base;  /* where the ELF header is */
    bool is_loaded; /* segments lie at their addresses; else at their offsets in the file */
    uint64_t bias;  /* set by elf_image_open(): of addresses, when it is loaded */
    uint64_t headers;
    unsigned header_count;
};

/* False: there is no ELF header for x86-64. The caller has set the first four fields. */
bool elf_image_open(struct elf_image *image);

/* The value of the first note of `owner` and `type`: where it is, for the reader, and how long. */
bool elf_image_find_note(const struct elf_image *image, const char *owner, uint32_t type, uint64_t *ret_at,
                         uint32_t *ret_bytes);

enum { ELF_IMAGE_BUILD_ID_MAX = 64 };

/* The bytes of the build id; 0: there is none. */
size_t elf_image_build_id(const struct elf_image *image, uint8_t ret_id[ELF_IMAGE_BUILD_ID_MAX]);

#endif
