/* See elf_file.h. Headers are those that the kernel and the loader read: a stripped file may have no sections. */
#include "gctool/process/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char note_owner[] = "gcrt";

static int refuse(struct elf_file *file, const char *path, struct error *reterr)
{
    char start[2] = {0};
    ssize_t got = pread(file->fd, start, sizeof start, 0);
    error_set(reterr, -ENOEXEC, "'%s' is not a program for x86-64", path);
    if (got == 2 && memcmp(start, "#!", 2) == 0)
        error_hint(reterr, "it is a script: trace what interprets it, as in 'gctool trace INTERPRETER %s'", path);
    elf_file_close(file);
    return -ENOEXEC;
}

int elf_file_open(struct elf_file *file, const char *path, struct error *reterr)
{
    *file = (struct elf_file){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file->fd < 0)
        return error_set(reterr, -errno, "cannot read '%s': %s", path, strerror(errno));
    struct stat status;
    if (fstat(file->fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        elf_file_close(file);
        return error_set(reterr, -EACCES, "'%s' is not a regular file", path);
    }
    elf_version(EV_CURRENT);
    file->elf = elf_begin(file->fd, ELF_C_READ_MMAP, NULL);
    if (file->elf == NULL || elf_kind(file->elf) != ELF_K_ELF || gelf_getehdr(file->elf, &file->header) == NULL ||
        gelf_getclass(file->elf) != ELFCLASS64 || file->header.e_machine != EM_X86_64)
        return refuse(file, path, reterr);
    return 0;
}

/* The first program header of a type; false: none. */
static bool find_segment(const struct elf_file *file, size_t *at, GElf_Word type, GElf_Phdr *ret_segment)
{
    size_t count;
    if (elf_getphdrnum(file->elf, &count) < 0)
        return false;
    while (*at < count) {
        if (gelf_getphdr(file->elf, (int)(*at)++, ret_segment) != NULL && ret_segment->p_type == type)
            return true;
    }
    return false;
}

/* Where in the file a virtual address lies; false: in no loaded segment's file part. */
static bool offset_of_address(const struct elf_file *file, GElf_Addr address, GElf_Off *ret_offset)
{
    GElf_Phdr segment;
    for (size_t at = 0; find_segment(file, &at, PT_LOAD, &segment);) {
        if (address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz) {
            *ret_offset = segment.p_offset + (address - segment.p_vaddr);
            return true;
        }
    }
    return false;
}

/* The text at `offset` of the loader's string table, checked to end within the file. */
static const char *string_at(const struct elf_file *file, GElf_Addr table, GElf_Xword offset)
{
    GElf_Off start;
    size_t bytes;
    const char *image = elf_rawfile(file->elf, &bytes);
    if (image == NULL || !offset_of_address(file, table + offset, &start) || start >= bytes ||
        memchr(image + start, '\0', bytes - start) == NULL)
        return NULL;
    return image + start;
}

const char *elf_file_dynamic(const struct elf_file *file, GElf_Sxword tag, size_t nth)
{
    GElf_Phdr segment;
    size_t at = 0;
    if (!find_segment(file, &at, PT_DYNAMIC, &segment))
        return NULL;
    Elf_Data *data = elf_getdata_rawchunk(file->elf, (int64_t)segment.p_offset, segment.p_filesz, ELF_T_DYN);
    GElf_Dyn entry, found = {0};
    GElf_Addr table = 0;
    for (int i = 0; data != NULL && gelf_getdyn(data, i, &entry) != NULL && entry.d_tag != DT_NULL; i++) {
        if (entry.d_tag == DT_STRTAB)
            table = entry.d_un.d_ptr;
        else if (entry.d_tag == tag && nth-- == 0)
            found = entry;
    }
    return found.d_tag == tag && table != 0 ? string_at(file, table, found.d_un.d_val) : NULL;
}

bool elf_file_has_loader(const struct elf_file *file, const char *path)
{
    GElf_Phdr segment;
    size_t at = 0, bytes = strlen(path) + 1;
    if (!find_segment(file, &at, PT_INTERP, &segment) || segment.p_filesz != bytes)
        return false;
    Elf_Data *data = elf_getdata_rawchunk(file->elf, (int64_t)segment.p_offset, bytes, ELF_T_BYTE);
    return data != NULL && memcmp(data->d_buf, path, bytes) == 0;
}

bool elf_file_has_gcrt(const struct elf_file *file)
{
    GElf_Phdr segment;
    for (size_t at = 0; find_segment(file, &at, PT_NOTE, &segment);) {
        Elf_Data *data = elf_getdata_rawchunk(file->elf, (int64_t)segment.p_offset, segment.p_filesz,
                                              segment.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
        GElf_Nhdr note;
        size_t name, text;
        for (size_t next = 0; data != NULL && (next = gelf_getnote(data, next, &note, &name, &text)) > 0;) {
            if (note.n_namesz == sizeof note_owner &&
                memcmp((const char *)data->d_buf + name, note_owner, sizeof note_owner) == 0)
                return true;
        }
    }
    return false;
}

void elf_file_close(struct elf_file *file)
{
    elf_end(file->elf);
    close(file->fd);
}
