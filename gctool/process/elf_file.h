/* elf_file.h: what an ELF file says before it runs: which libraries it needs, where it looks for them, whether libgcrt is in it.
 *
 * libgcrt leaves a note in everything it is linked into (runtime/note.S), which strip and --gc-sections keep.
 */
#ifndef GCTOOL_PROCESS_ELF_FILE_H
#define GCTOOL_PROCESS_ELF_FILE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct elf_file {
    int fd;
    Elf *elf;
    GElf_Ehdr header;
};

/* Opens a file and makes sure it is ELF for x86-64. 0; -ENOEXEC: it is not; else a negative errno; with `reterr`. */
[[nodiscard]] int elf_file_open(struct elf_file *file, const char *path, struct error *reterr);

/* The nth text of a dynamic tag (DT_NEEDED, DT_RUNPATH ...), valid until the file is closed; NULL: no more. */
const char *elf_file_dynamic(const struct elf_file *file, GElf_Sxword tag, size_t nth);

/* Whether the file names this program as its loader. */
bool elf_file_has_loader(const struct elf_file *file, const char *path);

/* Whether the file has libgcrt's note. */
bool elf_file_has_gcrt(const struct elf_file *file);

void elf_file_close(struct elf_file *file);

#endif
